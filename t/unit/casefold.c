/* casefold.c: RFC 5051's example and what must, and must not, be equal. */
#include "text/casefold.h"

#include "base/nelem.h"
#include "tap.h"
#include "text/utf8.h"

static const struct {
	const char *in;
	const char *out;
} cases[] = {
	/* clang-format off */
	{ "", "" },
	{ "Hello, World 42~", "HELLO, WORLD 42~" },
	{ "\xc7\x84", "Dz\xcc\x8c" }, /* U+01C4: RFC 5051 section 2 */
	{ "\xc7\x85", "Dz\xcc\x8c" },
	{ "\xc7\x86", "Dz\xcc\x8c" },
	{ "\xc3\xa9", "E\xcc\x81" },
	{ "\xc3\x89", "E\xcc\x81" },
	{ "e\xcc\x81", "E\xcc\x81" },
	{ "\xc3\x9f", "\xc3\x9f" }, /* sharp s: simple mappings only */
	{ "\xc4\xb1", "I" }, /* dotless i */
	{ "\xef\xac\x81", "fi" }, /* a ligature; its parts stay small */
	{ "\xef\xbd\x81", "A" }, /* full width */
	{ "\xce\xb1", "\xce\x91" }, /* alpha */
	{ "\xcf\x82", "\xce\xa3" }, /* final sigma */
	{ "\xd0\xb6", "\xd0\x96" }, /* Cyrillic zhe */
	{ "\xe1\xbb\x87", "E\xcc\xa3\xcc\x82" }, /* two steps */
	{ "\xc2\xbd", "1\xe2\x81\x84" "2" }, /* one half */
	{ "\xf0\x90\x90\xa8", "\xf0\x90\x90\x80" }, /* Deseret */
	{ "ab\xff" "cd", "AB\xff" "cd" },
	{ "a\xc3\xa9\xc3", "AE\xcc\x81\xc3" },
	/* clang-format on */
};

int
main(void)
{
	struct strbuf b = { 0 }, c = { 0 };
	uint32_t cp;

	for (size_t i = 0; i < NELEM(cases); i++) {
		strbuf_reset(&b);
		casefold(tap_exact(cases[i].in, strlen(cases[i].in)), &b);
		ok(span_is(strbuf_span(&b), cases[i].out), "fold %u",
		    (unsigned)i);
	}
	strbuf_reset(&b);
	casefold(tap_exact("a\0b", 3), &b);
	ok(span_eq(strbuf_span(&b), span_of("A\0B", 3)), "NUL");

	/* nothing that can be written makes the key grow without bound */
	bool good = true;
	for (cp = 0x80; cp <= 0x10ffff && good; cp++) {
		if (cp == 0xd800)
			cp = 0xe000;
		strbuf_reset(&b);
		strbuf_reset(&c);
		utf8_put(&b, cp);
		casefold(strbuf_span(&b), &c);
		good =
		    c.len > 0 && c.len <= 18 * 3 && utf8_valid(strbuf_span(&c));
	}
	ok(good, "every code point has a key of at most 54 bytes");
	strbuf_clear(&b);
	strbuf_clear(&c);
	return done_testing();
}
