/* charset_wide.c: Unicode in other forms: UTF-16, UTF-32, UCS-2, UTF-7. */
#include "text/charset_step.h"

#include "base/ascii.h"
#include "text/base64.h"
#include "text/utf8.h"

void
charset_step_bad(struct charset_steps *s, size_t n)
{
	s->p = n < (size_t)(s->end - s->p) ? s->p + n : s->end;
	s->to = utf8_write(s->to, 0xfffd);
}

/* --- units of two or four bytes ------------------------------------------- */

static bool
is_high(uint32_t unit)
{
	return unit >= 0xd800 && unit <= 0xdbff;
}

static bool
is_low(uint32_t unit)
{
	return unit >= 0xdc00 && unit <= 0xdfff;
}

/* What the names say. */
struct form {
	size_t width;
	bool big; /* where no byte order mark says otherwise */
	bool marked; /* there may be one */
	bool pairs; /* there may be surrogates */
};

static struct form
form_of(enum charset_engine engine)
{
	switch (engine) {
	case ENGINE_UTF_16:
		return (struct form){ 2, false, true, true };
	case ENGINE_UTF_16BE:
		return (struct form){ 2, true, false, true };
	case ENGINE_UTF_16LE:
		return (struct form){ 2, false, false, true };
	case ENGINE_UNICODE:
		return (struct form){ 2, false, true, false };
	case ENGINE_UCS_2:
		return (struct form){ 2, false, false, false };
	case ENGINE_UCS_2BE:
		return (struct form){ 2, true, false, false };
	case ENGINE_UTF_32:
		return (struct form){ 4, false, true, false };
	case ENGINE_UTF_32BE:
		return (struct form){ 4, true, false, false };
	default:
		return (struct form){ 4, false, false, false };
	}
}

static uint32_t
take_unit(const unsigned char *p, size_t width, bool big)
{
	uint32_t unit = 0;

	for (size_t i = 0; i < width; i++)
		unit = unit << 8 | p[big ? i : width - 1 - i];
	return unit;
}

/* Past a byte order mark, which is no character. */
static bool
take_mark(struct charset_steps *s, const struct form *f)
{
	bool begins = !s->begun;

	s->begun = true;
	if (!begins || !f->marked)
		return false;
	if (take_unit(s->p, f->width, f->big) != 0xfeff) {
		if (take_unit(s->p, f->width, !f->big) != 0xfeff)
			return false;
		s->swapped = true;
	}
	s->p += f->width;
	return true;
}

void
charset_step_wide(struct charset_steps *s)
{
	struct form f = form_of(s->engine);
	size_t left = (size_t)(s->end - s->p);
	uint32_t unit, low;
	bool big;

	if (left < f.width) {
		charset_step_bad(s, left);
		return;
	}
	if (take_mark(s, &f))
		return;
	big = f.big != s->swapped;
	unit = take_unit(s->p, f.width, big);
	if (f.pairs && is_high(unit)) {
		if (left < 4) {
			charset_step_bad(s, left);
			return;
		}
		low = take_unit(s->p + 2, f.width, big);
		if (is_low(low)) {
			unit = 0x10000 + ((unit & 0x3ff) << 10 | (low & 0x3ff));
			s->p += 2;
		}
	}
	if (is_high(unit) || is_low(unit) || unit > 0x10ffff) {
		charset_step_bad(s, f.width);
		return;
	}
	s->p += f.width;
	s->to = utf8_write(s->to, unit);
}

/* --- UTF-7 (RFC 2152) ----------------------------------------------------- */

/* Sets D and O, and white space; not "+", which begins base64. */
static bool
is_direct(unsigned char c)
{
	return (c >= 0x20 && c <= 0x7d && c != '+' && c != '\\') || c == '\t' ||
	       c == '\n' || c == '\r';
}

/* 16 bits of base64. */
static void
put_half(struct charset_steps *s, uint32_t unit)
{
	bool pair = s->high != 0 && is_low(unit);

	if (!pair && s->high != 0)
		s->to = utf8_write(s->to, 0xfffd);
	if (pair)
		unit = 0x10000 + ((s->high & 0x3ff) << 10 | (unit & 0x3ff));
	s->high = is_high(unit) ? unit : 0;
	if (s->high == 0)
		s->to = utf8_write(s->to, is_low(unit) ? 0xfffd : unit);
}

/* What is pending must be no more than filling, and that zeros. */
static void
end_base64(struct charset_steps *s)
{
	if (s->n >= 6 || (s->bits & ((1u << s->n) - 1)) != 0 || s->high != 0)
		s->to = utf8_write(s->to, 0xfffd);
	s->base64 = false;
	s->n = 0;
	s->high = 0;
}

void
charset_step_utf7(struct charset_steps *s)
{
	unsigned char c = *s->p;
	int v = s->base64 ? base64_value(c) : -1;

	if (v >= 0) {
		s->p++;
		s->bits = (s->bits << 6 | (uint32_t)v) & 0x3fffff;
		s->n += 6;
		if (s->n >= 16) {
			s->n -= 16;
			put_half(s, s->bits >> s->n & 0xffff);
		}
		if (s->p == s->end && s->high != 0)
			s->to = utf8_write(s->to, 0xfffd);
		return;
	}
	if (s->base64) {
		end_base64(s);
		s->p += c == '-';
		/* any other is a character, for the next step */
		return;
	}
	if (c != '+') {
		if (!is_direct(c)) {
			charset_step_bad(s, 1);
			return;
		}
		s->p++;
		*s->to++ = (char)c;
		return;
	}
	s->p++;
	if (s->p < s->end && *s->p == '-') {
		s->p++;
		*s->to++ = '+';
		return;
	}
	s->base64 = true;
	s->bits = 0;
}
