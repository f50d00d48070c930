/* bytes.c: loops over whole messages, sixteen bytes at a step. */
#include "text/bytes.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif
#include <stdint.h>
#include <string.h>

#include "base/byteset.h"

enum { LANES = 16, SHORT = 64 };

/* One byte in each lane; both compilers lower this to what the CPU has. */
typedef unsigned char lanes __attribute__((vector_size(LANES)));

/* A lane counts to 255 before it must be added up. */
enum { ROUNDS = 255, ROUND_LEN = ROUNDS * LANES };

static lanes
load(const char *p)
{
	lanes v;

	memcpy(&v, p, sizeof v);
	return v;
}

static size_t
sum(lanes v)
{
	size_t n = 0;

	for (unsigned i = 0; i < LANES; i++)
		n += v[i];
	return n;
}

/* How many LFs are in p[0..len-1] that do not follow a CR; p[-1] counts. */
static size_t
bare_lfs(const char *p, size_t len)
{
	size_t n = 0;

	while (len >= LANES) {
		lanes acc = { 0 };
		size_t part = len < ROUND_LEN ? len - len % LANES : ROUND_LEN;

		for (const char *end = p + part; p < end; p += LANES)
			acc -= (lanes)(load(p) == '\n') &
			       (lanes)(load(p - 1) != '\r');
		n += sum(acc);
		len -= part;
	}
	for (; len > 0; len--, p++)
		n += p[0] == '\n' && p[-1] != '\r';
	return n;
}

/* bytes_crlf_len() where there are CRs. */
static size_t
len_with_crs(struct span in, bool *cr)
{
	size_t len = span_len(in);

	if (len == 0)
		return 0;
	len += *in.p == '\n' && !*cr;
	*cr = in.end[-1] == '\r';
	return len + bare_lfs(in.p + 1, span_len(in) - 1);
}

/* Every NUL from p to end becomes 0x80. */
static void
hide_nuls(char *p, const char *end)
{
	while (p < end && (p = memchr(p, '\0', (size_t)(end - p))) != NULL)
		*p++ = '\x80';
}

#if defined(__x86_64__)
/*
 * Asked when it is wanted and not, as __builtin_cpu_supports() does, at each
 * start of a program: a virtual machine takes long over these questions.
 */
static bool
has_avx2(void)
{
	static enum { NOT_ASKED, YES, NO } avx2;
	unsigned a, b, c, d, low, high;

	if (avx2 == NOT_ASKED) {
		avx2 = NO;
		if (__get_cpuid(1, &a, &b, &c, &d) && (c & bit_OSXSAVE)) {
			__asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
			if ((low & 6) == 6 && /* the system saves its state */
			    __get_cpuid_count(7, 0, &a, &b, &c, &d) &&
			    (b & bit_AVX2))
				avx2 = YES;
		}
	}
	return avx2 == YES;
}

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
	if (span_len(in) > SHORT && has_avx2()) {
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

/*
 * The loop over bodies, where most bytes are, in two forms: one for what every
 * CPU has, one for AVX2.  All in one go over p[0..len-1], a multiple of WIDE;
 * p[-1] counts, and p[len] and p[len + 1] may be read.  Stops before a group
 * of bytes, or at its end WIDE bytes, in which an LF is followed by "--" and
 * returns how many it has been over.
 */
enum { WIDE = 32, GROUP = 4 * WIDE };
typedef unsigned char wide __attribute__((vector_size(WIDE)));

struct lines {
	size_t lfs;
	size_t bare;
};

static inline __attribute__((always_inline)) bool
wide_any(const wide *v)
{
	uint64_t w[WIDE / 8];

	memcpy(w, v, sizeof w);
	return (w[0] | w[1] | w[2] | w[3]) != 0;
}

/* Lanes with an LF are 255; those before a "-" in *dash, with a CR in *cr. */
static inline __attribute__((always_inline)) void
find_lfs(const char *p, wide *lf, wide *dash, wide *cr)
{
	wide v, next;

	memcpy(&v, p, WIDE);
	memcpy(&next, p + 1, WIDE);
	*lf = (wide)(v == '\n');
	*cr |= (wide)(v == '\r');
	*dash |= *lf & (wide)(next == '-');
}

/* Whether two of them do. */
static inline __attribute__((always_inline)) bool
has_dashes(const char *p, const char *end)
{
	wide found = { 0 }, v, one, two;

	for (; p < end; p += WIDE) {
		memcpy(&v, p, WIDE);
		memcpy(&one, p + 1, WIDE);
		memcpy(&two, p + 2, WIDE);
		found |=
		    (wide)(v == '\n') & (wide)(one == '-') & (wide)(two == '-');
	}
	return wide_any(&found);
}

/* Pairs of bytes are added, and then all pairs at once. */
static inline __attribute__((always_inline)) size_t
add_lanes(const wide *v)
{
	const uint64_t low = UINT64_C(0x00ff00ff00ff00ff);
	uint64_t w[WIDE / 8], pairs = 0;

	memcpy(w, v, sizeof w);
	for (int i = 0; i < WIDE / 8; i++)
		pairs += (w[i] & low) + (w[i] >> 8 & low);
	return (size_t)(pairs * UINT64_C(0x0001000100010001) >> 48);
}

/* One round, as far as lanes can count; where it stopped. */
static inline __attribute__((always_inline)) const char *
lines_round(const char *p, const char *end, bool dashes, struct lines *n)
{
	wide lfs = { 0 }, cr = { 0 }, dash, lf[4];
	const char *start = p;
	size_t count;

	for (; end - p >= GROUP; p += GROUP) {
		dash = (wide){ 0 };
		find_lfs(p, &lf[0], &dash, &cr);
		find_lfs(p + WIDE, &lf[1], &dash, &cr);
		find_lfs(p + 2 * WIDE, &lf[2], &dash, &cr);
		find_lfs(p + 3 * WIDE, &lf[3], &dash, &cr);
		if (dashes && wide_any(&dash) && has_dashes(p, p + GROUP)) {
			end = p;
			break;
		}
		lfs -= lf[0] + lf[1] + lf[2] + lf[3];
	}
	for (; p < end; p += WIDE) {
		dash = (wide){ 0 };
		find_lfs(p, &lf[0], &dash, &cr);
		if (dashes && wide_any(&dash) && has_dashes(p, p + WIDE))
			break;
		lfs -= lf[0];
	}
	count = add_lanes(&lfs);
	n->lfs += count;
	/* files with CRs are rare: those are counted for themselves */
	n->bare += start[-1] == '\r' || wide_any(&cr)
		       ? bare_lfs(start, (size_t)(p - start))
		       : count;
	return p;
}

static inline __attribute__((always_inline)) size_t
lines_loop(const char *p, size_t len, bool dashes, struct lines *n)
{
	const char *start = p, *end = p + len, *stop;

	do {
		stop =
		    end - p < ROUNDS / 4 * GROUP ? end : p + ROUNDS / 4 * GROUP;
		p = lines_round(p, stop, dashes, n);
	} while (p == stop && p < end);
	return (size_t)(p - start);
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static size_t
lines_avx2(const char *p, size_t len, bool dashes, struct lines *n)
{
	return lines_loop(p, len, dashes, n);
}
#endif

static size_t
lines_any(const char *p, size_t len, bool dashes, struct lines *n)
{
	return lines_loop(p, len, dashes, n);
}

static size_t
count_lines(const char *p, size_t len, bool dashes, struct lines *n)
{
#if defined(__x86_64__)
	if (has_avx2())
		return lines_avx2(p, len, dashes, n);
#endif
	return lines_any(p, len, dashes, n);
}

/*
 * The same an LF at a time, from *p to stop; s is all there is.  Whether an
 * LF before "--" ends it.
 */
static bool
lines_slow(struct span s, const char **p, const char *stop, struct lines *n,
    bool dashes)
{
	const char *at;

	while (
	    *p < stop && (at = memchr(*p, '\n', (size_t)(stop - *p))) != NULL) {
		*p = at + 1;
		n->lfs++;
		n->bare += at == s.p || at[-1] != '\r';
		if (dashes && s.end - at > 2 && at[1] == '-' && at[2] == '-')
			return true;
	}
	*p = stop;
	return false;
}

const char *
bytes_lines(struct span s, bool dashes, size_t *lfs, size_t *bare)
{
	const char *p = s.p, *end = NULL, *stop;
	struct lines n = { 0 };
	bool found;

	if (p < s.end &&
	    (!dashes || span_len(s) < 2 || p[0] != '-' || p[1] != '-'))
		end = memrchr(p, '\n', span_len(s));
	end = end == NULL ? p : end + 1;
	/* the first byte has none before it, the last ones none behind */
	found = lines_slow(s, &p, p < end ? p + 1 : p, &n, dashes);
	while (!found && p < end) {
		if (end - p > WIDE + 2)
			p += count_lines(
			    p, (size_t)(end - p - 2) / WIDE * WIDE, dashes, &n);
		stop = end - p < WIDE ? end : p + WIDE;
		found = lines_slow(s, &p, stop, &n, dashes);
	}
	*lfs = n.lfs;
	*bare = n.bare;
	return p;
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
	const char *last = s.end - LANES;
	lanes bad = { 0 };

	if (span_len(s) < LANES) {
		bad = not_plain(load_short(s));
		return !any(bad);
	}
	for (; s.p < last; s.p += LANES)
		bad |= not_plain(load(s.p));
	return !any(bad | not_plain(load(last)));
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

size_t
bytes_count(struct span s, char c)
{
	size_t len = span_len(s), n = 0;
	lanes want = (lanes){ 0 } + (unsigned char)c;

	while (len >= LANES) {
		lanes acc = { 0 };
		size_t part = len < ROUND_LEN ? len - len % LANES : ROUND_LEN;

		for (const char *end = s.p + part; s.p < end; s.p += LANES)
			acc -= (lanes)(load(s.p) == want);
		n += sum(acc);
		len -= part;
	}
	while (s.p < s.end)
		n += *s.p++ == c;
	return n;
}

bool
bytes_has_8bit(struct span s)
{
	lanes acc = { 0 };
	unsigned char any = 0;

	for (; span_len(s) >= LANES; s.p += LANES)
		acc |= load(s.p);
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
		v = load(s.p);
		acc |= (lanes)(v == (unsigned char)a) |
		       (lanes)(v == (unsigned char)b);
	}
	v = load(s.end - LANES); /* some of it twice */
	acc |= (lanes)(v == (unsigned char)a) | (lanes)(v == (unsigned char)b);
	return any(acc);
}

const char *
bytes_find(struct span s, struct span needle)
{
	size_t len = span_len(needle);

	if (len == 0)
		return s.p;
	return len > span_len(s) ? NULL
				 : memmem(s.p, span_len(s), needle.p, len);
}

/*
 * How many LFs there are in p[0..len-1], a multiple of WIDE; lanes that had a
 * CR, or a byte above 0x7f.
 */
struct tally {
	size_t lfs;
	wide crs;
	wide high;
};

static inline __attribute__((always_inline)) void
tally_loop(const char *p, size_t len, struct tally *t)
{
	const char *end = p + len, *stop;
	wide v, lfs, crs = { 0 }, bits = { 0 };

	while (p < end) {
		lfs = (wide){ 0 };
		stop = end - p < ROUNDS * WIDE ? end : p + ROUNDS * WIDE;
		for (; p < stop; p += WIDE) {
			memcpy(&v, p, WIDE);
			lfs -= (wide)(v == '\n');
			crs |= (wide)(v == '\r');
			bits |= v;
		}
		t->lfs += add_lanes(&lfs);
	}
	t->crs = crs;
	t->high = bits & 0x80;
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static void
tally_avx2(const char *p, size_t len, struct tally *t)
{
	tally_loop(p, len, t);
}
#endif

static void
tally(const char *p, size_t len, struct tally *t)
{
#if defined(__x86_64__)
	if (has_avx2()) {
		tally_avx2(p, len, t);
		return;
	}
#endif
	tally_loop(p, len, t);
}

/* Files with CRs are rare: those are counted for themselves. */
size_t
bytes_octets(struct span in, bool *cr, bool *high)
{
	size_t len = span_len(in), front = len - len % WIDE;
	struct tally t = { 0 };
	bool has_cr = *cr;

	*high = false;
	if (len == 0)
		return 0;
	if (front > 0)
		tally(in.p, front, &t);
	has_cr |= wide_any(&t.crs);
	*high = wide_any(&t.high);
	for (const char *p = in.p + front; p < in.end; p++) {
		t.lfs += *p == '\n';
		has_cr |= *p == '\r';
		*high |= (unsigned char)*p > 0x7f;
	}
	return has_cr ? len_with_crs(in, cr) : len + t.lfs;
}

size_t
bytes_crlf_len(struct span in, bool *cr)
{
	bool high;

	return bytes_octets(in, cr, &high);
}
