/* ticketkey.c: the name of a key in what a ClientHello carries. */
#include "engine/ticketkey.h"

#include "base/nelem.h"
#include "tap.h"

#define NAME "0123456789abcdef"

static const struct {
	const char *what;
	unsigned id;
	const char *data;
	size_t len;
	bool found;
} cases[] = {
	/* clang-format off */
	{ "a ticket", 35, NAME "and the rest", 28, true },
	{ "a ticket that is a name", 35, NAME, 16, true },
	{ "too short", 35, NAME, 15, false },
	{ "none", 35, "", 0, false },
	{ "another", 35, "x" NAME, 17, false },
	{ "an identity", 41, "\0\x17\0\x11" NAME "yAGE!", 25, true },
	{ "the second one", 41, "\0\x1e\0\1xAGE!\0\x11" NAME "yAGE!", 32, true },
	{ "no list", 41, "", 0, false },
	{ "half a length", 41, "\0", 1, false },
	{ "a list longer than all", 41, "\0\x18\0\x11" NAME "yAGE!", 25, false },
	{ "an identity longer than its list", 41,
	    "\0\x17\0\x12" NAME "yAGE!", 25, false },
	{ "no age", 41, "\0\x13\0\x11" NAME "y", 21, false },
	{ "an empty identity", 41, "\0\6\0\0AGE!", 8, false },
	{ "one octet behind", 41, "\0\7\0\0AGE!x", 9, false },
	{ "a short identity", 41, "\0\x15\0\xf" NAME "AGE", 23, false },
	{ "another extension", 51, NAME, 16, false },
	/* clang-format on */
};

int
main(void)
{
	const unsigned char *name = (const unsigned char *)NAME;

	for (size_t i = 0; i < NELEM(cases); i++) {
		struct span s = tap_exact(cases[i].data, cases[i].len);

		ok(ticketkey_is_named(cases[i].id, (const unsigned char *)s.p,
		       cases[i].len, name) == cases[i].found,
		    "%s", cases[i].what);
	}
	return done_testing();
}
