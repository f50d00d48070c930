/* options.c: account options as Courier reads them. */
#include "auth/options.h"

#include "base/nelem.h"
#include "tap.h"

static const struct {
	const char *in;
	const char *name;
	bool there;
	const char *value; /* NULL: no "=" */
	bool on;
} cases[] = {
	/* clang-format off */
	{ "", "a", false, NULL, false },
	{ ",,,", "", false, NULL, false },
	{ "a", "a", true, NULL, true },
	{ "a=", "a", true, "", true },
	{ "a=1", "a", true, "1", true },
	{ "a=007x", "a", true, "007x", true },
	{ "a=0", "a", true, "0", false },
	{ "a=00", "a", true, "00", false },
	{ "a=no", "a", true, "no", false },
	{ "a=on", "a", true, "on", false },
	{ "a=-1", "a", true, "-1", false },
	{ "a=yes", "a", true, "yes", true },
	{ "a=Y", "a", true, "Y", true },
	{ "a=true", "a", true, "true", true },
	{ "a=T", "a", true, "T", true },
	{ "a=0,a=1", "a", true, "0", false }, /* the first counts */
	{ "b,a", "a", true, NULL, true },
	{ "b, a", "a", false, NULL, false }, /* a name with a space */
	{ "A", "a", false, NULL, false },
	{ "aa=1,ab=2", "a", false, NULL, false },
	{ "mailhost=h1,h2", "mailhost", true, "h1", false },
	{ "a=b=c", "a", true, "b=c", false },
	{ "a=\xff\r\n", "a", true, "\xff\r\n", false },
	/* clang-format on */
};

static void
test_groups(void)
{
	struct span in = span_str("group=staff,x,,group=sales,");
	struct span name, value;
	unsigned n = 0;

	while (options_next(&in, &name, &value))
		n = n * 10 + (span_is(name, "group") ? 1 : 2);
	ok(n == 121, "all options in turn");
}

int
main(void)
{
	struct span in, v;

	for (size_t i = 0; i < NELEM(cases); i++) {
		bool there, good;

		in = tap_exact(cases[i].in, strlen(cases[i].in));
		there = options_find(in, cases[i].name, &v);
		good = there == cases[i].there;
		if (there && good)
			good = cases[i].value == NULL
				   ? v.p == NULL
				   : span_is(v, cases[i].value);
		ok(good && options_on(in, cases[i].name) == cases[i].on,
		    "\"%s\" %s", cases[i].in, cases[i].name);
	}
	in = tap_exact("a=1\0,b", 6);
	ok(options_on(in, "b") && options_on(in, "a"), "NUL is a byte");
	test_groups();
	return done_testing();
}
