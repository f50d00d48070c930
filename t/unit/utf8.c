/* utf8.c: what is a code point, what is not, and how far the damage goes. */
#include "text/utf8.h"

#include "base/nelem.h"
#include "tap.h"

static const struct {
	const char *in;
	uint32_t cp; /* UINT32_MAX: refused */
	unsigned len;
} cases[] = {
	/* clang-format off */
	{ "a", 'a', 1 },
	{ "\x7f", 0x7f, 1 },
	{ "\xc2\x80", 0x80, 2 },
	{ "\xdf\xbf", 0x7ff, 2 },
	{ "\xe0\xa0\x80", 0x800, 3 },
	{ "\xed\x9f\xbf", 0xd7ff, 3 },
	{ "\xee\x80\x80", 0xe000, 3 },
	{ "\xef\xbf\xbf", 0xffff, 3 },
	{ "\xf0\x90\x80\x80", 0x10000, 4 },
	{ "\xf4\x8f\xbf\xbf", 0x10ffff, 4 },
	{ "", UINT32_MAX, 0 },
	{ "\x80", UINT32_MAX, 0 },
	{ "\xbf", UINT32_MAX, 0 },
	{ "\xff", UINT32_MAX, 0 },
	{ "\xfe\x80\x80\x80", UINT32_MAX, 0 },
	{ "\xc0\x80", UINT32_MAX, 0 }, /* overlong NUL */
	{ "\xc1\xbf", UINT32_MAX, 0 },
	{ "\xe0\x9f\xbf", UINT32_MAX, 0 },
	{ "\xf0\x8f\xbf\xbf", UINT32_MAX, 0 },
	{ "\xed\xa0\x80", UINT32_MAX, 0 }, /* surrogates */
	{ "\xed\xbf\xbf", UINT32_MAX, 0 },
	{ "\xf4\x90\x80\x80", UINT32_MAX, 0 }, /* past the last plane */
	{ "\xf5\x80\x80\x80", UINT32_MAX, 0 },
	{ "\xc3(", UINT32_MAX, 0 },
	{ "\xe2\x82(", UINT32_MAX, 0 },
	/* clang-format on */
};

static const struct {
	const char *in;
	const char *out;
} repairs[] = {
	/* clang-format off */
	{ "", "" },
	{ "plain", "plain" },
	{ "\xc3\xa9t\xc3\xa9", "\xc3\xa9t\xc3\xa9" },
	{ "a\xffz", "a\xef\xbf\xbdz" },
	{ "a\xe2\x82z", "a\xef\xbf\xbdz" }, /* cut: one mark */
	{ "a\xe2\x82", "a\xef\xbf\xbd" },
	{ "\xf0\x90\x80\xf0\x90\x80\x80",
	    "\xef\xbf\xbd\xf0\x90\x80\x80" },
	{ "\xc0\x80", "\xef\xbf\xbd\xef\xbf\xbd" },
	{ "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
	{ "ascii enough for a word\xffmore than a word of it",
	    "ascii enough for a word\xef\xbf\xbdmore than a word of it" },
	/* clang-format on */
};

static void
test_next(void)
{
	for (size_t i = 0; i < NELEM(cases); i++) {
		struct span s = tap_exact(cases[i].in, strlen(cases[i].in));
		const char *start = s.p;
		uint32_t cp = 7;
		bool good = utf8_next(&s, &cp), want = cases[i].len != 0;

		ok(good == want && s.p == start + cases[i].len &&
			cp == (want ? cases[i].cp : 7) &&
			utf8_valid(span_str(cases[i].in)) ==
			    (want || !*cases[i].in),
		    "code point %u", (unsigned)i);
		for (size_t n = 1; n < cases[i].len; n++) {
			s = tap_exact(cases[i].in, n);
			ok(!utf8_next(&s, &cp) && !utf8_valid(s),
			    "code point %u cut to %u", (unsigned)i,
			    (unsigned)n);
		}
	}
}

static void
test_put(void)
{
	struct strbuf b = { 0 };
	uint32_t cp, back;
	bool good = true;

	for (cp = 0; cp <= 0x10ffff && good; cp++) {
		if (cp == 0xd800)
			cp = 0xe000;
		strbuf_reset(&b);
		utf8_put(&b, cp);
		struct span s = strbuf_span(&b);
		good = utf8_next(&s, &back) && back == cp && s.p == s.end;
	}
	ok(good, "every scalar value comes back");
	strbuf_clear(&b);
}

static void
test_repair(void)
{
	struct strbuf b = { 0 };

	for (size_t i = 0; i < NELEM(repairs); i++) {
		strbuf_reset(&b);
		utf8_repair(
		    tap_exact(repairs[i].in, strlen(repairs[i].in)), &b);
		ok(span_is(strbuf_span(&b), repairs[i].out) &&
			utf8_valid(strbuf_span(&b)),
		    "repair %u", (unsigned)i);
	}
	strbuf_clear(&b);
}

int
main(void)
{
	static char line[40];

	test_next();
	test_put();
	test_repair();
	ok(utf8_is_ascii(span_of("", 0)), "nothing is ASCII");
	for (size_t i = 0; i < sizeof line; i++) {
		memset(line, 'x', sizeof line);
		line[i] = '\0';
		bool before = utf8_is_ascii(tap_exact(line, sizeof line));
		line[i] = '\x80';
		ok(before && !utf8_is_ascii(tap_exact(line, sizeof line)),
		    "an 8-bit byte at %u is seen", (unsigned)i);
	}
	return done_testing();
}
