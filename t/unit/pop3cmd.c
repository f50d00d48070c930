/* pop3cmd.c: commands before login, accepted and refused. */
#include "chain/pop3cmd.h"

#include "base/nelem.h"
#include "tap.h"

#define S(s)                                                                   \
	{                                                                      \
		"" s, &("" s)[sizeof(s) - 1]                                   \
	}

enum { NONE = -1 };

static const struct {
	struct span in;
	int verb;
	const char *a; /* argument, or mechanism */
	const char *b; /* initial response */
} cases[] = {
	/* clang-format off */
	{ S("CAPA"), POP3CMD_CAPA, NULL, NULL },
	{ S("capa"), POP3CMD_CAPA, NULL, NULL },
	{ S("QuIt"), POP3CMD_QUIT, NULL, NULL },
	{ S("STLS"), POP3CMD_STLS, NULL, NULL },
	{ S("UTF8"), POP3CMD_UTF8, NULL, NULL },
	{ S(""), NONE, NULL, NULL },
	{ S(" "), NONE, NULL, NULL },
	{ S(" CAPA"), NONE, NULL, NULL },
	{ S("CAPA  "), POP3CMD_CAPA, NULL, NULL },
	{ S("CAPA x"), NONE, NULL, NULL },
	{ S("CAPAX"), NONE, NULL, NULL },
	{ S("CAP"), NONE, NULL, NULL },
	{ S("CAPA\r"), NONE, NULL, NULL },
	{ S("CAPA\n"), NONE, NULL, NULL },
	{ S("CAPA\0"), NONE, NULL, NULL },
	{ S("CAPA\377"), NONE, NULL, NULL },
	{ S("CAPA\t"), NONE, NULL, NULL },
	{ S("UTF8 USER"), NONE, NULL, NULL },
	{ S("NOOP"), NONE, NULL, NULL },
	{ S("STAT"), NONE, NULL, NULL },
	{ S("APOP fred c4c9334bac560ecc979e58001b3e22fb"), NONE, NULL, NULL },

	{ S("USER fred"), POP3CMD_USER, "fred", NULL },
	{ S("user fr ed"), POP3CMD_USER, "fr ed", NULL },
	{ S("USER fr\303\251d"), POP3CMD_USER, "fr\303\251d", NULL },
	{ S("USER"), NONE, NULL, NULL },
	{ S("USER "), NONE, NULL, NULL },
	{ S("USER fr\0d"), NONE, NULL, NULL },
	{ S("USER fr\rd"), NONE, NULL, NULL },
	{ S("USER\tfred"), NONE, NULL, NULL },
	{ S("PASS secret"), POP3CMD_PASS, "secret", NULL },
	{ S("PASS  a b  c "), POP3CMD_PASS, " a b  c ", NULL },
	{ S("PASS \377"), POP3CMD_PASS, "\377", NULL },
	{ S("PASS"), NONE, NULL, NULL },
	{ S("PASS "), NONE, NULL, NULL },
	{ S("PASS \0"), NONE, NULL, NULL },

	{ S("AUTH"), POP3CMD_AUTH, NULL, NULL },
	{ S("AUTH PLAIN"), POP3CMD_AUTH, "PLAIN", NULL },
	{ S("auth plain ="), POP3CMD_AUTH, "plain", "=" },
	{ S("AUTH X AGZyZWQ= x"), POP3CMD_AUTH, "X", "AGZyZWQ= x" },
	{ S("AUTH "), NONE, NULL, NULL },
	{ S("AUTH PLAIN "), NONE, NULL, NULL },
	{ S("AUTH  PLAIN"), NONE, NULL, NULL },
	{ S("AUTH PL\0IN"), NONE, NULL, NULL },
	{ S("AUTH PL\377IN"), NONE, NULL, NULL },

	{ S("LANG"), POP3CMD_LANG, NULL, NULL },
	{ S("LANG *"), POP3CMD_LANG, "*", NULL },
	{ S("LANG de"), POP3CMD_LANG, "de", NULL },
	{ S("LANG de-CH-1901"), POP3CMD_LANG, "de-CH-1901", NULL },
	{ S("LANG i-default"), POP3CMD_LANG, "i-default", NULL },
	{ S("LANG "), NONE, NULL, NULL },
	{ S("LANG de "), NONE, NULL, NULL },
	{ S("LANG d1"), NONE, NULL, NULL },
	{ S("LANG -de"), NONE, NULL, NULL },
	{ S("LANG de-"), NONE, NULL, NULL },
	{ S("LANG de--x"), NONE, NULL, NULL },
	{ S("LANG abcdefghi"), NONE, NULL, NULL },
	{ S("LANG ../de"), NONE, NULL, NULL },
	{ S("LANG **"), NONE, NULL, NULL },
	{ S("LANG d\0"), NONE, NULL, NULL },
	{ S("LANG d\303\251"), NONE, NULL, NULL },
	/* clang-format on */
};

static bool
same(struct span s, const char *want)
{
	return want == NULL ? s.p == NULL : span_is(s, want);
}

static bool
right(const struct pop3cmd *c, size_t i)
{
	if ((int)c->verb != cases[i].verb)
		return false;
	if (c->verb != POP3CMD_AUTH)
		return same(c->argument, cases[i].a);
	return same(c->mechanism, cases[i].a) && same(c->initial, cases[i].b);
}

int
main(void)
{
	struct pop3cmd c;

	for (size_t i = 0; i < NELEM(cases); i++) {
		size_t len = span_len(cases[i].in);
		struct span in = tap_exact(cases[i].in.p, len);
		bool good = pop3cmd_parse(in, &c);

		ok(good ? right(&c, i) : cases[i].verb == NONE, "%.*s",
		    (int)len, cases[i].in.p);
		while (len-- > 0) /* crashes where it reads too far */
			(void)pop3cmd_parse(tap_exact(in.p, len), &c);
	}
	return done_testing();
}
