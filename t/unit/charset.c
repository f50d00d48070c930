/* charset.c: names that are charsets, and text that is not in them. */
#include "text/charset.h"

#include "base/nelem.h"
#include "tap.h"
#include "text/utf8.h"

static const char *const known[] = { "US-ASCII", "us-ascii", "UTF-8", "utf8",
	"ISO-8859-1", "iso-8859-15", "Windows-1252", "KOI8-R", "GB18030",
	"ISO-2022-JP", "EUC-KR", "UTF-16", "UTF-7", "ks_c_5601-1987",
	"iso-8859-8-i", "ISO_8859-1:1987", "hz-gb-2312", "CP50221",
	"iso-2022-kr", "iso-2022-cn", "big5-hkscs", "windows-1258", "utf-32",
	"unicode" };

static const char *const unknown[] = { "", "x-none", "UTF-8//TRANSLIT",
	"../../etc/passwd", "UTF-8/", "//", "a,b", "utf-8 ", "\xff", "=?", "a",
	"zzz", "utf-7-imap", "iso-8859-", "iso-8859-1x",
	"0123456789012345678901234567890123456789012345678901234567890123x" };

static const struct {
	const char *name;
	const char *in;
	const char *out;
} texts[] = {
	/* clang-format off */
	{ "us-ascii", "plain", "plain" },
	{ "us-ascii", "caf\xc3\xa9", "caf\xc3\xa9" },
	{ "us-ascii", "caf\xe9 \xc3\xa9",
	    "caf\xef\xbf\xbd \xef\xbf\xbd\xef\xbf\xbd" },
	{ "utf-8", "caf\xc3\xa9", "caf\xc3\xa9" },
	{ "UTF-8", "caf\xe9s", "caf\xef\xbf\xbds" },
	{ "iso-8859-1", "caf\xe9 \xff", "caf\xc3\xa9 \xc3\xbf" },
	{ "ISO-8859-1", "", "" },
	{ "iso-8859-15", "\xa4", "\xe2\x82\xac" },
	{ "ISO-8859-15", "caf\xe9", "caf\xc3\xa9" },
	{ "windows-1252", "\x93q\x94", "\xe2\x80\x9cq\xe2\x80\x9d" },
	{ "koi8-r", "\xcd\xc9\xd2", "\xd0\xbc\xd0\xb8\xd1\x80" },
	{ "iso-2022-jp", "\x1b$B$\"\x1b(B!", "\xe3\x81\x82!" },
	{ "iso-2022-jp", "plain after it", "plain after it" },
	{ "shift_jis", "\x82\xa0", "\xe3\x81\x82" },
	{ "shift_jis", "\x82", "\xef\xbf\xbd" }, /* cut */
	{ "euc-kr", "\xc7\xd1", "\xed\x95\x9c" },
	{ "ks_c_5601-1987", "\xc7\xd1", "\xed\x95\x9c" },
	{ "gb2312", "\xd6\xd0\xff" "a", "\xe4\xb8\xad\xef\xbf\xbd" "a" },
	{ "utf-7", "+AOk-", "\xc3\xa9" },
	{ "big5-hkscs", "\x88\x62", "\xc3\x8a\xcc\x84" },
	{ "big5-hkscs", "\x88\x66", "\xc3\x8a" },
	{ "big5-hkscs", "\x87\x45", "\xf0\xa7\x89\xa7" },
	{ "big5-hkscs", "\x88\x66\x88", "\xc3\x8a\xef\xbf\xbd" },
	/* long ones, and where they are cut or go wrong */
	{ "gb18030", "\x90\x30\x81\x30", "\xf0\x90\x80\x80" },
	{ "gb18030", "\xe3\x32\x9a\x35", "\xf4\x8f\xbf\xbf" },
	{ "gb18030", "\xe3\x32\x9a\x36",
	    "\xef\xbf\xbd" "2\xef\xbf\xbd" },
	{ "gb18030", "a\x90\x30\x81", "a\xef\xbf\xbd" },
	{ "gb18030", "\x81\x30\x81\x30!", "\xc2\x80!" },
	/* sets: designated, shifted to, cut */
	{ "iso-2022-jp", "\x1b$B$\"", "\xe3\x81\x82" },
	{ "iso-2022-jp", "\x1b$B$", "\xef\xbf\xbd" },
	{ "iso-2022-jp", "a\x1b$", "a\xef\xbf\xbd" },
	{ "iso-2022-jp", "\x1b$(D0!", "\x1b$(D0!" },
	{ "iso-2022-jp-2", "\x1b.A\x1bNi", "\xc3\xa9" },
	{ "iso-2022-kr", "\x1b$)C\n\x0eGQ\x0f!", "\n\xed\x95\x9c!" },
	{ "hz-gb-2312", "a~{VP~}~~~\nb", "a\xe4\xb8\xad~b" },
	{ "hz-gb-2312", "~{VP\nVP", "\xe4\xb8\xad\nVP" },
	{ "hz-gb-2312", "~x~", "\xef\xbf\xbd" "x\xef\xbf\xbd" },
	/* forms of Unicode */
	{ "utf-7", "a+-b+AOk.+2AHcAQ-!", "a+b\xc3\xa9.\xf0\x90\x90\x81!" },
	{ "utf-7", "+2AE-", "\xef\xbf\xbd" },
	{ "utf-7", "+AOl-\xe9~", "\xc3\xa9\xef\xbf\xbd\xef\xbf\xbd"
	    "\xef\xbf\xbd" },
	{ "utf-16", "\xfe\xff\x30\x42", "\xe3\x81\x82" },
	{ "utf-16", "\xff\xfe\x42\x30\x01", "\xe3\x81\x82\xef\xbf\xbd" },
	{ "utf-16be", "\xd8\x01\xdc\x01\xd8\x01!!",
	    "\xf0\x90\x90\x81\xef\xbf\xbd\xe2\x84\xa1" },
	{ "utf-16be", "\xdc\x01!!\xd8\x01", "\xef\xbf\xbd\xe2\x84\xa1"
	    "\xef\xbf\xbd" },
	{ "ucs-2be", "\xd8\x01\xdc\x01", "\xef\xbf\xbd\xef\xbf\xbd" },
	{ "utf-32be", "\x7f\xff\xff\xff!!!!", "\xef\xbf\xbd\xef\xbf\xbd" },
#ifdef __GLIBC__ /* which has all of the tables */
	{ "windows-1258", "ba\xec" "c", "b\xc3\xa1" "c" },
	{ "windows-1258", "baca", "baca" },
	{ "windows-1258", "a\xe9 \xec", "a\xc3\xa9 \xcc\x81" },
	{ "windows-1255", "\xf9\xcc\xd1", "\xef\xac\xac" },
	{ "iso_6937", "\xc2" "e\xc2", "\xc3\xa9\xef\xbf\xbd" },
	{ "euc-tw", "\x8e\xa2\xa1\xa1", "\xe4\xb9\x82" },
	{ "euc-jp", "\x8f\xb0\xa1\x8e\xb1", "\xe4\xb8\x82\xef\xbd\xb1" },
	{ "euc-jp", "\x8f\xb0", "\xef\xbf\xbd" },
	{ "iso-2022-jp", "\x1b(J\\~\x1b(B\\", "\xc2\xa5\xe2\x80\xbe\\" },
	{ "iso-2022-jp-1", "\x1b$(D0!", "\xe4\xb8\x82" },
	{ "iso-2022-jp-ms", "\x1b$B-!\x1b(I1", "\xe2\x91\xa0\xef\xbd\xb1" },
	{ "iso-2022-cn", "\x1b$)A\x0eVP\x0f\x1b$*H\x1bN!!",
	    "\xe4\xb8\xad\xe4\xb9\x82" },
#endif
	/* clang-format on */
};

static void
test_texts(void)
{
	struct strbuf b = { 0 };

	for (size_t i = 0; i < NELEM(texts); i++) {
		strbuf_reset(&b);
		ok(charset_to_utf8(span_str(texts[i].name),
		       tap_exact(texts[i].in, strlen(texts[i].in)), &b) &&
			span_is(strbuf_span(&b), texts[i].out),
		    "%s %u", texts[i].name, (unsigned)i);
	}
	strbuf_reset(&b);
	ok(charset_to_utf8(span_str("ucs-4be"),
	       tap_exact("\x7f\xff\xff\xff\0\0\0a\0\0\0", 11), &b) &&
		utf8_valid(strbuf_span(&b)) && memchr(b.p, 'a', b.len) != NULL,
	    "no code point is too high");
	strbuf_reset(&b);
	strbuf_puts(&b, "kept");
	ok(!charset_to_utf8(span_str("x-none"), span_str("a"), &b) &&
		!charset_to_utf8(span_str("X-None"), span_str("a"), &b) &&
		span_is(strbuf_span(&b), "kept"),
	    "an unknown charset, twice");
	ok(charset_to_utf8(span_str("koi8-r"), span_str("\xcd"), &b) &&
		span_is(strbuf_span(&b), "kept\xd0\xbc"),
	    "and a known one after it");
	strbuf_clear(&b);
}

/* Every byte of every charset of mail, alone and in a row. */
static void
test_bytes(void)
{
	static char every[4 * 256];

	for (size_t i = 0; i < sizeof every; i++)
		every[i] = (char)(i * 5 + i / 256 * 3);
	for (size_t i = 0; i < NELEM(known); i++) {
		struct strbuf b = { 0 };
		bool good = true;

		for (size_t n = 0; n < sizeof every && good; n++) {
			strbuf_reset(&b);
			good = charset_to_utf8(span_str(known[i]),
				   span_of(every + n, sizeof every - n), &b) &&
			       utf8_valid(strbuf_span(&b));
		}
		ok(good, "%s makes UTF-8 of anything", known[i]);
		strbuf_clear(&b);
	}
}

static bool
is_known(const char *name, size_t len)
{
	struct strbuf b = { 0 };
	bool good = charset_to_utf8(tap_exact(name, len), span_of("", 0), &b);

	strbuf_clear(&b);
	return good;
}

int
main(void)
{
	for (size_t i = 0; i < NELEM(known); i++)
		ok(is_known(known[i], strlen(known[i])), "known: %s", known[i]);
	for (size_t i = 0; i < NELEM(unknown); i++)
		ok(!is_known(unknown[i], strlen(unknown[i])), "unknown: %s",
		    unknown[i]);
	ok(!is_known("utf-8\0", 6), "unknown: NUL");
	test_texts();
	test_bytes();
	return done_testing();
}
