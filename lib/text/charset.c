/*
 * charset.c: from any charset to UTF-8.
 *
 * The problem.  iconv() is in the C library, and that is where it is weak:
 * glibc's loads a shared object for each charset when it is first met, so
 * that the directory of these has to stay in reach of a session that is
 * confined, its memory has to be allowed to become code, a static program
 * needs the very glibc it was linked with, and 250 decoders by as many hands
 * see the bytes of strangers (CVE-2024-2961).  musl's lacks what mail has
 * (UTF-7, ISO-2022-KR, HZ).  Only one direction is wanted, towards UTF-8, of
 * whole texts.
 *
 * The choice.  mkcharset.c asks the C library of the machine that builds, once
 * for each sequence of bytes that is a character, and writes tables: constant,
 * without addresses, so that they are pages of the program's file until one is
 * looked at, and shared by all sessions then.  charset_table.c is the loop
 * over them, the same for one byte and for four.  What has a state (ISO 2022,
 * HZ, UTF-7, byte order marks) is code, character by character
 * (charset_step.h), over the same tables.  The list of charsets and of what
 * they are called is a file of its own.
 *
 * What glibc makes of well-formed text, this makes; so does it say where
 * ill-formed text goes wrong (t/unit/charset_iconv.c compares).  But UTF-16
 * and UTF-32 lose a whole unit then, not a byte and with it all that follows.
 *
 * Rejected: tables from the Unicode Consortium's files, since those of Asia
 * are obsolete there and each vendor's differ; tables in the tree, 800 kB that
 * nobody could review; a process that converts, since it would have to be kept
 * beside each session; libunistring, whose converters are iconv's.
 */
#include "text/charset.h"

#include <string.h>

#include "base/ascii.h"
#include "base/nelem.h"
#include "text/bytes.h"
#include "text/charset_step.h"
#include "text/charset_table.h"
#include "text/utf8.h"

/* CHUNK bytes are converted before room is looked for again. */
enum { NAME_LEN = 64, CHUNK = 256, LONGEST = 8 };

/* What most mail is in: the table of names is not looked at. */
static const struct {
	const char *name;
	struct charset_row row;
} usual[] = {
	{ "utf-8", { .engine = ENGINE_UTF_8 } },
	{ "us-ascii", { .engine = ENGINE_US_ASCII } },
	{ "iso-8859-1", { .engine = ENGINE_ISO_8859_1 } },
};

static charset_step *
step_of(enum charset_engine engine)
{
	if (engine == ENGINE_UTF_7)
		return charset_step_utf7;
	if (engine < ENGINE_ISO_2022_JP)
		return charset_step_wide;
	return engine == ENGINE_HZ_GB_2312 ? charset_step_hz
					   : charset_step_2022;
}

/* The name in small letters; false for what no charset is called. */
static bool
plain_name(struct span name, char *to)
{
	size_t len = span_len(name);

	if (len == 0 || len > NAME_LEN)
		return false;
	for (; name.p < name.end; name.p++) {
		unsigned char c = (unsigned char)*name.p;

		if (!ascii_isalpha(c) && !ascii_isdigit(c) &&
		    (c == '\0' || strchr("-_.:+()'", c) == NULL))
			return false;
		*to++ = (char)ascii_lower(c);
	}
	*to = '\0';
	return true;
}

static const struct charset_row *
find(struct span name)
{
	char plain[NAME_LEN + 1];

	if (!plain_name(name, plain))
		return NULL;
	for (size_t i = 0; i < NELEM(usual); i++)
		if (strcmp(plain, usual[i].name) == 0)
			return &usual[i].row;
	return charset_table_find(plain);
}

/* Bytes above 0x7f are the code point instead; when that is 0, their own. */
static void
from_bytes(struct span in, uint32_t instead, struct strbuf *out)
{
	struct span plain;

	while (in.p < in.end) {
		plain.p = in.p;
		plain.end = in.p = bytes_ascii_end(in);
		strbuf_cat(out, plain);
		for (; in.p < in.end && (unsigned char)*in.p > 0x7f; in.p++)
			utf8_put(out, instead ? instead : (unsigned char)*in.p);
	}
}

static void
from_ascii(struct span in, struct strbuf *out)
{
	if (utf8_valid(in))
		strbuf_cat(out, in);
	else
		from_bytes(in, 0xfffd, out);
}

static void
from_steps(enum charset_engine engine, struct span in, struct strbuf *out)
{
	struct charset_steps s = { .engine = engine };
	charset_step *step = step_of(engine);

	s.p = (const unsigned char *)in.p;
	s.end = (const unsigned char *)in.end;
	while (s.p < s.end) {
		s.stop = s.end - s.p > CHUNK ? s.p + CHUNK : s.end;
		s.to = strbuf_room(out, (CHUNK + 1) * LONGEST);
		while (s.p < s.stop)
			step(&s);
		out->len = (size_t)(s.to - out->p);
		*s.to = '\0';
	}
}

bool
charset_to_utf8(struct span name, struct span in, struct strbuf *out)
{
	const struct charset_row *r = find(name);

	if (r == NULL)
		return false;
	switch (r->engine) {
	case ENGINE_TABLE:
		charset_table_all(r, in, out);
		return true;
	case ENGINE_US_ASCII:
		from_ascii(in, out);
		return true;
	case ENGINE_UTF_8:
		utf8_repair(in, out);
		return true;
	case ENGINE_ISO_8859_1:
		from_bytes(in, 0, out);
		return true;
	default:
		from_steps(r->engine, in, out);
		return true;
	}
}

enum charset_cut
charset_cut(struct span name)
{
	const struct charset_row *r = find(name);

	if (r == NULL)
		return CUT_UTF8;
	switch ((enum charset_engine)r->engine) {
	case ENGINE_TABLE:
	case ENGINE_ISO_8859_1:
		return CUT_ASCII;
	case ENGINE_US_ASCII: /* UTF-8 all the same, perhaps */
	case ENGINE_UTF_8:
		return CUT_UTF8;
	case ENGINE_UTF_16:
	case ENGINE_UTF_16BE:
	case ENGINE_UTF_16LE:
	case ENGINE_UNICODE:
	case ENGINE_UCS_2:
	case ENGINE_UCS_2BE:
		return CUT_UTF16;
	case ENGINE_UTF_32:
	case ENGINE_UTF_32BE:
	case ENGINE_UTF_32LE:
		return CUT_UTF32;
	default:
		return CUT_LINE;
	}
}

struct span
charset_unmarked(struct span name, struct span *in)
{
	static const struct {
		unsigned char engine;
		unsigned char len;
		char mark[5];
		const char *name;
	} marks[] = {
		{ ENGINE_UTF_16, 2, "\xff\xfe", "utf-16le" },
		{ ENGINE_UTF_16, 2, "\xfe\xff", "utf-16be" },
		{ ENGINE_UTF_16, 0, "", "utf-16le" },
		{ ENGINE_UNICODE, 2, "\xff\xfe", "ucs-2" },
		{ ENGINE_UNICODE, 2, "\xfe\xff", "ucs-2be" },
		{ ENGINE_UNICODE, 0, "", "ucs-2" },
		{ ENGINE_UTF_32, 4, "\xff\xfe\0\0", "utf-32le" },
		{ ENGINE_UTF_32, 4, "\0\0\xfe\xff", "utf-32be" },
		{ ENGINE_UTF_32, 0, "", "utf-32le" },
	};
	const struct charset_row *r = find(name);

	for (size_t i = 0; r != NULL && i < NELEM(marks); i++)
		if (r->engine == marks[i].engine &&
		    span_len(*in) >= marks[i].len &&
		    memcmp(in->p, marks[i].mark, marks[i].len) == 0) {
			in->p += marks[i].len;
			return span_str(marks[i].name);
		}
	return name;
}
