/* pop3capa.c: what the settings let through. */
#include "auth/pop3capa.h"

#include "base/nelem.h"
#include "tap.h"

static const struct {
	const char *clear, *tls; /* POP3AUTH, POP3AUTH_TLS */
	bool encrypted, plain, login; /* what is offered then */
} cases[] = {
	/* clang-format off */
	{ NULL, NULL, false, true, true },
	{ "", NULL, false, false, false },
	{ "", "", true, false, false },
	{ "LOGIN CRAM-MD5", NULL, false, false, true },
	{ "login  plain", NULL, false, true, true },
	{ "PLAINX XPLAIN", NULL, false, false, false },
	{ "LOGIN", "PLAIN", false, false, true },
	{ "LOGIN", "PLAIN", true, true, false },
	{ "LOGIN", "", true, false, true },
	{ "", "PLAIN", true, true, false },
	{ NULL, "PLAIN", false, true, true },
	/* clang-format on */
};

static void
set(const char *name, const char *value)
{
	if (value == NULL)
		unsetenv(name);
	else
		setenv(name, value, 1);
}

/* The list without its ends, with "/" for CRLF. */
static void
list(const char *want, bool password, const char *name)
{
	char got[1024] = "";
	size_t n = 0;
	struct wr w;

	wr_init(&w, -1, 0);
	pop3capa_put(&w, &(struct pop3capa){ .password = password });
	for (size_t i = 0; i < w.len; i++)
		if (w.buf[i] != '\n')
			got[n++] = w.buf[i] == '\r' ? '/' : w.buf[i];
	ok(strcmp(got, want) == 0, "%s", name);
}

#define TAIL "UIDL/PIPELINING/RESP-CODES/AUTH-RESP-CODE/"
#define END  "UTF8 USER/LANG/IMPLEMENTATION satchel/"

int
main(void)
{
	for (size_t i = 0; i < NELEM(cases); i++) {
		set("POP3AUTH", cases[i].clear);
		set("POP3AUTH_TLS", cases[i].tls);
		ok(pop3capa_offers("PLAIN", cases[i].encrypted) ==
			    cases[i].plain &&
			pop3capa_offers("LOGIN", cases[i].encrypted) ==
			    cases[i].login,
		    "case %zu", i);
	}
	set("POP3AUTH", NULL);
	set("POP3AUTH_TLS", NULL);
	list("TOP/USER/SASL PLAIN LOGIN/" TAIL END, true, "all");
	list("TOP/" TAIL END, false, "nobody may log in");
	set("POP3AUTH", "LOGIN");
	list("TOP/USER/SASL LOGIN/" TAIL END, true, "one mechanism");
	set("POP3AUTH", "CRAM-MD5");
	list("TOP/USER/" TAIL END, true, "none of ours");
	set("SATCHEL_POP3_EXPIRE", "never");
	list("TOP/USER/" TAIL "EXPIRE NEVER/" END, true, "no expiry");
	set("SATCHEL_POP3_EXPIRE", "30");
	set("SATCHEL_POP3_LOGIN_DELAY", "120");
	list("TOP/USER/" TAIL "EXPIRE 30/LOGIN-DELAY 120/" END, true, "both");
	set("SATCHEL_POP3_EXPIRE", "30 days");
	set("SATCHEL_POP3_LOGIN_DELAY", "no");
	list("TOP/USER/" TAIL END, true, "damaged ones");
	return done_testing();
}
