/* kwset.c: keywords and sets of them keep their numbers. */
#include "store/kwset.h"

#include <stdio.h>

#include "tap.h"

static struct kwset k;

static uint32_t
name(const char *s)
{
	uint32_t n = UINT32_MAX;

	(void)kwset_name(&k, span_str(s), true, &n, NULL);
	return n;
}

static void
test_names(void)
{
	static const char forbidden[] = "a\0b c\x7f(){%*\"\\]";
	uint32_t n = 7;
	bool added = false;

	ok(!kwset_name(&k, span_str("x"), false, &n, &added) && n == 7 &&
		!added,
	    "not there, and not made");
	ok(kwset_name(&k, span_str("Work"), true, &n, &added) && n == 0 &&
		added,
	    "made");
	added = false;
	ok(kwset_name(&k, span_str("wORK"), true, &n, &added) && n == 0 &&
		!added && span_is(k.names[0], "Work"),
	    "found without case; the first spelling stays");
	ok(!kwset_name(&k, span_str(""), true, &n, NULL), "no empty one");
	ok(kwset_name(&k, tap_exact(forbidden, sizeof forbidden - 1), true, &n,
	       NULL) &&
		span_is(k.names[n], "a_b_c_________"),
	    "forbidden bytes become _");
	ok(name("a_b_c_________") == n, "and are the same then");
	ok(name("\xc3\xa9") != name("\xc3\x89"), "only ASCII has cases");
}

static void
test_many(void)
{
	uint32_t v[3], sets[1000];
	char s[32];
	bool good = true;

	for (int i = 0; i < 20000; i++) {
		snprintf(s, sizeof s, "k%d", i);
		(void)name(s);
	}
	for (uint32_t i = 0; i < 20000; i++) {
		snprintf(s, sizeof s, "K%u", i);
		good &= span_case_is(k.names[name(s)], s);
	}
	ok(good, "20000 names");
	for (uint32_t i = 0; i < 1000; i++) {
		v[0] = i + 2;
		v[1] = i;
		v[2] = i + 2;
		sets[i] = kwset_set(&k, v, 3);
	}
	for (uint32_t i = 0; i < 1000; i++) {
		struct kwlist l = kwset_list(&k, sets[i]);

		good &= l.n == 2 && l.v[0] == i && l.v[1] == i + 2;
		v[0] = i;
		v[1] = i + 2;
		good &= kwset_set(&k, v, 2) == sets[i];
	}
	ok(good, "1000 sets, sorted, each number once");
	ok(kwset_set(&k, v, 0) == 0 && kwset_list(&k, 0).n == 0,
	    "the empty set is 0");
}

int
main(void)
{
	test_names();
	test_many();
	kwset_clear(&k);
	ok(k.nnames == 0 && name("x") == 0, "cleared");
	kwset_clear(&k);
	return done_testing();
}
