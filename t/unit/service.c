/* service.c: whose password is asked for. */
#include "pw/service.h"

#include "base/nelem.h"
#include "tap.h"

static const struct {
	const char *authservice, *authservice993, *protocol, *port;
	const char *service;
} cases[] = {
	/* clang-format off */
	{ "", "", "", "", NULL },
	{ "", "", "IMAP", "", "imap" },
	{ "", "", "SMAP1", "143", "imap" },
	{ "", "", "POP3", "143", "pop3" },
	{ "", "", "", "110", "pop3" },
	{ "", "", "", "993", "imap" },
	{ "", "", "", "587", "esmtp" },
	{ "", "", "", "2525", NULL },
	{ "", "imaps", "IMAP", "993", "imaps" },
	{ "", "imaps", "IMAP", "143", "imap" },
	{ "webmail", "imaps", "IMAP", "993", "webmail" },
	{ "a=b", "", "", "", NULL },
	{ "a|b", "", "", "", NULL },
	{ "0123456789012345678901234567890", "", "", "",
	    "0123456789012345678901234567890" },
	{ "01234567890123456789012345678901", "", "", "", NULL },
	{ "", "", "", "999999999999999999999999999999999", NULL },
	/* clang-format on */
};

int
main(void)
{
	for (size_t i = 0; i < NELEM(cases); i++) {
		char buf[SERVICE_LEN];
		const char *s;

		(void)setenv("AUTHSERVICE", cases[i].authservice, 1);
		(void)setenv("AUTHSERVICE993", cases[i].authservice993, 1);
		(void)setenv("PROTOCOL", cases[i].protocol, 1);
		(void)setenv("TCPLOCALPORT", cases[i].port, 1);
		s = service_name(buf);
		ok(cases[i].service == NULL
			? s == NULL
			: s != NULL && strcmp(s, cases[i].service) == 0,
		    "%zu: %s", i, s == NULL ? "none" : s);
	}
	return done_testing();
}
