/* charset_table.c: look up names and characters in what mkcharset.c made. */
#include "text/charset_table.h"

#include <string.h>

#include "base/nelem.h"
#include "text/charset_page.h"
#include "text/utf8.h"

struct charset_name {
	uint16_t text; /* where it begins in name_texts */
	uint16_t row;
};

#define CHARSET_TABLES
#include "charsets.inc"

/* Bytes that are converted before room is looked for again. */
enum { CHUNK = 256, LONGEST = 8 };

const struct charset_row *
charset_table_find(const char *name)
{
	size_t low = 0, high = NELEM(names);

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(name, name_texts + names[middle].text);

		if (order == 0)
			return &rows[names[middle].row];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

/* What a page has for this byte: a word of it, or PAGE_NONE. */
static inline uint32_t
look(const uint16_t *page, unsigned char c)
{
	uint32_t at = (uint32_t)c - (page[0] & 0xff);

	return at > page[0] >> 8 ? PAGE_NONE : page[PAGE_HEAD + at];
}

static inline bool
is_extra(uint32_t v)
{
	return (v & PAGE_EXTRA_MASK) == PAGE_EXTRA;
}

/* The extra behind the word v of a page. */
static inline uint32_t
extra(const uint16_t *page, uint32_t v)
{
	return extras[page_extras(page) + (v ^ PAGE_EXTRA)];
}

size_t
charset_table_next(
    uint32_t root, const unsigned char *p, size_t len, uint32_t *value)
{
	const uint16_t *page = pages + root;
	size_t whole = 0; /* what would do if nothing longer is found */

	for (size_t i = 0; i < len; i++) {
		uint32_t v = look(page, p[i]);

		if (is_extra(v))
			v = extra(page, v);
		else if (v == PAGE_NONE)
			return whole;
		if ((v & (ENTRY_PAIR | ENTRY_PAGE)) != ENTRY_PAGE) {
			*value = v;
			return i + 1;
		}
		page = pages + (v ^ ENTRY_PAGE);
		if (page[1] != PAGE_NONE) {
			*value = page[1];
			whole = i + 1;
		}
	}
	return whole > 0 ? whole : len + 1;
}

/* GB18030 above plane 0: four bytes, of 126 and 10 values in turn. */
static size_t
look_above(const unsigned char *p, size_t len, uint32_t *value)
{
	static const unsigned char low[] = { 0x90, '0', 0x81, '0' };
	static const unsigned char high[] = { 0xe3, '9', 0xfe, '9' };
	uint32_t v = 0;

	for (size_t i = 0; i < 4; i++) {
		if (i == len)
			return len + 1;
		if (p[i] < low[i] || p[i] > high[i])
			return 0;
		v = v * (high[i] - low[i] + 1u) + (p[i] - low[i]);
	}
	*value = 0x10000 + v;
	return v > 0xfffff ? 0 : 4;
}

/* As utf8_write(), of a word, with no call. */
static inline char *
put_word(char *to, uint32_t v)
{
	if (v < 0x80) {
		*to++ = (char)v;
		return to;
	}
	if (v < 0x800) {
		*to++ = (char)(0xc0 | v >> 6);
	} else {
		*to++ = (char)(0xe0 | v >> 12);
		*to++ = (char)(0x80 | (v >> 6 & 0x3f));
	}
	*to++ = (char)(0x80 | (v & 0x3f));
	return to;
}

char *
charset_table_put(char *to, uint32_t value)
{
	if (value & ENTRY_PAIR) {
		to = put_word(to, value >> 16 & 0x7fff);
		value &= 0xffff;
	}
	return value > 0xffff ? utf8_write(to, value) : put_word(to, value);
}

/* The ASCII at p, before end. */
static const unsigned char *
put_ascii(const unsigned char *p, const unsigned char *end, char **to)
{
	uint64_t word;

	for (; end - p >= 8; p += sizeof word, *to += sizeof word) {
		memcpy(&word, p, sizeof word);
		if (word & UINT64_C(0x8080808080808080))
			break;
		memcpy(*to, &word, sizeof word);
	}
	while (p < end && *p < 0x80)
		*(*to)++ = (char)*p++;
	return p;
}

/*
 * The character at p, before end, or U+FFFD for what is none.  Returns what
 * follows it.
 */
static const unsigned char *
put_next(
    uint32_t root, const unsigned char *p, const unsigned char *end, char **to)
{
	size_t left = (size_t)(end - p), n;
	uint32_t value;

	n = charset_table_next(root, p, left, &value);
	if (n == 0 && root == ROOT_GB18030)
		n = look_above(p, left, &value);
	if (n == 0 || n > left) {
		value = 0xfffd;
		n = n == 0 ? 1 : left;
	}
	*to = charset_table_put(*to, value);
	return p + n;
}

/*
 * The character of one or two bytes at p, before end, if a word tells all
 * about it.  Returns how many it has, or 0.
 */
static inline size_t
look_short(const uint16_t *page, const unsigned char *p,
    const unsigned char *end, uint32_t *v)
{
	*v = look(page, p[0]);
	if (!is_extra(*v))
		return *v != PAGE_NONE;
	*v = extra(page, *v);
	if ((*v & (ENTRY_PAIR | ENTRY_PAGE)) != ENTRY_PAGE || end - p == 1)
		return 0;
	*v = look(pages + (*v ^ ENTRY_PAGE), p[1]);
	return is_extra(*v) || *v == PAGE_NONE ? 0 : 2;
}

/* Characters that begin before stop; end is how far the last one may go. */
static const unsigned char *
put_chunk(const struct charset_row *r, const unsigned char *p,
    const unsigned char *stop, const unsigned char *end, char **out)
{
	const uint16_t *page = pages + r->root;
	char *to = *out;
	uint32_t v;
	size_t n;

	while (p < stop) {
		if (r->ascii > 0 && *p < 0x80) {
			p = put_ascii(p, stop, &to);
			if (r->ascii > 1 || p == end || *p < 0x80)
				continue;
			/* the last one may have an accent */
			p--;
			to--;
		}
		n = look_short(page, p, end, &v);
		if (n > 0)
			to = put_word(to, v);
		else
			p = put_next(r->root, p, end, &to);
		p += n;
	}
	*out = to;
	return p;
}

void
charset_table_all(
    const struct charset_row *r, struct span in, struct strbuf *out)
{
	const unsigned char *p = (const unsigned char *)in.p;
	const unsigned char *end = (const unsigned char *)in.end;

	while (p < end) {
		char *to = strbuf_room(out, CHUNK * LONGEST);

		p = put_chunk(
		    r, p, end - p > CHUNK ? p + CHUNK : end, end, &to);
		out->len = (size_t)(to - out->p);
		*to = '\0';
	}
}
