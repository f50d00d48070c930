/* mutf7.c: one name has one form, and every other is refused. */
#include "text/mutf7.h"

#include "base/nelem.h"
#include "tap.h"

static const struct {
	const char *coded;
	const char *plain;
} both[] = {
	/* clang-format off */
	{ "", "" },
	{ "INBOX", "INBOX" },
	{ "~peter/mail/&U,BTFw-/&ZeVnLIqe-", /* RFC 3501 section 5.1.3 */
	    "~peter/mail/\xe5\x8f\xb0\xe5\x8c\x97/"
	    "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e" },
	{ "&-", "&" },
	{ "&-&-", "&&" },
	{ "a&-b", "a&b" },
	{ "Entw&APw-rfe", "Entw\xc3\xbcrfe" },
	{ "&AOk-", "\xc3\xa9" },
	{ "&AOkA6A-", "\xc3\xa9\xc3\xa8" },
	{ "&AOkA6ADq-", "\xc3\xa9\xc3\xa8\xc3\xaa" },
	{ "&AOk-&-", "\xc3\xa9&" },
	{ "&-&AOk-", "&\xc3\xa9" },
	{ "&AOk--", "\xc3\xa9-" },
	{ "&2D3eAA-", "\xf0\x9f\x98\x80" }, /* a surrogate pair */
	{ "&2ADcAA-", "\xf0\x90\x80\x80" },
	{ "&2,,f,w-", "\xf4\x8f\xbf\xbf" },
	{ "&AAkACgB,-", "\t\n\x7f" },
	{ "&AAE-", "\x01" },
	{ "&,,8-", "\xef\xbf\xbf" },
	{ "&4AA-", "\xee\x80\x80" },
	{ "a\"b\\c%*{} ", "a\"b\\c%*{} " },
	/* clang-format on */
};

static const struct {
	const char *in;
	size_t len;
} refused[] = {
	/* clang-format off */
	{ "&", 1 },
	{ "a&", 2 },
	{ "&AOk", 4 }, /* no "-" */
	{ "&AO-", 4 },
	{ "&A-", 3 },
	{ "&AA-", 4 },
	{ "&AOl-", 5 }, /* stray bits */
	{ "&AOkA-", 6 }, /* a sextet too many */
	{ "&AOkAA-", 7 },
	{ "&AOk-&AOg-", 10 }, /* a null shift */
	{ "&AGE-", 5 }, /* "a" in base64 */
	{ "&ACY-", 5 }, /* "&" in base64 */
	{ "&AOkAYQ-", 8 },
	{ "&AAA-", 5 }, /* NUL */
	{ "&2AA-", 5 }, /* half a pair, either half */
	{ "&3AA-", 5 },
	{ "&2ADYAA-", 8 },
	{ "&2AAA6Q-", 8 },
	{ "&3ADYAA-", 8 },
	{ "&AOk=-", 6 },
	{ "&AO/-", 5 },
	{ "&AO k-", 6 },
	{ "&\xc3\xa9-", 4 },
	{ "\xc3\xa9", 2 },
	{ "\xff", 1 },
	{ "a\tb", 3 },
	{ "a\rb", 3 },
	{ "a\nb", 3 },
	{ "\x7f", 1 },
	{ "a\0b", 3 },
	{ "&AO\0k-", 6 },
	/* clang-format on */
};

static const struct {
	const char *in;
	size_t len;
} not_utf8[] = {
	{ "\xff", 1 },
	{ "a\xc3", 2 },
	{ "\xed\xa0\x80", 3 },
	{ "\xc0\x80", 2 },
	{ "a\0b", 3 },
};

/* What is decoded must be encoded back to the same bytes. */
static bool
canonical(struct span in)
{
	struct strbuf b = { 0 }, c = { 0 };
	bool good =
	    !mutf7_decode(in, &b) ||
	    (mutf7_encode(strbuf_span(&b), &c) && span_eq(strbuf_span(&c), in));

	strbuf_clear(&b);
	strbuf_clear(&c);
	return good;
}

static void
test_both(void)
{
	struct strbuf b = { 0 };

	for (size_t i = 0; i < NELEM(both); i++) {
		const char *coded = both[i].coded, *plain = both[i].plain;
		bool good = true;

		strbuf_reset(&b);
		ok(mutf7_decode(tap_exact(coded, strlen(coded)), &b) &&
			span_is(strbuf_span(&b), plain),
		    "from %s", coded);
		strbuf_reset(&b);
		ok(mutf7_encode(tap_exact(plain, strlen(plain)), &b) &&
			span_is(strbuf_span(&b), coded),
		    "to %s", coded);
		for (size_t n = 0; n < strlen(coded); n++)
			good = good && canonical(tap_exact(coded, n));
		ok(good, "canonical, cut anywhere: %s", coded);
	}
	strbuf_clear(&b);
}

int
main(void)
{
	struct strbuf b = { 0 };
	char sextets[] = "&AOkA!-";
	bool good = true;

	test_both();
	strbuf_puts(&b, "kept");
	for (size_t i = 0; i < NELEM(refused); i++)
		ok(!mutf7_decode(
		       tap_exact(refused[i].in, refused[i].len), &b) &&
			span_is(strbuf_span(&b), "kept"),
		    "refused: %s", refused[i].in);
	for (size_t i = 0; i < NELEM(not_utf8); i++)
		ok(!mutf7_encode(
		       tap_exact(not_utf8[i].in, not_utf8[i].len), &b) &&
			span_is(strbuf_span(&b), "kept"),
		    "not encoded: %u", (unsigned)i);
	for (int c = 0; c < 256; c++) {
		sextets[5] = (char)c;
		good = good && canonical(tap_exact(sextets, 7));
	}
	ok(good, "canonical, whatever the last sextet");
	strbuf_clear(&b);
	return done_testing();
}
