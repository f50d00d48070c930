/* encword.c: RFC 2047's examples, broken mailers, hostile headers. */
#include "text/encword.h"

#include <time.h>

#include "base/nelem.h"
#include "tap.h"
#include "text/utf8.h"

static const struct {
	const char *in;
	const char *out;
} decoded[] = {
	/* clang-format off */
	{ "", "" },
	{ "plain text", "plain text" },
	/* RFC 2047 section 8 */
	{ "=?ISO-8859-1?Q?a?=", "a" },
	{ "=?ISO-8859-1?Q?a?= b", "a b" },
	{ "=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=", "ab" },
	{ "=?ISO-8859-1?Q?a?=  =?ISO-8859-1?Q?b?=", "ab" },
	{ "=?ISO-8859-1?Q?a?=\r\n    =?ISO-8859-1?Q?b?=", "ab" },
	{ "=?ISO-8859-1?Q?a_b?=", "a b" },
	{ "=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=", "a b" },
	{ "=?US-ASCII?Q?Keith_Moore?= <moore@cs.utk.edu>",
	    "Keith Moore <moore@cs.utk.edu>" },
	{ "=?ISO-8859-1?Q?Keld_J=F8rn_Simonsen?=",
	    "Keld J\xc3\xb8rn Simonsen" },
	{ "=?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?=\n"
	    " =?ISO-8859-2?B?dSB1bmRlcnN0YW5kIHRoZSBleGFtcGxlLg==?=",
	    "If you can read this you understand the example." },
	{ "(=?iso-8859-8?b?7eXs+SDv4SDp7Oj08A==?=)",
	    "(\xd7\x9d\xd7\x95\xd7\x9c\xd7\xa9 \xd7\x9f\xd7\x91 "
	    "\xd7\x99\xd7\x9c\xd7\x98\xd7\xa4\xd7\xa0)" },
	/* RFC 2231 section 5 */
	{ "=?US-ASCII*EN?Q?Keith_Moore?=", "Keith Moore" },
	/* characters split between words */
	{ "=?utf-8?Q?=C3?= =?UTF-8?Q?=A9?=", "\xc3\xa9" },
	{ "=?utf-8?B?ww==?= =?utf-8?Q?=A9?=", "\xc3\xa9" },
	{ "=?utf-8?q?=c3=a9?=", "\xc3\xa9" },
	{ "=?utf-8?q?=C3?= x =?utf-8?q?=A9?=",
	    "\xef\xbf\xbd x \xef\xbf\xbd" },
	/* folding */
	{ "one\r\n two\n\tthree", "one two\tthree" },
	{ "one\r two", "one\r two" },
	{ "=?utf-8?q?a?=\r\n b", "a b" },
	{ "=?utf-8?q?a?= \r\n", "a " },
	/* what mailers do */
	{ "Re:=?utf-8?q?a?=,=?utf-8?q?b?=", "Re:a,b" },
	{ "=?utf-8?q?a?==?utf-8?q?b?=", "ab" },
	{ "=?utf-8?q?a b?=", "a b" },
	{ "=?utf-8?q?a\r\n b?=", "a b" },
	{ "=?utf-8?q?" "?=x", "x" },
	{ "=?utf-8?b?Zm9v Zm9v?=", "foofoo" },
	{ "=?utf-8?b?Zm8?=", "fo" },
	{ "=?utf-8?q?a=zz=4?=", "a=zz=4" },
	/* left as they stand */
	{ "=?utf-8?q?open", "=?utf-8?q?open" },
	{ "=?utf-8?x?a?=", "=?utf-8?x?a?=" },
	{ "=??q?a?=", "=??q?a?=" },
	{ "=?*en?q?a?=", "=?*en?q?a?=" },
	{ "=?a b?q?a?=", "=?a b?q?a?=" },
	{ "=?utf-8?q?a?b?=", "=?utf-8?q?a?b?=" },
	{ "=?", "=?" },
	{ "=", "=" },
	{ "a=b=?c", "a=b=?c" },
	{ "=?=?utf-8?q?a?=", "=?a" },
	/* unknown charsets: the words and the spaces between them stay */
	{ "=?x-no?q?a?=", "=?x-no?q?a?=" },
	{ "=?x-no?q?a?= =?x-no?q?b?=", "=?x-no?q?a?= =?x-no?q?b?=" },
	{ "=?utf-8?q?a?= =?x-no?q?b?=  =?utf-8?q?c?=",
	    "a =?x-no?q?b?=  c" },
	{ "=?x-no?q?a?=\r\n =?utf-8?q?b?=", "=?x-no?q?a?= b" },
	/* raw bytes */
	{ "caf\xc3\xa9", "caf\xc3\xa9" },
	{ "caf\xe9", "caf\xc3\xa9" },
	{ "\xe9 =?utf-8?q?=C3=A9?= \xc3\xa9", "\xc3\xa9 \xc3\xa9 \xc3\xa9" },
	{ "=?\xff?q?a?=", "=?\xc3\xbf?q?a?=" },
	/* clang-format on */
};

static const struct {
	const char *in;
	const char *out;
} encoded[] = {
	/* clang-format off */
	{ "", "" },
	{ "plain \t text", "plain \t text" },
	{ "a\r\nb", "a  b" },
	{ "caf\xc3\xa9", "=?UTF-8?B?Y2Fmw6k=?=" },
	{ "one caf\xc3\xa9 two", "one =?UTF-8?B?Y2Fmw6k=?= two" },
	{ "one caf\xc3\xa9 cr\xc3\xa8me two",
	    "one =?UTF-8?B?Y2Fmw6kgY3LDqG1l?= two" },
	{ "\xc3\x9c" "bersichtliche_ and",
	    "=?UTF-8?Q?=C3=9Cbersichtliche=5F?= and" },
	{ "espa\xc3\xb1ol", "=?UTF-8?Q?espa=C3=B1ol?=" },
	{ " \xc3\xa9 ", " =?UTF-8?B?w6k=?= " },
	{ "\xc3\xa9\t\xc3\xa9", "=?UTF-8?B?w6kJw6k=?=" },
	{ "\xc3\xa9\n\xc3\xa9 abc", "=?UTF-8?B?w6kgw6k=?= abc" },
	{ "caf\xe9 au lait", "=?UNKNOWN-8BIT?Q?caf=E9?= au lait" },
	{ "\xff\xfe", "=?UNKNOWN-8BIT?B?//4=?=" },
	{ "a_=?\xc3\xa9zz", "=?UTF-8?B?YV89P8Openo=?=" },
	{ "=?utf-8?q?a?= caf\xc3\xa9",
	    "=?utf-8?q?a?= =?UTF-8?B?IGNhZsOp?=" },
	{ "caf\xc3\xa9 =?utf-8?q?a?=",
	    "=?UTF-8?B?Y2Fmw6kg?= =?utf-8?q?a?=" },
	{ "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\xe6\x97\xa5\xe6\x9c\xac"
	    "\xe8\xaa\x9e\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e"
	    "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\xe6\x97\xa5\xe6\x9c\xac"
	    "\xe8\xaa\x9e\xe6\x97\xa5",
	    "=?UTF-8?B?5pel5pys6Kqe5pel5pys6Kqe5pel5pys6Kqe5pel5pys6Kqe"
	    "5pel5pys6Kqe?= =?UTF-8?B?5pel?=" },
	/* clang-format on */
};

static uint32_t seed = 1;

static unsigned
next_random(unsigned below)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 16) % below;
}

static void
test_decode(void)
{
	struct strbuf b = { 0 };

	for (size_t i = 0; i < NELEM(decoded); i++) {
		const char *in = decoded[i].in;
		bool good = true;

		strbuf_reset(&b);
		encword_decode(tap_exact(in, strlen(in)), &b);
		ok(span_is(strbuf_span(&b), decoded[i].out), "from %s", in);
		for (size_t n = 0; n < strlen(in); n++) {
			strbuf_reset(&b);
			encword_decode(tap_exact(in, n), &b);
			good = good && utf8_valid(strbuf_span(&b));
		}
		ok(good, "cut anywhere: %s", in);
	}
	strbuf_reset(&b);
	encword_decode(tap_exact("a\0=?utf-8?q?\0=00?=", 18), &b);
	ok(span_eq(strbuf_span(&b), span_of("a\0\0\0", 4)), "NUL");
	strbuf_clear(&b);
}

/* Every encoded word in s is one that RFC 2047 allows. */
static bool
strict_words(struct span s)
{
	struct span word;

	while (s.p < s.end) {
		word = span_cut(&s, ' ');
		if (span_len(word) > 75 || !utf8_is_ascii(word))
			return false;
	}
	return true;
}

static void
test_encode(void)
{
	struct strbuf b = { 0 };

	for (size_t i = 0; i < NELEM(encoded); i++) {
		const char *in = encoded[i].in;

		strbuf_reset(&b);
		encword_encode(tap_exact(in, strlen(in)), &b);
		ok(span_is(strbuf_span(&b), encoded[i].out) &&
			strict_words(strbuf_span(&b)),
		    "to %s", encoded[i].out);
	}
	strbuf_reset(&b);
	encword_encode(tap_exact("a\0b \xc3\xa9\0\xc3\xa9", 9), &b);
	ok(span_is(strbuf_span(&b), "a b =?UTF-8?B?w6kgw6k=?="), "NUL");
	strbuf_clear(&b);
}

static void
test_there_and_back(void)
{
	static const char *const bits[] = { "a", "Zz9", " ", "  ", "\t",
		"\xc3\xa9", "\xe6\x97\xa5", "\xf0\x9f\x98\x80", "_", "=", "\"",
		"word", "?", "=?utf-8?q?", "?=" };
	struct strbuf in = { 0 }, there = { 0 }, back = { 0 };
	bool good = true;

	for (int round = 0; round < 20000 && good; round++) {
		/* encoded words of its own are in every second text */
		unsigned kinds = NELEM(bits) - (round % 2 ? 3 : 0);

		strbuf_reset(&in);
		for (unsigned n = next_random(60); n > 0; n--)
			strbuf_puts(&in, bits[next_random(kinds)]);
		strbuf_reset(&there);
		strbuf_reset(&back);
		encword_encode(strbuf_span(&in), &there);
		encword_decode(strbuf_span(&there), &back);
		good = utf8_is_ascii(strbuf_span(&there)) &&
		       utf8_valid(strbuf_span(&back)) &&
		       (round % 2 == 0 ||
			   span_eq(strbuf_span(&back), strbuf_span(&in)));
	}
	ok(good, "encoded and decoded again: %s", in.p);
	strbuf_clear(&in);
	strbuf_clear(&there);
	strbuf_clear(&back);
}

/* Never one of which the table was just used. */
static const char converters[] =
    "=?iso-8859-3?q?a?==?iso-8859-4?q?a?==?iso-8859-5?q?a?="
    "=?iso-8859-6?q?a?==?iso-8859-7?q?a?==?iso-8859-9?q?a?=";

/* A megabyte of each must take no longer than a few reads of it. */
static void
test_hostile(void)
{
	static const char *const units[] = { "=?a?q?", "=?",
		"=?a?q?a?= ", "=?utf-8?q?a?= ", "=?utf-8?q?", "\xc3\xa9 ",
		"\xff", "\xc3\xa9 a ", "=?utf-8?b?=", " ", "=", "=?a",
		"?=", "=?utf-8?q?a?=\r\n ",
		"=?iso-8859-2?q?a?= =?koi8-r?q?b?= ", "=?iso-8859-2?q?a?= x",
		"=?utf-8?q?a?= \xc3\xa9 ", "=?euc-kr?q?=ff=?=", "\n",
		"=?gbk?q?=ff?= =?big5?q?=ff?=", converters };

	for (size_t i = 0; i < NELEM(units); i++) {
		struct strbuf in = { 0 }, b = { 0 };
		clock_t start, took;

		while (in.len < 1 << 20)
			strbuf_puts(&in, units[i]);
		start = clock();
		encword_decode(strbuf_span(&in), &b);
		strbuf_reset(&b);
		encword_encode(strbuf_span(&in), &b);
		took = (clock() - start) * 1000 / CLOCKS_PER_SEC;
		ok(took < 2000, "%s, a megabyte of it: %d ms", units[i],
		    (int)took);
		strbuf_clear(&in);
		strbuf_clear(&b);
	}
}

int
main(void)
{
	test_decode();
	test_encode();
	test_there_and_back();
	test_hostile();
	return done_testing();
}
