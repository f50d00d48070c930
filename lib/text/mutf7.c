/* mutf7.c: RFC 3501 section 5.1.3, canonical in both directions. */
#include "text/mutf7.h"

#include <stdint.h>

#include "text/base64.h"
#include "text/utf8.h"

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

static int
value(char c)
{
	return c == ',' ? 63 : c == '/' ? -1 : base64_value((unsigned char)c);
}

/* What stands for itself, but for "&". */
static bool
is_direct(uint32_t cp)
{
	return cp >= 0x20 && cp <= 0x7e;
}

/* One UTF-16 unit; *high is the surrogate that waits for its other half. */
static bool
put_unit(uint32_t unit, uint32_t *high, struct strbuf *out)
{
	bool low = unit >= 0xdc00 && unit <= 0xdfff;

	if (low != (*high != 0) || unit == 0 || is_direct(unit))
		return false;
	if (low) {
		utf8_put(
		    out, 0x10000 + ((*high - 0xd800) << 10) + (unit - 0xdc00));
		*high = 0;
	} else if (unit >= 0xd800 && unit <= 0xdbff) {
		*high = unit;
	} else {
		utf8_put(out, unit);
	}
	return true;
}

/* From past "&" to past "-"; what is between is not empty. */
static bool
decode_run(struct span *in, struct strbuf *out)
{
	uint32_t bits = 0, high = 0;
	unsigned n = 0; /* how many of bits are not used yet */
	int v;

	for (; !span_eat(in, '-'); in->p++) {
		if (in->p == in->end || (v = value(*in->p)) == -1)
			return false;
		bits = (bits << 6 | (uint32_t)v) & 0x3fffff;
		n += 6;
		if (n < 16)
			continue;
		n -= 16;
		if (!put_unit(bits >> n & 0xffff, &high, out))
			return false;
	}
	/* the last unit is filled up to a sextet with zeros, no more */
	return high == 0 && n < 6 && (bits & ((1u << n) - 1)) == 0;
}

bool
mutf7_decode(struct span in, struct strbuf *out)
{
	size_t start = out->len;
	bool shifted = false; /* a run of base64 ended just here */

	while (in.p < in.end) {
		char c = *in.p++;

		if (c != '&') {
			if (!is_direct((unsigned char)c))
				goto refuse;
			strbuf_putc(out, c);
			shifted = false;
		} else if (span_eat(&in, '-')) {
			strbuf_putc(out, '&');
			shifted = false;
		} else {
			if (shifted || !decode_run(&in, out))
				goto refuse;
			shifted = true;
		}
	}
	return true;
refuse:
	strbuf_cut(out, start);
	return false;
}

struct run {
	bool open; /* "&" was written and its "-" was not */
	uint32_t bits;
	unsigned n; /* how many of bits are to be written yet */
};

static void
encode_unit(struct run *r, uint32_t unit, struct strbuf *out)
{
	r->bits = r->bits << 16 | unit;
	for (r->n += 16; r->n >= 6; r->n -= 6)
		strbuf_putc(out, alphabet[r->bits >> (r->n - 6) & 63]);
	r->bits &= (1u << r->n) - 1;
}

static void
end_run(struct run *r, struct strbuf *out)
{
	if (!r->open)
		return;
	if (r->n > 0)
		strbuf_putc(out, alphabet[r->bits << (6 - r->n) & 63]);
	strbuf_putc(out, '-');
	*r = (struct run){ 0 };
}

static void
encode_shifted(struct run *r, uint32_t cp, struct strbuf *out)
{
	if (!r->open)
		strbuf_putc(out, '&');
	r->open = true;
	if (cp > 0xffff) {
		cp -= 0x10000;
		encode_unit(r, 0xd800 + (cp >> 10), out);
		cp = 0xdc00 + (cp & 0x3ff);
	}
	encode_unit(r, cp, out);
}

/* As many bytes as stand for themselves; nearly always that is all. */
static struct span
direct_run(struct span *in)
{
	struct span run = { in->p, in->p };

	while (run.end < in->end && *run.end != '&' &&
	       is_direct((unsigned char)*run.end))
		run.end++;
	in->p = run.end;
	return run;
}

bool
mutf7_encode(struct span in, struct strbuf *out)
{
	struct span run = direct_run(&in);
	struct run r = { 0 };
	uint32_t cp;

	if (in.p == in.end) {
		strbuf_cat(out, run);
		return true;
	}
	in.p = run.p;

	if (!utf8_valid(in) || span_find(in, '\0') != NULL)
		return false;
	while (utf8_next(&in, &cp)) {
		if (!is_direct(cp)) {
			encode_shifted(&r, cp, out);
			continue;
		}
		end_run(&r, out);
		strbuf_putc(out, (char)cp);
		if (cp == '&')
			strbuf_putc(out, '-');
	}
	end_run(&r, out);
	return true;
}
