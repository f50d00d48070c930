/* searchfold.c: many bytes at a step against one after the other. */
#include "text/searchfold.h"

#include "base/ascii.h"
#include "base/nelem.h"
#include "tap.h"
#include "text/casefold.h"

static const struct {
	const char *before;
	const char *in;
	const char *out;
} cases[] = {
	/* clang-format off */
	{ "", "", "" },
	{ "", "Hello,\r\n\tWorld ", "HELLO, WORLD " },
	{ "a ", " \n b", "a B" },
	{ "a", " \n b", "a B" },
	{ "", "a\x0b" "b", "A\x0b" "B" }, /* no white space of mail */
	{ "", "a\xc2\xa0 b", "A B" }, /* NBSP becomes a space */
	{ "a ", "\xc2\xa0\xc2\xa0z", "a Z" },
	{ "", "\xc3\xa9t\xc3\xa9", "E\xcc\x81TE\xcc\x81" },
	{ "", "ab \xff  cd", "AB \xff cd" }, /* no UTF-8 from there on */
	{ "", "ab\xc3 cd", "AB\xc3 cd" },
	/* clang-format on */
};

/* The contract, by the parts it is made of. */
static void
slowly(struct span in, struct strbuf *out)
{
	struct strbuf b = { 0 };

	casefold(in, &b);
	searchfold_squeeze(strbuf_span(&b), out);
	strbuf_clear(&b);
}

static void
test_cases(void)
{
	struct strbuf out = { 0 };

	for (size_t i = 0; i < NELEM(cases); i++) {
		const char *in = cases[i].in;

		strbuf_reset(&out);
		strbuf_puts(&out, cases[i].before);
		searchfold(tap_exact(in, strlen(in)), &out);
		ok(span_is(strbuf_span(&out), cases[i].out), "case %u",
		    (unsigned)i);
	}
	strbuf_clear(&out);
}

static uint32_t seed = 1;

static unsigned
next_random(unsigned below)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 16) % below;
}

/* Mostly letters, with others as often as round says. */
static size_t
make_text(unsigned round, char *text, size_t max)
{
	static const char *const rare[] = { " ", "  ", "\n", "\r\n", "\t",
		"        ", "\xc3\xa9", "\xc2\xa0", "@[`{", "\x7f",
		"\xc4\xa9", /* 64 behind that with an acute */
		"\xe4\xb8\xad", "\xe9\xbf\xbf", "\xea\x80\x80",
		"\xe4\xb7\xbf", /* ideographs and their neighbours */
		"\xef\xb7\xba" /* four words */ };
	size_t len = next_random((unsigned)max - 10), n = 0;

	while (n < len) {
		const char *s = rare[next_random(NELEM(rare))];

		if (next_random(2 + round % 30) == 0) {
			memcpy(text + n, s, strlen(s));
			n += strlen(s);
		} else {
			text[n++] = (char)(' ' + next_random(95));
		}
	}
	if (round % 50 == 49)
		text[next_random((unsigned)n + 1)] = '\xff';
	return n;
}

static void
test_random(void)
{
	struct searchfold_memo memo = { 0 };
	struct strbuf fast = { 0 }, slow = { 0 };
	char text[300];
	bool good = true;

	for (unsigned round = 0; round < 3000 && good; round++) {
		size_t len = make_text(round, text, sizeof text);
		struct span s = tap_exact(text, len);

		strbuf_reset(&fast);
		strbuf_reset(&slow);
		if (round % 3 == 0) {
			strbuf_putc(&fast, ' ');
			strbuf_putc(&slow, ' ');
		}
		searchfold_more(&memo, s, &fast);
		slowly(s, &slow);
		good = span_eq(strbuf_span(&fast), strbuf_span(&slow));
	}
	ok(good, "random texts as the slow way has them");
	strbuf_clear(&fast);
	strbuf_clear(&slow);
}

/* casefold() itself, of each byte at each place of a step. */
static void
test_capitals(void)
{
	struct strbuf out = { 0 };
	char text[40], want[40];
	bool good = true;

	for (int c = 0; c < 0x80; c++)
		for (size_t at = 0; at < sizeof text; at++) {
			memset(text, 'x', sizeof text);
			memset(want, 'X', sizeof want);
			text[at] = (char)c;
			want[at] = (char)ascii_upper((unsigned char)c);
			strbuf_reset(&out);
			casefold(span_of(text, sizeof text), &out);
			good = good && span_eq(strbuf_span(&out),
					   span_of(want, sizeof want));
		}
	ok(good, "capitals");
	strbuf_clear(&out);
}

int
main(void)
{
	test_cases();
	test_random();
	test_capitals();
	return done_testing();
}
