/* span.c: comparisons and small steps. */
#include "base/span.h"

#include "base/ascii.h"
#include "base/nelem.h"
#include "tap.h"

static const struct {
	const char *a;
	const char *b;
	bool eq;
	bool case_eq;
	int cmp;
} pairs[] = {
	/* clang-format off */
	{ "", "", true, true, 0 },
	{ "a", "a", true, true, 0 },
	{ "a", "A", false, true, 1 },
	{ "a", "b", false, false, -1 },
	{ "a", "ab", false, false, -1 },
	{ "ab", "a", false, false, 1 },
	{ "", "a", false, false, -1 },
	{ "\xff", "a", false, false, 1 },
	{ "[", "{", false, false, -1 }, /* 0x20 apart and no letters */
	{ "@", "`", false, false, -1 },
	{ "\xc4", "\xe4", false, false, -1 },
	{ "Z", "z", false, true, -1 },
	/* clang-format on */
};

static const struct {
	const char *in;
	const char *word;
	const char *rest; /* NULL: refused */
} words[] = {
	/* clang-format off */
	{ "", "", "" },
	{ "", "a", NULL },
	{ "NO", "NOT", NULL },
	{ "nOt x", "NOT", " x" },
	{ "NOTx", "not", "x" },
	{ "NOT", "", "NOT" },
	{ "N\xcf", "NO", NULL },
	/* clang-format on */
};

static const struct {
	const char *in;
	const char *head;
	const char *rest;
} cuts[] = {
	{ "", "", "" },
	{ "a", "a", "" },
	{ "a,b,c", "a", "b,c" },
	{ ",b", "", "b" },
	{ "a,", "a", "" },
};

static const struct {
	const char *in;
	const char *out;
} trims[] = {
	{ "", "" },
	{ " ", "" },
	{ "\t\r\n a b \r\n", "a b" },
	{ "a", "a" },
	{ "\v a", "\v a" },
};

static int
sign(int n)
{
	return n < 0 ? -1 : n > 0;
}

static void
test_compare(void)
{
	for (size_t i = 0; i < NELEM(pairs); i++) {
		struct span a = tap_exact(pairs[i].a, strlen(pairs[i].a));
		struct span b = tap_exact(pairs[i].b, strlen(pairs[i].b));

		ok(span_eq(a, b) == pairs[i].eq &&
			span_is(a, pairs[i].b) == pairs[i].eq,
		    "equal %u", (unsigned)i);
		ok(span_case_eq(a, b) == pairs[i].case_eq &&
			span_case_is(a, pairs[i].b) == pairs[i].case_eq,
		    "equal but for case %u", (unsigned)i);
		ok(sign(span_cmp(a, b)) == pairs[i].cmp &&
			sign(span_cmp(b, a)) == -pairs[i].cmp,
		    "in order %u", (unsigned)i);
	}
	ok(!span_eq(span_of("a\0b", 3), span_of("a\0c", 3)) &&
		!span_is(span_of("a\0b", 3), "a"),
	    "a NUL is a byte");
}

static void
test_steps(void)
{
	for (size_t i = 0; i < NELEM(words); i++) {
		struct span s = tap_exact(words[i].in, strlen(words[i].in));
		bool good = words[i].rest != NULL;

		ok(span_eat_word(&s, words[i].word) == good &&
			span_is(s, good ? words[i].rest : words[i].in),
		    "\"%s\" off \"%s\"", words[i].word, words[i].in);
	}
	for (size_t i = 0; i < NELEM(cuts); i++) {
		struct span s = tap_exact(cuts[i].in, strlen(cuts[i].in));

		ok(span_is(span_cut(&s, ','), cuts[i].head) &&
			span_is(s, cuts[i].rest),
		    "cut \"%s\"", cuts[i].in);
	}
	for (size_t i = 0; i < NELEM(trims); i++)
		ok(span_is(
		       span_trim(tap_exact(trims[i].in, strlen(trims[i].in))),
		       trims[i].out),
		    "trim %u", (unsigned)i);
}

static void
test_ends(void)
{
	struct span none = tap_exact("", 0), one = tap_exact("7", 1);

	ok(!span_at(&none, '\0') && !span_eat(&none, '\0') &&
		!span_isdigit(&none) && span_find(none, 'a') == NULL &&
		span_len(none) == 0,
	    "nothing in nothing");
	ok(span_isdigit(&one) && span_at(&one, '7') && !span_eat(&one, '8') &&
		span_eat(&one, '7') && !span_at(&one, '7') &&
		!span_isdigit(&one),
	    "one digit, eaten once");
	one = tap_exact("a\0b", 3);
	ok(span_find(one, 'b') == one.p + 2 &&
		span_find(one, '\0') == one.p + 1,
	    "found past a NUL");
}

static void
test_ascii(void)
{
	int hex = 0, letters = 0, digits = 0, spaces = 0, controls = 0;

	for (int c = 0; c < 256; c++) {
		unsigned char u = (unsigned char)c;

		hex += ascii_hex(u) >= 0;
		letters += ascii_isalpha(u);
		digits += ascii_isdigit(u);
		spaces += ascii_isspace(u);
		controls += ascii_iscntrl(u);
	}
	ok(hex == 22 && letters == 52 && digits == 10 && spaces == 4 &&
		controls == 33,
	    "classes have their sizes");
	ok(ascii_hex('0') == 0 && ascii_hex('9') == 9 && ascii_hex('a') == 10 &&
		ascii_hex('F') == 15 && ascii_hex('g') == -1,
	    "hexadecimal digits");
	ok(ascii_lower('A') == 'a' && ascii_lower('[') == '[' &&
		ascii_upper('z') == 'Z' && ascii_upper('{') == '{' &&
		ascii_upper(0xe4) == 0xe4,
	    "case is that of ASCII");
}

int
main(void)
{
	test_compare();
	test_steps();
	test_ends();
	test_ascii();
	return done_testing();
}
