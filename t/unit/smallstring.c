/* smallstring.c: small/string.c beside the C library's own functions. */
#ifdef __SSE2__
#define SMALL(name) small_##name
#include "../../small/string.c"
#endif

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "tap.h"

#ifdef __SSE2__
enum { PAGE = 4096, MOST = 200 };

/* Two pages between two that may not be touched. */
static unsigned char *
fenced(void)
{
	unsigned char *p =
	    mmap(NULL, 4 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED ||
	    mprotect(p + PAGE, 2 * PAGE, PROT_READ | PROT_WRITE) == -1)
		exit(111);
	return p + PAGE;
}

static int
sign(int n)
{
	return (n > 0) - (n < 0);
}

/* One of a few bytes, so that what is sought is often there. */
static void
fill(unsigned char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (unsigned char)("ab\0\377"[random() % 4]);
}

/* Every length at both ends of the pages, thus every alignment. */
static void
test_search(unsigned char *a, unsigned char *b)
{
	unsigned bad[5] = { 0 };

	for (size_t n = 0; n <= MOST; n++)
		for (int end = 0; end < 2; end++)
			for (int c = 0; c < 3; c++) {
				unsigned char *p = end ? a + 2 * PAGE - n : a;
				unsigned char *q = end ? b : b + 2 * PAGE - n;
				int sought = c == 0 ? 'a' : c == 1 ? 'z' : 255;

				memset(p, 'x', n);
				memset(q, 'x', n);
				if (n > 0 && c != 1) {
					fill(p + random() % (long)n, 1);
					q[random() % (long)n] = 255;
				}
				bad[0] += small_memchr(p, sought, n) !=
					  memchr(p, sought, n);
				bad[1] += small_memrchr(p, sought, n) !=
					  memrchr(p, sought, n);
				bad[2] += sign(small_memcmp(p, q, n)) !=
					  sign(memcmp(p, q, n));
				if (n == 0)
					continue;
				p[n - 1] = '\0';
				bad[3] += small_strlen((char *)p) !=
					  strlen((char *)p);
				bad[4] +=
				    small___strchrnul((char *)p, sought) !=
				    strchrnul((char *)p, sought);
			}
	ok(bad[0] == 0, "memchr: %u differ", bad[0]);
	ok(bad[1] == 0, "memrchr: %u differ", bad[1]);
	ok(bad[2] == 0, "memcmp: %u differ", bad[2]);
	ok(bad[3] == 0, "strlen: %u differ", bad[3]);
	ok(bad[4] == 0, "strchrnul: %u differ", bad[4]);
	memset(a, 'x', 2 * PAGE);
	a[2 * PAGE - 1] = 'y';
	bad[0] = 0;
	for (size_t n = 1; n <= MOST; n++)
		bad[0] += small_memchr(a + 2 * PAGE - n, 'y', SIZE_MAX) !=
			  a + 2 * PAGE - 1;
	ok(bad[0] == 0, "memchr without an end: %u differ", bad[0]);
	ok(small_memchr(a, 'y', 2 * PAGE - 1) == NULL,
	    "and with one before it");
}

/* The same move in both pages; all of both is compared. */
static void
test_move(unsigned char *a, unsigned char *b)
{
	static const size_t lengths[] = { 0, 1, 2, 3, 4, 7, 8, 9, 15, 16, 17,
		31, 32, 33, 47, 48, 64, 65, 100, 127, 300, 1023, 1024, 1025,
		3000 };
	unsigned bad = 0, tried = 0;

	fill(a, 2 * PAGE);
	memcpy(b, a, 2 * PAGE);
	for (unsigned i = 0; i < sizeof lengths / sizeof *lengths; i++)
		for (int apart = -70; apart <= 70; apart++) {
			size_t n = lengths[i];
			size_t from = 70 + (size_t)random() % 70;
			size_t to = from + (size_t)(apart + 70) - 70;

			if (i % 3 == 2 && to + n < PAGE) {
				from = 2 * PAGE - n;
				to += PAGE / 2;
			}
			small_memmove(a + to, a + from, n);
			memmove(b + to, b + from, n);
			bad += memcmp(a, b, 2 * PAGE) != 0;
			tried++;
		}
	ok(bad == 0, "memmove: %u of %u differ", bad, tried);
}

static void
test_set(unsigned char *a, unsigned char *b)
{
	unsigned bad = 0;

	fill(a, 2 * PAGE);
	memcpy(b, a, 2 * PAGE);
	for (size_t n = 0; n <= 2 * PAGE; n += n < MOST ? 1 : 61) {
		size_t at = (size_t)random() % (2 * PAGE - n + 1);
		int c = (int)random() % 300;

		bad += small_memset(a + at, c, n) != a + at;
		memset(b + at, c, n);
		bad += memcmp(a, b, 2 * PAGE) != 0;
		bad += small_memcpy(a, b + PAGE, n / 2) != a;
		memcpy(b, b + PAGE, n / 2);
		bad += memcmp(a, b, 2 * PAGE) != 0;
	}
	ok(bad == 0, "memset, memcpy: %u differ", bad);
}
#endif

int
main(void)
{
#ifdef __SSE2__
	unsigned char *a = fenced(), *b = fenced();

	srandom(1);
	test_search(a, b);
	test_move(a, b);
	test_set(a, b);
#else
	ok(true, "none of them is for this processor");
#endif
	return done_testing();
}
