/* bytes.c: loops over whole messages, sixteen bytes at a step. */
#include "text/bytes.h"

#include <string.h>

enum { LANES = 16 };

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

size_t
bytes_crlf_len(struct span in, bool *cr)
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

void
bytes_crlf(struct span in, bool *cr, bool nul80, struct strbuf *out)
{
	bool was = *cr;
	size_t len = bytes_crlf_len(in, cr), n;
	char *to = strbuf_room(out, len), *start = to;
	const char *lf;

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
	if (nul80)
		hide_nuls(start, to);
	*to = '\0';
	out->len += len;
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

const char *
bytes_find(struct span s, struct span needle)
{
	size_t len = span_len(needle);

	if (len == 0)
		return s.p;
	return len > span_len(s) ? NULL
				 : memmem(s.p, span_len(s), needle.p, len);
}
