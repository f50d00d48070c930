/* servername.c: host names, and what must never get into a path. */
#include "tls/servername.h"

#include "base/nelem.h"
#include "tap.h"

#define L63 "abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabc"

static const struct {
	const char *in;
	size_t len; /* 0: a string */
	const char *out; /* NULL: refused */
} cases[] = {
	/* clang-format off */
	{ "mail.example.org", 0, "mail.example.org" },
	{ "MAIL.Example.ORG", 0, "mail.example.org" },
	{ "localhost", 0, "localhost" },
	{ "xn--caf-dma.example", 0, "xn--caf-dma.example" },
	{ "_dmarc.1a.9b", 0, "_dmarc.1a.9b" },
	{ L63 ".org", 0, L63 ".org" },
	{ L63 "d.org", 0, NULL },
	{ "org." L63 "." L63 "." L63 ".abcdefghijabcdefghijabcdefghijabcdefghij"
	    "abcdefghijabcdefg", 0, "org." L63 "." L63 "." L63 ".abcdefghijabcd"
	    "efghijabcdefghijabcdefghijabcdefghijabcdefg" },
	{ "orga." L63 "." L63 "." L63 ".abcdefghijabcdefghijabcdefghijabcdefghij"
	    "abcdefghijabcdefg", 0, NULL },
	{ "", 0, NULL },
	{ ".", 0, NULL },
	{ "..", 0, NULL },
	{ "a..b", 0, NULL },
	{ ".example", 0, NULL },
	{ "example.", 0, NULL },
	{ "-a.example", 0, NULL },
	{ "a/b.example", 0, NULL },
	{ "../../etc/passwd", 0, NULL },
	{ "a.example\0.b", 12, NULL },
	{ "caf\xc3\xa9.example", 0, NULL },
	{ "a b.example", 0, NULL },
	{ "a\n.example", 0, NULL },
	{ "a:b", 0, NULL },
	{ "192.0.2.7", 0, NULL }, /* RFC 6066 section 3 */
	{ "*.example", 0, NULL },
	/* clang-format on */
};

int
main(void)
{
	for (size_t i = 0; i < NELEM(cases); i++) {
		size_t len =
		    cases[i].len > 0 ? cases[i].len : strlen(cases[i].in);
		char out[SERVERNAME_LEN] = "as it was";
		bool good = servername_take(tap_exact(cases[i].in, len), out);

		ok(good == (cases[i].out != NULL) &&
			strcmp(out, good ? cases[i].out : "as it was") == 0,
		    "\"%.40s\"", cases[i].in);
	}
	return done_testing();
}
