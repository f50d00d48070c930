/* sorted.c: ranks of texts are those of a comparison. */
#include "store/sorted.h"

#include "base/nelem.h"
#include "tap.h"

static struct arena arena;
static uint64_t seed = 1;

static uint32_t
next(void)
{
	seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (uint32_t)(seed >> 33);
}

/* Whether ranks of all pairs compare as they do. */
static bool
is_ranked(const struct span *texts, size_t n)
{
	uint64_t *rank = arena_array(&arena, n + 1, sizeof *rank);
	int c, r;

	sorted_rank(&arena, texts, n, rank);
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n; j++) {
			c = span_cmp(texts[i], texts[j]);
			r = rank[i] < rank[j] ? -1 : rank[i] > rank[j];
			if ((c < 0) != (r < 0) || (c > 0) != (r > 0))
				return false;
		}
	return true;
}

/* n texts of up to len letters of few, behind some that all have. */
static bool
ranks(size_t n, size_t common, size_t len, unsigned letters)
{
	struct span *texts = arena_array(&arena, n, sizeof *texts);
	char buf[100];

	for (size_t i = 0; i < n; i++) {
		size_t l = common + next() % (len + 1);

		for (size_t at = 0; at < l; at++)
			buf[at] =
			    (char)(at < common ? 'x' : 255 - next() % letters);
		texts[i] = arena_span(&arena, span_of(buf, l));
	}
	return is_ranked(texts, n);
}

/* n texts of one length that are the same but for a byte in some, every. */
static bool
ranks_odd(size_t n, size_t every)
{
	struct span *texts = arena_array(&arena, n, sizeof *texts);
	char buf[100];

	for (size_t i = 0; i < n; i++) {
		memset(buf, 'x', sizeof buf);
		if (i % every == 0)
			buf[i / every % sizeof buf] = 'y';
		texts[i] = arena_span(&arena, span_of(buf, sizeof buf));
	}
	return is_ranked(texts, n);
}

int
main(void)
{
	struct span some[] = { span_of("a\0", 2), span_str("a"), { NULL, NULL },
		span_str(""), span_of("\0", 1), span_str("\xff"),
		span_str("eight by"), span_str("eight bytes"),
		span_of("eight by\0", 9) };

	ok(is_ranked(some, 0), "none");
	ok(is_ranked(some, NELEM(some)), "ends and NULs");
	ok(ranks(300, 0, 3, 2), "short");
	ok(ranks(300, 7, 2, 3), "about two words");
	ok(ranks(300, 0, 12, 256), "all bytes");
	ok(ranks(300, 20, 20, 2), "long, and much in common");
	ok(ranks(300, 20, 0, 2), "all the same");
	ok(ranks_odd(500, 5), "at each step one is different");
	ok(ranks_odd(100, 100), "the same, but for one");
	arena_clear(&arena);
	return done_testing();
}
