/* bytes.c: loops over whole messages, sixteen bytes at a step. */
#include "text/bytes.h"

#include <stdint.h>
#include <string.h>

#include "base/byteset.h"
#include "sys/cpu.h"
#include "text/lanes.h"

enum { SHORT = 64 };

/* Every NUL from p to end becomes 0x80. */
static void
hide_nuls(char *p, const char *end)
{
	while (p < end && (p = memchr(p, '\0', (size_t)(end - p))) != NULL)
		*p++ = '\x80';
}

#if defined(__x86_64__)
/*
 * bytes_crlf() for the bytes at the front, as long as there are 32 of them,
 * the byte before which counts.  Where to has come, and whether there may
 * have been NULs.
 */
__attribute__((target("avx2"))) static char *
crlf_avx2(struct span *in, char *to, bool *nul)
{
	typedef char v32 __attribute__((vector_size(32)));
	const char *p = in->p;
	v32 v, nuls = { 0 };
	unsigned lfs, n;

	while (in->end - p >= (ptrdiff_t)sizeof v) {
		memcpy(&v, p, sizeof v);
		memcpy(to, &v, sizeof v);
		nuls |= v == 0;
		lfs = (unsigned)__builtin_ia32_pmovmskb256(v == '\n');
		if (lfs == 0) {
			p += sizeof v;
			to += sizeof v;
			continue;
		}
		n = (unsigned)__builtin_ctz(lfs);
		p += n;
		to += n;
		if (p[-1] != '\r')
			*to++ = '\r';
		*to++ = '\n';
		p++;
	}
	in->p = p;
	*nul = __builtin_ia32_pmovmskb256(nuls) != 0;
	return to;
}
#endif

/* The same with what every CPU has, and to the end. */
static char *
crlf_any(struct span in, char *to, bool was)
{
	const char *lf;
	size_t n;

	while (in.p < in.end) {
		lf = memchr(in.p, '\n', span_len(in));
		n = (size_t)((lf == NULL ? in.end : lf) - in.p);
		memcpy(to, in.p, n);
		to += n;
		in.p += n;
		if (lf == NULL)
			break;
		if (n > 0 ? lf[-1] != '\r' : !was)
			*to++ = '\r';
		*to++ = '\n';
		in.p++;
		was = false;
	}
	return to;
}

void
bytes_crlf(struct span in, bool *cr, bool nul80, struct strbuf *out)
{
	bool was = *cr;
	/* room for the worst case: to count first would take longer */
	char *to = strbuf_room(out, 2 * span_len(in)), *start = to, *rest;
	bool nul = true;

	if (in.p < in.end)
		*cr = in.end[-1] == '\r';
#if defined(__x86_64__)
	if (span_len(in) > SHORT && cpu_has_avx2()) {
		struct span first = span_of(in.p, 1);
		bool found;

		nul = *in.p++ == '\0';
		to = crlf_any(first, to, was);
		to = crlf_avx2(&in, to, &found);
		was = in.p[-1] == '\r';
		nul |= found;
	}
#endif
	rest = to;
	to = crlf_any(in, to, was);
	if (nul80)
		hide_nuls(nul ? start : rest, to);
	*to = '\0';
	out->len += (size_t)(to - start);
}

static bool
any(lanes v)
{
	uint64_t half[2];

	memcpy(half, &v, sizeof half);
	return (half[0] | half[1]) != 0;
}

/* Bytes that must be escaped or cannot be quoted. */
static lanes
not_plain(lanes v)
{
	typedef signed char numbers __attribute__((vector_size(LANES)));

	/* as signed numbers those above 0x7f are below 0x20, too */
	return (lanes)((numbers)v < 0x20) | (lanes)(v == 0x7f) |
	       (lanes)(v == '"') | (lanes)(v == '\\');
}

/* The bytes of a span shorter than LANES, some of them twice, and spaces. */
static lanes
load_short(struct span s)
{
	typedef uint64_t pair __attribute__((vector_size(LANES)));
	const uint64_t spaces = UINT64_C(0x2020202020202020);
	uint64_t low = spaces, high = spaces;
	size_t len = span_len(s);
	uint32_t half[2];

	if (len >= sizeof low) {
		memcpy(&low, s.p, sizeof low);
		memcpy(&high, s.end - sizeof high, sizeof high);
	} else if (len >= sizeof *half) {
		memcpy(&half[0], s.p, sizeof *half);
		memcpy(&half[1], s.end - sizeof *half, sizeof *half);
		low = half[0] | (uint64_t)half[1] << 32;
	} else if (len > 0) {
		low = spaces << 24 | (uint64_t)(unsigned char)s.p[0] |
		      (uint64_t)(unsigned char)s.p[len / 2] << 8 |
		      (uint64_t)(unsigned char)s.end[-1] << 16;
	}
	return (lanes)(pair){ low, high };
}

bool
bytes_is_plain(struct span s)
{
	lanes bad = { 0 };
	const char *last;

	if (span_len(s) < LANES) {
		bad = not_plain(load_short(s));
		return !any(bad);
	}
	last = s.end - LANES;
	for (; s.p < last; s.p += LANES)
		bad |= not_plain(lanes_load(s.p));
	return !any(bad | not_plain(lanes_load(last)));
}

/* ftext = %d33-57 / %d59-126 */
static const struct byteset ftext = { { ~(UINT64_C(0x1ffffffff) | BYTE(':')),
    ~BYTE(0x7f), 0, 0 } };

size_t
bytes_name_len(struct span s)
{
	const char *start = s.p;

#ifdef __SSE2__
	typedef char numbers __attribute__((vector_size(LANES)));

	for (; span_len(s) >= LANES; s.p += LANES) {
		numbers v;
		unsigned good;

		memcpy(&v, s.p, sizeof v);
		/* those above 0x7f are below 0 here */
		good = (unsigned)__builtin_ia32_pmovmskb128(
		    (v > ' ') & (v != 0x7f) & (v != ':'));
		if (good != 0xffff)
			return (size_t)(s.p - start) +
			       (unsigned)__builtin_ctz(~good);
	}
#endif
	byteset_skip(&ftext, &s);
	return (size_t)(s.p - start);
}

const char *
bytes_ascii_end(struct span s)
{
#ifdef __SSE2__
	typedef char blocks __attribute__((vector_size(LANES)));

	for (; span_len(s) >= LANES; s.p += LANES) {
		blocks v;
		unsigned high;

		memcpy(&v, s.p, sizeof v);
		high = (unsigned)__builtin_ia32_pmovmskb128(v);
		if (high != 0)
			return s.p + __builtin_ctz(high);
	}
#endif
	while (s.p < s.end && (unsigned char)*s.p < 0x80)
		s.p++;
	return s.p;
}

bool
bytes_has_8bit(struct span s)
{
	lanes acc = { 0 };
	unsigned char any = 0;

	for (; span_len(s) >= LANES; s.p += LANES)
		acc |= lanes_load(s.p);
	for (unsigned i = 0; i < LANES; i++)
		any |= acc[i];
	while (s.p < s.end)
		any |= (unsigned char)*s.p++;
	return any > 0x7f;
}

bool
bytes_has_either(struct span s, char a, char b)
{
	lanes acc = { 0 }, v;

	if (span_len(s) < LANES) {
		while (s.p < s.end && *s.p != a && *s.p != b)
			s.p++;
		return s.p < s.end;
	}
	for (; s.end - s.p > LANES; s.p += LANES) {
		v = lanes_load(s.p);
		acc |= (lanes)(v == (unsigned char)a) |
		       (lanes)(v == (unsigned char)b);
	}
	v = lanes_load(s.end - LANES); /* some of it twice */
	acc |= (lanes)(v == (unsigned char)a) | (lanes)(v == (unsigned char)b);
	return any(acc);
}

#ifdef __SSE2__
/*
 * Places where the first byte and the last fit, in whole blocks.  *in.p gets
 * where the search must go on: too many places were none, or little is left.
 */
static const char *
find_blocks(struct span *in, struct span needle)
{
	typedef char blocks __attribute__((vector_size(LANES)));
	size_t len = span_len(needle), lost = 0;
	blocks first = (blocks){ 0 } + needle.p[0];
	blocks last = (blocks){ 0 } + needle.end[-1], v, w;
	const char *start = in->p;

	for (; span_len(*in) >= LANES - 1 + len; in->p += LANES) {
		unsigned fits;

		memcpy(&v, in->p, sizeof v);
		memcpy(&w, in->p + len - 1, sizeof w);
		fits = (unsigned)__builtin_ia32_pmovmskb128(
		    (v == first) & (w == last));
		for (; fits != 0; fits &= fits - 1) {
			const char *at = in->p + __builtin_ctz(fits);

			if (memcmp(at, needle.p, len) == 0)
				return at;
			lost += len;
		}
		/* to compare all places would take too long */
		if (lost > 8 * (size_t)(in->p - start) + 64 * len)
			break;
	}
	return NULL;
}
#else
static const char *
find_blocks(struct span *in, struct span needle)
{
	(void)in;
	(void)needle;
	return NULL;
}
#endif

const char *
bytes_find(struct span s, struct span needle)
{
	size_t len = span_len(needle);
	const char *at;

	if (len == 0)
		return s.p;
	if (len == 1)
		return span_find(s, *needle.p);
	if ((at = find_blocks(&s, needle)) != NULL)
		return at;
	return len > span_len(s) ? NULL
				 : memmem(s.p, span_len(s), needle.p, len);
}
