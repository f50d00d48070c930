#include "base/radix.h"

#include <stdbool.h>

#include "tap.h"

enum { MAX = 3000 };

static uint64_t seed = 1;

static uint64_t
next(void)
{
	seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
	return seed >> 11;
}

/* value is the place that each had. */
static bool
is_stable(const struct radix *v, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (v[i].key < v[i - 1].key ||
		    (v[i].key == v[i - 1].key && v[i].value < v[i - 1].value))
			return false;
	return true;
}

static bool
is_same_set(const struct radix *v, const uint64_t *keys, size_t n)
{
	static bool seen[MAX];

	for (size_t i = 0; i < n; i++)
		seen[i] = false;
	for (size_t i = 0; i < n; i++) {
		if (v[i].value >= n || seen[v[i].value] ||
		    keys[v[i].value] != v[i].key)
			return false;
		seen[v[i].value] = true;
	}
	return true;
}

static bool
sorts(size_t n, uint64_t mask)
{
	static struct radix v[MAX];
	static uint64_t keys[MAX];

	for (size_t i = 0; i < n; i++) {
		keys[i] = next() & mask;
		v[i] = (struct radix){ keys[i], (uint32_t)i };
	}
	radix_sort(v, n);
	return is_stable(v, n) && is_same_set(v, keys, n);
}

int
main(void)
{
	static const uint64_t masks[] = { 0, 1, 0xff, 0xff00, 0xffff00ff,
		UINT64_C(0xff00000000000000), UINT64_MAX };
	struct radix top[] = { { UINT64_MAX, 0 }, { 0, 1 }, { UINT64_MAX, 2 } };

	for (size_t i = 0; i < sizeof masks / sizeof *masks; i++) {
		bool good = true;

		for (size_t n = 0; n <= MAX; n += 1 + n / 2)
			good = good && sorts(n, masks[i]);
		ok(good, "bits %llx", (unsigned long long)masks[i]);
	}
	radix_sort(top, 3);
	ok(top[0].value == 1 && top[1].value == 0 && top[2].value == 2,
	    "the highest");
	return done_testing();
}
