/* list_parse.c: the forms of LIST and LSUB. */
#include "imap/list_parse.h"

#include "base/nelem.h"
#include "imap/status.h"
#include "tap.h"

static const struct {
	const char *in;
	bool good;
	unsigned options;
	size_t patterns;
} cases[] = {
	/* clang-format off */
	{ " \"\" %", true, 0, 1 },
	{ " \"\" \"\"", true, 0, 1 },
	{ " INBOX. {3}\r\nA.%", true, 0, 1 },
	{ " () \"\" *", true, LIST_EXTENDED, 1 },
	{ " (SUBSCRIBED) \"\" *", true, LIST_EXTENDED | LIST_SUBSCRIBED, 1 },
	{ " (RECURSIVEMATCH SUBSCRIBED) \"\" *", true,
	  LIST_EXTENDED | LIST_SUBSCRIBED | LIST_RECURSIVE, 1 },
	{ " (RECURSIVEMATCH) \"\" *", false, 0, 0 },
	{ " (RECURSIVEMATCH REMOTE) \"\" *", false, 0, 0 },
	{ " (FOO) \"\" *", false, 0, 0 },
	{ " (SUBSCRIBED ) \"\" *", false, 0, 0 },
	{ " \"\" * RETURN (CHILDREN )", false, 0, 0 },
	{ " \"\" (INBOX % \"a b\")", true, LIST_EXTENDED, 3 },
	{ " \"\" ()", false, 0, 0 },
	{ " \"\" (a", false, 0, 0 },
	{ " \"\" * RETURN ()", true, LIST_EXTENDED, 1 },
	{ " \"\" * RETURN (CHILDREN STATUS (MESSAGES UNSEEN) SUBSCRIBED)", true,
	  LIST_EXTENDED | LIST_RETURN_CHILDREN | LIST_RETURN_STATUS |
	  LIST_RETURN_SUBSCRIBED, 1 },
	{ " \"\" * RETURN (STATUS)", false, 0, 0 },
	{ " \"\" * RETURN (STATUS ())", false, 0, 0 },
	{ " \"\" * RETURN", false, 0, 0 },
	{ " \"\" * x", false, 0, 0 },
	{ " \"\"", false, 0, 0 },
	{ "", false, 0, 0 },
	/* clang-format on */
};

int
main(void)
{
	struct arena a = { 0 };

	for (size_t i = 0; i < NELEM(cases); i++) {
		struct span s = tap_exact(cases[i].in, strlen(cases[i].in));
		struct list_args l = { 0 };
		bool good = p_list(&a, s, &l);

		ok(good == cases[i].good &&
			(!good || (l.options == cases[i].options &&
				      l.npatterns == cases[i].patterns)),
		    "LIST%s", cases[i].in);
	}
	struct list_args l = { 0 };

	ok(p_lsub(&a, span_str(" \"\" %"), &l) && l.options == LIST_SUBSCRIBED,
	    "LSUB");
	ok(!p_lsub(&a, span_str(" \"\" (a b)"), &l), "LSUB has one pattern");
	arena_clear(&a);
	return done_testing();
}
