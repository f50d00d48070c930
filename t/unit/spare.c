/* spare.c: blocks kept, and which of them is given. */
#include "base/spare.h"

#include <stdlib.h>

#include "tap.h"

static void *
block(size_t len)
{
	void *p = malloc(len);

	if (p == NULL)
		exit(111);
	return p;
}

/* Where blocks are not kept, each is free at once and none is ever given. */
static bool
kept(void)
{
	size_t max = 0;
	void *p;

	spare_put(block(4096), 4096);
	p = spare_get(4096, &max);
	free(p);
	return p != NULL;
}

static void
test_which(void)
{
	void *a = block(4000), *b = block(9000), *c = block(70000);
	size_t max = 0;

	spare_put(c, 70000);
	spare_put(a, 4000);
	spare_put(b, 9000);
	ok(spare_get(4001, &max) == b && max == 9000,
	    "the smallest that is large enough");
	ok(spare_get(4001, &max) == NULL, "none that is far too large");
	ok(spare_get(100, &max) == NULL, "none for a few bytes");
	ok(spare_get(70001, &max) == NULL, "none when all are too small");
	ok(spare_get(70000, &max) == c && max == 70000 &&
		spare_get(70000, &max) == NULL,
	    "each is given once");
	ok(spare_get(4000, &max) == a && !spare_kept(),
	    "and then none is left");
	free(a);
	spare_put(b, 9000);
	spare_put(c, 70000);
	ok(spare_kept(), "two are kept");
	spare_free();
	ok(!spare_kept() && spare_get(4000, &max) == NULL &&
		spare_get(9000, &max) == NULL,
	    "all can be freed");
}

static void
test_many(void)
{
	size_t max = 0, got = 0;
	void *p;

	for (size_t i = 0; i < 100; i++)
		spare_put(block(1000 + i), 1000 + i);
	spare_put(block(1 << 20), 1 << 20);
	spare_put(NULL, 0);
	ok(spare_get(1 << 20, &max) == NULL, "what is very large is not kept");
	while ((p = spare_get(1000, &max)) != NULL) {
		got += max >= 1050;
		free(p);
	}
	ok(got >= 8 && got <= 50, "the largest of many are: %zu", got);
}

int
main(void)
{
	if (kept()) {
		test_which();
		test_many();
	} else {
		ok(true, "# SKIP nothing is kept under a sanitizer");
	}
	return done_testing();
}
