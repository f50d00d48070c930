/* charset_table.h: the charsets that are tables, and the names of them all. */
#ifndef TEXT_CHARSET_TABLE_H
#define TEXT_CHARSET_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "base/strbuf.h"

/*
 * Who makes UTF-8 of a charset; what the list of charsets calls =NAME.  In an
 * order that charset.c and charset_2022.c rely on.
 */
enum charset_engine {
	ENGINE_TABLE,
	ENGINE_US_ASCII,
	ENGINE_UTF_8,
	ENGINE_ISO_8859_1,
	ENGINE_UTF_7,
	ENGINE_UTF_16,
	ENGINE_UTF_16BE,
	ENGINE_UTF_16LE,
	ENGINE_UNICODE,
	ENGINE_UCS_2,
	ENGINE_UCS_2BE,
	ENGINE_UTF_32,
	ENGINE_UTF_32BE,
	ENGINE_UTF_32LE,
	ENGINE_ISO_2022_JP,
	ENGINE_ISO_2022_JP_1,
	ENGINE_ISO_2022_JP_2,
	ENGINE_ISO_2022_JP_3,
	ENGINE_ISO_2022_JP_MS,
	ENGINE_ISO_2022_KR,
	ENGINE_ISO_2022_CN,
	ENGINE_ISO_2022_CN_EXT,
	ENGINE_HZ_GB_2312,
};

/*
 * A charset; root, its first page, and ascii are a table's.  Bytes below 0x80
 * are 0: not always ASCII; 1: ASCII, unless a byte above follows (an accent
 * perhaps); 2: ASCII.
 */
struct charset_row {
	unsigned char engine; /* enum charset_engine */
	unsigned char ascii;
	uint32_t root;
};

/* The charset of this name, in small letters; NULL for none. */
const struct charset_row *charset_table_find(const char *name);

/*
 * The character at the front of the len bytes at p, of the table whose first
 * page is root (ROOT_NAME of charsets.inc).  Returns how many bytes it has: 0
 * if they are none, more than len if they are only its beginning.  *value is
 * for charset_table_put().
 */
size_t charset_table_next(
    uint32_t root, const unsigned char *p, size_t len, uint32_t *value);

/*
 * Write what charset_table_next() has found: one or two code points, at most
 * 8 bytes.  Returns the end of it.
 */
char *charset_table_put(char *to, uint32_t value);

/* Append in, of the charset r, an ENGINE_TABLE, as UTF-8. */
void charset_table_all(
    const struct charset_row *r, struct span in, struct strbuf *out);

#endif
