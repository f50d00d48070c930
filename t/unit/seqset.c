/* seqset.c: sets accepted, refused, where each stops, and what they hold. */
#include "imap/seqset.h"

#include "base/nelem.h"
#include "tap.h"

static const struct {
	const char *in;
	size_t n; /* ranges expected; 0: must be refused */
	const char *rest; /* left for the next rule */
} cases[] = {
	/* clang-format off */
	{ "2,4:7,9,12:*", 4, "" },
	{ "*:4 FLAGS", 1, " FLAGS" },
	{ "4294967295", 1, "" },
	{ "4294967296", 0, "4294967296" }, /* past 32 bits */
	{ "0", 0, "0" },
	{ "01", 0, "01" },
	{ "1:0", 0, "1:0" },
	{ "1,", 0, "1," },
	{ "1:", 0, "1:" },
	{ "", 0, "" },
	{ ",1", 0, ",1" },
	{ "1*", 1, "*" }, /* not a set of two: the next rule refuses "*" */
	{ "1,,2", 0, "1,,2" },
	{ "-1", 0, "-1" },
	/* clang-format on */
};

static const struct {
	const char *in;
	uint32_t max;
	const char *out; /* resolved */
} resolved[] = {
	/* clang-format off */
	{ "*:4", 9, "4:9" },
	{ "5:3,1", 9, "1:1 3:5" },
	{ "1,2,3", 9, "1:3" },
	{ "1:3,2:7", 9, "1:7" },
	{ "1:7,2:3", 9, "1:7" },
	{ "4294967295,1:4294967294", 9, "1:4294967295" },
	{ "99:*", 9, "9:99" },
	{ "3,1,2,9,7:8", 9, "1:3 7:9" },
	{ "1,3", 9, "1:1 3:3" },
	/* clang-format on */
};

static void
test_resolve(struct arena *a, const char *in, uint32_t max, const char *want)
{
	struct span s = span_str(in);
	struct seqset set;
	char got[128] = "";
	size_t len = 0;

	if (!p_sequence_set(a, &s, &set)) {
		ok(false, "resolve %s", in);
		return;
	}
	seqset_resolve(&set, max);
	for (size_t i = 0; i < set.n; i++)
		len += (size_t)snprintf(got + len, sizeof got - len, "%s%u:%u",
		    i ? " " : "", set.r[i].a, set.r[i].b);
	ok(strcmp(got, want) == 0, "resolve %s: %s", in, got);
	for (size_t i = 0; i < set.n; i++)
		if (!seqset_has(&set, set.r[i].a) ||
		    !seqset_has(&set, set.r[i].b) ||
		    (set.r[i].a > 1 && i == 0 &&
			seqset_has(&set, set.r[i].a - 1)))
			ok(false, "has %s", in);
}

int
main(void)
{
	struct arena a = { 0 };
	struct seqset set;
	struct span s;

	for (size_t i = 0; i < NELEM(cases); i++) {
		s = tap_exact(cases[i].in, strlen(cases[i].in));
		set.n = 0;
		bool good = p_sequence_set(&a, &s, &set);

		good = good == (cases[i].n != 0) && set.n == cases[i].n;
		ok(good && span_is(s, cases[i].rest), "\"%s\"", cases[i].in);
	}
	for (size_t i = 0; i < NELEM(resolved); i++)
		test_resolve(
		    &a, resolved[i].in, resolved[i].max, resolved[i].out);
	s = span_str("$ X");
	ok(p_sequence_set(&a, &s, &set) && set.saved && span_is(s, " X"), "$");
	arena_clear(&a);
	return done_testing();
}
