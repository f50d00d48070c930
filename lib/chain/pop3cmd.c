/* pop3cmd.c: one function for each rule that is used before login. */
#include "chain/pop3cmd.h"

#include <string.h>

#include "base/ascii.h"
#include "base/nelem.h"

/* The octets up to the next space, which are some and printable. */
static bool
p_word(struct span *in, struct span *out)
{
	struct span s = *in;

	while (s.p < s.end && (unsigned char)*s.p > 0x20 &&
	       (unsigned char)*s.p < 0x7f)
		s.p++;
	if (s.p == in->p || (s.p < s.end && *s.p != ' '))
		return false;
	*out = span_of(in->p, (size_t)(s.p - in->p));
	*in = s;
	return true;
}

/*
 * The rest of the line: a password has spaces (RFC 1939 section 7, PASS),
 * and a name that a site chose may have.  RFC 6856 section 2.2 has UTF-8 in
 * both, which only a login is to judge.
 */
static bool
p_rest(struct span *in, struct pop3cmd *c)
{
	if (!span_eat(in, ' ') || in->p == in->end)
		return false;
	if (span_find(*in, '\0') != NULL || span_find(*in, '\r') != NULL)
		return false;
	c->argument = *in;
	in->p = in->end;
	return true;
}

/* Blanks at the end are as harmless as they are after login. */
static bool
p_nothing(struct span *in, struct pop3cmd *c)
{
	(void)c;
	while (span_eat(in, ' '))
		;
	return true;
}

/*
 * auth-command = "AUTH" SP sasl-mech [SP initial-response] (RFC 5034), or
 * AUTH alone, which asks for the mechanisms: older than any RFC about it.
 */
static bool
p_auth(struct span *in, struct pop3cmd *c)
{
	if (in->p == in->end)
		return true;
	if (!span_eat(in, ' ') || !p_word(in, &c->mechanism))
		return false;
	if (in->p == in->end)
		return true;
	if (!span_eat(in, ' ') || in->p == in->end)
		return false;
	c->initial = *in; /* base64 / "=", which the caller decodes */
	in->p = in->end;
	return true;
}

/*
 * language-range = (1*8ALPHA *("-" 1*8alphanum)) / "*" (RFC 4647 section
 * 2.1); LANG alone asks for the languages (RFC 6856 section 3.2).
 */
static bool
p_lang(struct span *in, struct pop3cmd *c)
{
	struct span s = *in;
	unsigned len = 0;

	if (s.p == s.end)
		return true;
	if (!span_eat(&s, ' '))
		return false;
	c->argument = s;
	in->p = in->end;
	if (span_is(s, "*"))
		return true;
	for (bool first = true; s.p < s.end; s.p++) {
		unsigned char ch = (unsigned char)*s.p;

		if (ch == '-' && len > 0) {
			len = 0;
			first = false;
		} else if (++len > 8 || !(ascii_isalpha(ch) ||
					    (!first && ascii_isdigit(ch)))) {
			return false;
		}
	}
	return len > 0;
}

static const struct {
	const char *name;
	enum pop3cmd_verb verb;
	bool (*arguments)(struct span *in, struct pop3cmd *c);
} commands[] = {
	/* clang-format off */
	{ "AUTH", POP3CMD_AUTH, p_auth },
	{ "CAPA", POP3CMD_CAPA, p_nothing },
	{ "LANG", POP3CMD_LANG, p_lang },
	{ "PASS", POP3CMD_PASS, p_rest },
	{ "QUIT", POP3CMD_QUIT, p_nothing },
	{ "STLS", POP3CMD_STLS, p_nothing },
	{ "USER", POP3CMD_USER, p_rest },
	{ "UTF8", POP3CMD_UTF8, p_nothing },
	/* clang-format on */
};

/* command = keyword *(SP param) CRLF (RFC 2449 section 4) */
bool
pop3cmd_parse(struct span in, struct pop3cmd *c)
{
	struct span word;

	memset(c, 0, sizeof *c);
	if (!p_word(&in, &word))
		return false;
	for (size_t i = 0; i < NELEM(commands); i++) {
		if (!span_case_is(word, commands[i].name))
			continue;
		c->verb = commands[i].verb;
		return commands[i].arguments(&in, c) && in.p == in.end;
	}
	return false;
}
