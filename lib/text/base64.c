/* base64.c: one alphabet, a strict reader and a lenient one. */
#include "text/base64.h"

#include <stddef.h>
#include <string.h>

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* The sextet that a byte stands for, plus one: 0 is none. */
/* clang-format off */
static const unsigned char places[256] = {
	['A'] = 1, ['B'] = 2, ['C'] = 3, ['D'] = 4, ['E'] = 5, ['F'] = 6,
	['G'] = 7, ['H'] = 8, ['I'] = 9, ['J'] = 10, ['K'] = 11, ['L'] = 12,
	['M'] = 13, ['N'] = 14, ['O'] = 15, ['P'] = 16, ['Q'] = 17,
	['R'] = 18, ['S'] = 19, ['T'] = 20, ['U'] = 21, ['V'] = 22,
	['W'] = 23, ['X'] = 24, ['Y'] = 25, ['Z'] = 26, ['a'] = 27,
	['b'] = 28, ['c'] = 29, ['d'] = 30, ['e'] = 31, ['f'] = 32,
	['g'] = 33, ['h'] = 34, ['i'] = 35, ['j'] = 36, ['k'] = 37,
	['l'] = 38, ['m'] = 39, ['n'] = 40, ['o'] = 41, ['p'] = 42,
	['q'] = 43, ['r'] = 44, ['s'] = 45, ['t'] = 46, ['u'] = 47,
	['v'] = 48, ['w'] = 49, ['x'] = 50, ['y'] = 51, ['z'] = 52,
	['0'] = 53, ['1'] = 54, ['2'] = 55, ['3'] = 56, ['4'] = 57,
	['5'] = 58, ['6'] = 59, ['7'] = 60, ['8'] = 61, ['9'] = 62,
	['+'] = 63, ['/'] = 64,
};
/* clang-format on */

enum { NONE = -1 };

int
base64_value(unsigned char c)
{
	return places[c] - 1;
}

void
base64_encode(struct span in, struct strbuf *out)
{
	const unsigned char *p = (const unsigned char *)in.p;
	size_t len = span_len(in), left;
	char *to = strbuf_room(out, len / 3 * 4 + 4), *start = to;
	uint32_t v;

	for (left = len; left > 0; left -= left < 3 ? left : 3, p += 3) {
		v = (uint32_t)p[0] << 16;
		v |= left > 1 ? (uint32_t)p[1] << 8 : 0;
		v |= left > 2 ? p[2] : 0;
		*to++ = alphabet[v >> 18];
		*to++ = alphabet[v >> 12 & 63];
		*to++ = left > 1 ? alphabet[v >> 6 & 63] : '=';
		*to++ = left > 2 ? alphabet[v & 63] : '=';
	}
	*to = '\0';
	out->len += (size_t)(to - start);
}

/* A group of four, the last n of which are padding, to 3 - n bytes. */
static bool
group(const char *p, unsigned pad, char *to)
{
	uint32_t v = 0;
	unsigned i;

	for (i = 0; i < 4; i++) {
		int x = i >= 4 - pad ? 0 : base64_value((unsigned char)p[i]);

		if (x == NONE)
			return false;
		v = v << 6 | (uint32_t)x;
	}
	for (i = 0; i < 3; i++, v <<= 8) {
		if (i < 3 - pad)
			to[i] = (char)(v >> 16 & 0xff);
		else if ((v >> 16 & 0xff) != 0)
			return false; /* stray bits */
	}
	return true;
}

bool
base64_decode(struct span in, struct strbuf *out)
{
	size_t n = 0;
	unsigned pad;
	char *to;

	if (span_len(in) % 4 != 0)
		return false;
	to = strbuf_room(out, span_len(in) / 4 * 3);
	for (; in.p < in.end; in.p += 4, n += 3 - pad) {
		pad = 0;
		if (span_len(in) == 4 && in.p[3] == '=')
			pad = in.p[2] == '=' ? 2 : 1;
		if (!group(in.p, pad, to + n)) {
			explicit_bzero(to, n + 3); /* half a password */
			return false;
		}
	}
	to[n] = '\0';
	out->len += n;
	return true;
}

/* Whole groups at the front of in, without a look at the state. */
static struct span
whole_groups(struct span in, char **to)
{
	while (span_len(in) >= 4) {
		const unsigned char *p = (const unsigned char *)in.p;
		int a = base64_value(p[0]), b = base64_value(p[1]);
		int c = base64_value(p[2]), d = base64_value(p[3]);

		if ((a | b | c | d) < 0)
			break;
		*(*to)++ = (char)(a << 2 | b >> 4);
		*(*to)++ = (char)(b << 4 | c >> 2);
		*(*to)++ = (char)(c << 6 | d);
		in.p += 4;
	}
	return in;
}

/* The bytes that a cut or padded group holds. */
static void
finish(struct base64_dec *d, char **to)
{
	if (d->n == 1)
		d->damaged = true;
	if (d->n >= 2)
		*(*to)++ = (char)(d->bits >> (d->n * 6 - 8) & 0xff);
	if (d->n == 3)
		*(*to)++ = (char)(d->bits >> 2 & 0xff);
	d->n = 0;
	d->bits = 0;
}

static void
add_one(struct base64_dec *d, unsigned char c, char **to)
{
	if (c == '=') {
		finish(d, to);
		return;
	}
	if (base64_value(c) == NONE) {
		if (c != '\r' && c != '\n' && c != ' ' && c != '\t')
			d->damaged = true;
		return;
	}
	d->bits = d->bits << 6 | (uint32_t)base64_value(c);
	if (++d->n < 4)
		return;
	*(*to)++ = (char)(d->bits >> 16 & 0xff);
	*(*to)++ = (char)(d->bits >> 8 & 0xff);
	*(*to)++ = (char)(d->bits & 0xff);
	d->n = 0;
	d->bits = 0;
}

void
base64_dec_add(struct base64_dec *d, struct span in, struct strbuf *out)
{
	/* each byte yields at most one: "QQ=QQ=" is 6 to 2, "Q" 1 to 0 */
	char *to = strbuf_room(out, span_len(in) + 3), *start = to;

	while (in.p < in.end) {
		if (d->n == 0)
			in = whole_groups(in, &to);
		if (in.p < in.end)
			add_one(d, (unsigned char)*in.p++, &to);
	}
	*to = '\0';
	out->len += (size_t)(to - start);
}

void
base64_dec_end(struct base64_dec *d, struct strbuf *out)
{
	char *to = strbuf_room(out, 3), *start = to;

	if (d->n > 0)
		d->damaged = true;
	finish(d, &to);
	*to = '\0';
	out->len += (size_t)(to - start);
}
