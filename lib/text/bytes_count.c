/* bytes_count.c: line ends and other bytes, counted. */
#include <stdint.h>
#include <string.h>

#include "sys/cpu.h"
#include "text/bytes.h"
#include "text/lanes.h"

/* A lane counts to 255 before it must be added up. */
enum { ROUNDS = 255, ROUND_LEN = ROUNDS * LANES };

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
			acc -= (lanes)(lanes_load(p) == '\n') &
			       (lanes)(lanes_load(p - 1) != '\r');
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

size_t
bytes_count(struct span s, char c)
{
	size_t len = span_len(s), n = 0;
	lanes want = (lanes){ 0 } + (unsigned char)c;

	while (len >= LANES) {
		lanes acc = { 0 };
		size_t part = len < ROUND_LEN ? len - len % LANES : ROUND_LEN;

		for (const char *end = s.p + part; s.p < end; s.p += LANES)
			acc -= (lanes)(lanes_load(s.p) == want);
		n += sum(acc);
		len -= part;
	}
	while (s.p < s.end)
		n += *s.p++ == c;
	return n;
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

/*
 * Lanes with an LF are 255; those with a CR in *cr, and if dash is not NULL
 * those before a "-" in that.
 */
static inline __attribute__((always_inline)) void
find_lfs(const char *p, wide *lf, wide *cr, wide *dash)
{
	wide v, next;

	memcpy(&v, p, WIDE);
	*lf = (wide)(v == '\n');
	*cr |= (wide)(v == '\r');
	if (dash == NULL)
		return;
	memcpy(&next, p + 1, WIDE);
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
	wide lfs = { 0 }, cr = { 0 }, dash, lf[4], *d = dashes ? &dash : NULL;
	const char *start = p;
	size_t count;

	for (; end - p >= GROUP; p += GROUP) {
		dash = (wide){ 0 };
		find_lfs(p, &lf[0], &cr, d);
		find_lfs(p + WIDE, &lf[1], &cr, d);
		find_lfs(p + 2 * WIDE, &lf[2], &cr, d);
		find_lfs(p + 3 * WIDE, &lf[3], &cr, d);
		if (dashes && wide_any(&dash) && has_dashes(p, p + GROUP)) {
			end = p;
			break;
		}
		lfs -= lf[0] + lf[1] + lf[2] + lf[3];
	}
	for (; p < end; p += WIDE) {
		dash = (wide){ 0 };
		find_lfs(p, &lf[0], &cr, d);
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

/* A loop of its own for each, one test for all bytes. */
static inline __attribute__((always_inline)) size_t
lines_both(const char *p, size_t len, bool dashes, struct lines *n)
{
	return dashes ? lines_loop(p, len, true, n)
		      : lines_loop(p, len, false, n);
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static size_t
lines_avx2(const char *p, size_t len, bool dashes, struct lines *n)
{
	return lines_both(p, len, dashes, n);
}
#endif

static size_t
lines_any(const char *p, size_t len, bool dashes, struct lines *n)
{
	return lines_both(p, len, dashes, n);
}

static size_t
count_lines(const char *p, size_t len, bool dashes, struct lines *n)
{
#if defined(__x86_64__)
	if (cpu_has_avx2())
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
	if (cpu_has_avx2()) {
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
