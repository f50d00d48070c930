/* num.c: each bound, and one past it. */
#include "base/num.h"

#include "base/nelem.h"
#include "tap.h"

static const struct {
	const char *in;
	uint64_t n;
	const char *rest; /* NULL: refused */
	bool fits32;
} cases[] = {
	/* clang-format off */
	{ "", 0, NULL, false },
	{ "x", 0, NULL, false },
	{ "-1", 0, NULL, false },
	{ "+1", 0, NULL, false },
	{ " 1", 0, NULL, false },
	{ "\xff", 0, NULL, false },
	{ "0", 0, "", true },
	{ "007x", 7, "x", true },
	{ "12:*", 12, ":*", true },
	{ "4294967295", 4294967295, "", true },
	{ "4294967296", 4294967296, "", false },
	{ "0000000000000000000000000001", 1, "", true },
	{ "18446744073709551615", UINT64_MAX, "", false },
	{ "18446744073709551616", 0, NULL, false },
	{ "99999999999999999999", 0, NULL, false },
	{ "184467440737095516150", 0, NULL, false },
	/* clang-format on */
};

static const struct {
	const char *in;
	unsigned n;
	bool good;
	uint32_t out;
} fixed[] = {
	{ "1994", 4, true, 1994 },
	{ "19941", 4, true, 1994 },
	{ "199", 4, false, 0 },
	{ "19x4", 4, false, 0 },
	{ "", 1, false, 0 },
	{ "", 0, true, 0 },
	{ "05", 2, true, 5 },
	{ "999999999", 9, true, 999999999 },
};

static void
put_numbers(void)
{
	char want[NUM_LEN + 1], is[NUM_LEN];
	uint64_t n = 1, bad = 0;

	for (int i = 0; i < 20; i++, n *= 10)
		for (int k = 0; k < 3; k++) {
			uint64_t v = n - 1 + (uint64_t)k;
			size_t len = (size_t)(num_put(is, v) - is);

			(void)snprintf(
			    want, sizeof want, "%llu", (unsigned long long)v);
			bad +=
			    len != strlen(want) || memcmp(is, want, len) != 0;
		}
	ok(bad == 0, "numbers of all lengths");
	ok(num_put(is, UINT64_MAX) == is + NUM_LEN &&
		memcmp(is, "18446744073709551615", NUM_LEN) == 0,
	    "the largest");
}

/* Up by one, the same again, and elsewhere, over all carries of some. */
static void
put_next(void)
{
	static const int64_t steps[] = { 0, 1, 1, 0, 1, -5, 1, 7, 1, 1 };
	struct num_last last = { .left = 0 };
	char want[NUM_LEN], is[NUM_LEN];
	uint64_t n = 0, bad = 0;

	for (unsigned i = 0; i < 40000; i++) {
		size_t len = (size_t)(num_put(want, n) - want);

		bad += num_put_next(&last, n, is) != is + len ||
		       memcmp(is, want, len) != 0;
		n += (uint64_t)steps[i % NELEM(steps)];
	}
	ok(bad == 0, "one after the other");
	last = (struct num_last){ .left = 0 };
	ok(num_put_next(&last, UINT64_MAX, is) == is + NUM_LEN &&
		num_put_next(&last, 0, is) == is + 1 && *is == '0',
	    "the first behind the largest");
}

int
main(void)
{
	for (size_t i = 0; i < NELEM(cases); i++) {
		size_t len = strlen(cases[i].in);
		struct span s = tap_exact(cases[i].in, len), s32 = s, was = s;
		bool good = cases[i].rest != NULL;
		uint64_t n = 77;
		uint32_t n32 = 77;

		ok(num_u64(&s, &n) == good && n == (good ? cases[i].n : 77) &&
			(good ? span_is(s, cases[i].rest) : s.p == was.p),
		    "64 bits: \"%s\"", cases[i].in);
		good = good && cases[i].fits32;
		ok(num_u32(&s32, &n32) == good &&
			n32 == (good ? cases[i].n : 77) &&
			(good ? span_is(s32, cases[i].rest) : s32.p == was.p),
		    "32 bits: \"%s\"", cases[i].in);
	}
	for (size_t i = 0; i < NELEM(fixed); i++) {
		struct span s = tap_exact(fixed[i].in, strlen(fixed[i].in));
		const char *start = s.p;
		uint32_t n = 77;
		bool good = fixed[i].good;

		ok(num_fixed(&s, fixed[i].n, &n) == good &&
			n == (good ? fixed[i].out : 77) &&
			s.p == start + (good ? fixed[i].n : 0),
		    "%u digits of \"%s\"", fixed[i].n, fixed[i].in);
	}
	put_numbers();
	put_next();
	return done_testing();
}
