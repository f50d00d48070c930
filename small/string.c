/*
 * string.c: the functions of <string.h> that sessions spend time in, sixteen
 * bytes at a step, in place of musl's.
 *
 * musl has them a word or a byte at a time: messages, which are searched for
 * line ends and copied, would be sent at half the speed.  glibc's choose at
 * start what the processor does best, and that choosing is what makes its
 * start dear (small.mk).  SSE2 is there on every x86-64 and needs no choice;
 * on other processors musl's own are taken.
 *
 * Reading goes by aligned blocks, so bytes before and behind what was given
 * are read too, but never a page that it does not touch; and never one behind
 * what was sought, since some ask for "as far as it takes".
 */
#include <stddef.h>

typedef int nothing_else; /* a file must hold something */

#ifdef __SSE2__
#include <emmintrin.h>
#include <stdint.h>

/* a test has them beside its own library's */
#ifndef SMALL
#define SMALL(name) name
#endif

enum { BLOCK = sizeof(__m128i), LONG = 1024 };

void *SMALL(memchr)(const void *s, int c, size_t n);
void *SMALL(memrchr)(const void *s, int c, size_t n);
size_t SMALL(strlen)(const char *s);
char *SMALL(strchrnul)(const char *s, int c);
char *SMALL(__strchrnul)(const char *s, int c);
int SMALL(memcmp)(const void *a, const void *b, size_t n);
void *SMALL(memcpy)(void *restrict to, const void *restrict from, size_t n);
void *SMALL(memmove)(void *to, const void *from, size_t n);
void *SMALL(memset)(void *to, int c, size_t n);

static __m128i
load(const void *p)
{
	return _mm_loadu_si128(p);
}

static void
store(void *p, __m128i v)
{
	_mm_storeu_si128(p, v);
}

/* A bit for each byte of the aligned block at p that is c. */
static unsigned
is(const unsigned char *p, __m128i c)
{
	return (unsigned)_mm_movemask_epi8(
	    _mm_cmpeq_epi8(_mm_load_si128((const void *)p), c));
}

static const unsigned char *
aligned(const void *p)
{
	return (const unsigned char *)((uintptr_t)p & ~(uintptr_t)(BLOCK - 1));
}

/* The same of four blocks, aligned as one; most often there is none. */
static uint64_t
is_in_four(const unsigned char *p, __m128i c)
{
	const __m128i *v = (const void *)p;
	__m128i m0 = _mm_cmpeq_epi8(_mm_load_si128(v), c);
	__m128i m1 = _mm_cmpeq_epi8(_mm_load_si128(v + 1), c);
	__m128i m2 = _mm_cmpeq_epi8(_mm_load_si128(v + 2), c);
	__m128i m3 = _mm_cmpeq_epi8(_mm_load_si128(v + 3), c);
	__m128i any = _mm_or_si128(_mm_or_si128(m0, m1), _mm_or_si128(m2, m3));

	if (_mm_movemask_epi8(any) == 0)
		return 0;
	return (uint64_t)_mm_movemask_epi8(m0) |
	       (uint64_t)_mm_movemask_epi8(m1) << 16 |
	       (uint64_t)_mm_movemask_epi8(m2) << 32 |
	       (uint64_t)_mm_movemask_epi8(m3) << 48;
}

void *
SMALL(memchr)(const void *s, int c, size_t n)
{
	const unsigned char *p = aligned(s);
	uintptr_t end = (uintptr_t)s + n;
	__m128i all = _mm_set1_epi8((char)c);
	unsigned skip = (unsigned)((const unsigned char *)s - p), bits;
	uint64_t four;

	if (n == 0)
		return NULL;
	if (end < (uintptr_t)s) /* as long as memory goes */
		end = UINTPTR_MAX;
	bits = is(p, all) >> skip << skip;
	while (bits == 0) {
		p += BLOCK;
		if ((uintptr_t)p >= end)
			return NULL;
		if ((uintptr_t)p % (4 * BLOCK) == 0 &&
		    end - (uintptr_t)p >= 4 * BLOCK) {
			if ((four = is_in_four(p, all)) != 0)
				return (void *)(uintptr_t)(p + __builtin_ctzll(
								   four));
			p += 3 * BLOCK;
		} else {
			bits = is(p, all);
		}
	}
	p += __builtin_ctz(bits);
	return (uintptr_t)p < end ? (void *)(uintptr_t)p : NULL;
}

void *
SMALL(memrchr)(const void *s, int c, size_t n)
{
	const unsigned char *start = s, *end = start + n, *p;
	__m128i all = _mm_set1_epi8((char)c);
	unsigned bits;

	if (n == 0)
		return NULL;
	p = aligned(end - 1);
	bits = is(p, all) & (0xffffU >> (BLOCK - 1 - (end - 1 - p)));
	while (bits == 0) {
		if (p <= start)
			return NULL;
		p -= BLOCK;
		bits = is(p, all);
	}
	p += 31 - __builtin_clz(bits);
	return p >= start ? (void *)(uintptr_t)p : NULL;
}

size_t
SMALL(strlen)(const char *s)
{
	return (size_t)(SMALL(strchrnul)(s, '\0') - s);
}

char *
SMALL(strchrnul)(const char *s, int c)
{
	const unsigned char *p = aligned(s);
	__m128i all = _mm_set1_epi8((char)c), nul = _mm_setzero_si128();
	unsigned skip = (unsigned)((const unsigned char *)s - p), bits;

	bits = (is(p, all) | is(p, nul)) >> skip << skip;
	while (bits == 0) {
		p += BLOCK;
		bits = is(p, all) | is(p, nul);
	}
	return (char *)(uintptr_t)(p + __builtin_ctz(bits));
}

/* musl's own calls, of strchr() and others */
char *
SMALL(__strchrnul)(const char *s, int c)
{
	return SMALL(strchrnul)(s, c);
}

/* By the first byte that differs, which counts most. */
static int
cmp_words(uint64_t v, uint64_t w)
{
	if (v == w)
		return 0;
	return __builtin_bswap64(v) < __builtin_bswap64(w) ? -1 : 1;
}

/* Two words that overlap, or meet, are all of n. */
#define CMP_TWO(w, p, q, n)                                                    \
	do {                                                                   \
		uint##w##_t v_, w_;                                            \
		int r_;                                                        \
		__builtin_memcpy(&v_, p, sizeof v_);                           \
		__builtin_memcpy(&w_, q, sizeof w_);                           \
		if ((r_ = cmp_words(v_, w_)) != 0)                             \
			return r_;                                             \
		__builtin_memcpy(&v_, (p) + (n) - sizeof v_, sizeof v_);       \
		__builtin_memcpy(&w_, (q) + (n) - sizeof w_, sizeof w_);       \
		return cmp_words(v_, w_);                                      \
	} while (0)

/* Less than a block. */
static int
cmp_few(const unsigned char *p, const unsigned char *q, size_t n)
{
	if (n >= 8)
		CMP_TWO(64, p, q, n);
	if (n >= 4)
		CMP_TWO(32, p, q, n);
	for (size_t i = 0; i < n; i++)
		if (p[i] != q[i])
			return p[i] - q[i];
	return 0;
}

static int
cmp_block(const unsigned char *p, const unsigned char *q)
{
	unsigned same =
	    (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(load(p), load(q)));
	unsigned i = (unsigned)__builtin_ctz(~same);

	return same == 0xffff ? 0 : p[i] - q[i];
}

int
SMALL(memcmp)(const void *a, const void *b, size_t n)
{
	const unsigned char *p = a, *q = b;
	const unsigned char *last;
	int r;

	if (n < BLOCK)
		return cmp_few(p, q, n);
	last = p + n - BLOCK;
	for (; p < last; p += BLOCK, q += BLOCK)
		if ((r = cmp_block(p, q)) != 0)
			return r;
	/* some of it, perhaps, again */
	return cmp_block(last, q - (p - last));
}

/* Two words of w bytes that overlap, or meet, are all of n. */
#define COPY_TWO(w, to, from, n)                                               \
	do {                                                                   \
		uint##w##_t first_, last_;                                     \
		__builtin_memcpy(&first_, from, sizeof first_);                \
		__builtin_memcpy(                                              \
		    &last_, (from) + (n) - sizeof last_, sizeof last_);        \
		__builtin_memcpy(to, &first_, sizeof first_);                  \
		__builtin_memcpy(                                              \
		    (to) + (n) - sizeof last_, &last_, sizeof last_);          \
	} while (0)

/* Up to two blocks, all of it read before any is written. */
static void
move_few(unsigned char *to, const unsigned char *from, size_t n)
{
	if (n >= BLOCK) {
		__m128i first = load(from), last = load(from + n - BLOCK);

		store(to, first);
		store(to + n - BLOCK, last);
	} else if (n >= 8) {
		COPY_TWO(64, to, from, n);
	} else if (n >= 4) {
		COPY_TWO(32, to, from, n);
	} else if (n >= 2) {
		COPY_TWO(16, to, from, n);
	} else if (n == 1) {
		*to = *from;
	}
}

/* Upwards; the last block was read before anything was written to it. */
static void
move_up(unsigned char *to, const unsigned char *from, size_t n)
{
	__m128i last = load(from + n - BLOCK);
	unsigned char *end = to + n - BLOCK;

	for (; to + 2 * BLOCK <= end; to += 2 * BLOCK, from += 2 * BLOCK) {
		__m128i a = load(from), b = load(from + BLOCK);

		store(to, a);
		store(to + BLOCK, b);
	}
	for (; to < end; to += BLOCK, from += BLOCK)
		store(to, load(from));
	store(end, last);
}

/* The processor's own loop, once it has begun. */
static void
copy_long(void *to, const void *from, size_t n)
{
	__asm__ volatile("rep movsb"
			 : "+D"(to), "+S"(from), "+c"(n)
			 :
			 : "memory");
}

void *
SMALL(memcpy)(void *restrict to, const void *restrict from, size_t n)
{
	if (n <= 2 * BLOCK)
		move_few(to, from, n);
	else if (n < LONG)
		move_up(to, from, n);
	else
		copy_long(to, from, n);
	return to;
}

static void
move_down(unsigned char *to, const unsigned char *from, size_t n)
{
	__m128i first = load(from);

	for (; n > BLOCK; n -= BLOCK)
		store(to + n - BLOCK, load(from + n - BLOCK));
	store(to, first);
}

void *
SMALL(memmove)(void *to, const void *from, size_t n)
{
	uintptr_t apart = (uintptr_t)to - (uintptr_t)from;

	if (n <= 2 * BLOCK) {
		move_few(to, from, n);
	} else if (apart >= n && -apart >= n && n >= LONG) {
		copy_long(to, from, n);
	} else if (apart >= n) {
		move_up(to, from, n);
	} else {
		move_down(to, from, n);
	}
	return to;
}

void *
SMALL(memset)(void *to, int c, size_t n)
{
	unsigned char *p = to, *end;
	__m128i all = _mm_set1_epi8((char)c);

	if (n < BLOCK) {
		while (n > 0) {
			p[--n] = (unsigned char)c;
			__asm__ volatile(
			    "" ::
				: "memory"); /* no call of itself */
		}
		return to;
	}
	end = p + n - BLOCK;
	if (n >= LONG) {
		void *at = to;

		__asm__ volatile("rep stosb"
				 : "+D"(at), "+c"(n)
				 : "a"(c)
				 : "memory");
		return to;
	}
	for (; p < end; p += BLOCK)
		store(p, all);
	store(end, all);
	return to;
}
#endif
