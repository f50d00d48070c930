/* utf8.c: the table of well-formed sequences (RFC 3629 section 4) as code. */
#include "text/utf8.h"

#include <stddef.h>

#include "text/bytes.h"

/* How many bytes follow the lead byte c; its bits go to *cp, bounds too. */
static unsigned
lead(unsigned char c, uint32_t *cp, unsigned char *low, unsigned char *high)
{
	*low = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
	*high = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
	if (c >= 0xc2 && c <= 0xdf) {
		*cp = c & 0x1f;
		return 1;
	}
	if (c >= 0xe0 && c <= 0xef) {
		*cp = c & 0x0f;
		return 2;
	}
	if (c >= 0xf0 && c <= 0xf4) {
		*cp = c & 0x07;
		return 3;
	}
	return 0;
}

/*
 * Look at the front of s, which is not empty.  Returns the length of the
 * code point there, with *good, or of the maximal ill-formed sequence.
 */
static size_t
look(struct span s, uint32_t *cp, bool *good)
{
	unsigned char c = (unsigned char)*s.p, low, high;
	unsigned more, i;

	*good = c < 0x80;
	*cp = c;
	if (*good || (more = lead(c, cp, &low, &high)) == 0)
		return 1;
	for (i = 1; i <= more; i++) {
		if (i == span_len(s))
			return i;
		c = (unsigned char)s.p[i];
		if (c < low || c > high)
			return i;
		*cp = *cp << 6 | (c & 0x3f);
		low = 0x80;
		high = 0xbf;
	}
	*good = true;
	return i;
}

bool
utf8_next(struct span *in, uint32_t *cp)
{
	uint32_t c;
	bool good;
	size_t n;

	if (in->p == in->end)
		return false;
	n = look(*in, &c, &good);
	if (!good)
		return false;
	in->p += n;
	*cp = c;
	return true;
}

char *
utf8_write(char *to, uint32_t cp)
{
	if (cp < 0x80) {
		*to++ = (char)cp;
		return to;
	}
	if (cp < 0x800) {
		*to++ = (char)(0xc0 | cp >> 6);
	} else if (cp < 0x10000) {
		*to++ = (char)(0xe0 | cp >> 12);
		*to++ = (char)(0x80 | (cp >> 6 & 0x3f));
	} else {
		*to++ = (char)(0xf0 | cp >> 18);
		*to++ = (char)(0x80 | (cp >> 12 & 0x3f));
		*to++ = (char)(0x80 | (cp >> 6 & 0x3f));
	}
	*to++ = (char)(0x80 | (cp & 0x3f));
	return to;
}

void
utf8_put(struct strbuf *out, uint32_t cp)
{
	char b[4];

	strbuf_add(out, b, (size_t)(utf8_write(b, cp) - b));
}

bool
utf8_valid(struct span s)
{
	uint32_t cp;
	bool good = true;

	while (good && (s.p = bytes_ascii_end(s)) < s.end)
		s.p += look(s, &cp, &good);
	return good;
}

bool
utf8_is_ascii(struct span s)
{
	return bytes_ascii_end(s) == s.end;
}

void
utf8_repair(struct span s, struct strbuf *out)
{
	struct span good = { s.p, s.p };
	uint32_t cp;
	bool valid;
	size_t n;

	while ((good.end = s.p = bytes_ascii_end(s)) < s.end) {
		n = look(s, &cp, &valid);
		s.p += n;
		if (valid)
			continue;
		strbuf_cat(out, good);
		utf8_put(out, 0xfffd);
		good.p = s.p;
	}
	strbuf_cat(out, good);
}
