/* qp.c: line ends, soft breaks and damage, cut at every place. */
#include "text/qp.h"

#include "base/nelem.h"
#include "tap.h"

static const struct {
	const char *in;
	const char *out;
	bool damaged;
} cases[] = {
	/* clang-format off */
	{ "", "", false },
	{ "plain\n", "plain\n", false },
	{ "plain\r\n", "plain\r\n", false },
	{ "caf=C3=A9", "caf\xc3\xa9", false },
	{ "caf=c3=a9", "caf\xc3\xa9", false },
	{ "=3D=3d", "==", false },
	{ "one=\ntwo", "onetwo", false },
	{ "one=\r\ntwo", "onetwo", false },
	{ "one= \t\ntwo", "onetwo", false },
	{ "one= \t\r\ntwo", "onetwo", false },
	{ "one =\ntwo", "one two", false },
	{ "one \t\ntwo", "one\ntwo", false },
	{ "one \t\r\ntwo", "one\r\ntwo", false },
	{ "one \t two", "one \t two", false },
	{ "one=20\ntwo", "one \ntwo", false },
	{ "end=", "end", false },
	{ "end= ", "end", false },
	{ "end=\r", "end", false },
	{ "end \t", "end", false },
	{ "end \r", "end \r", false },
	{ "\r", "\r", false },
	{ "a\rb", "a\rb", false },
	{ "a \r b", "a \r b", false },
	{ "\r\r\n", "\r\r\n", false },
	{ "\n\n", "\n\n", false },
	{ "=4", "=4", true },
	{ "=4\n", "=4\n", true },
	{ "=4=41", "=4A", true },
	{ "=G1", "=G1", true },
	{ "=4G", "=4G", true },
	{ "==41", "=A", true },
	{ "=", "", false },
	{ "= x", "= x", true },
	{ "=\rx", "=\rx", true },
	{ "=\r\r\n", "=\r\r\n", true },
	{ "= \t=41", "= \tA", true },
	{ "x=\xff", "x=\xff", true },
	{ "8-bit \xe9 here", "8-bit \xe9 here", false },
	{ "=00", "", false }, /* compared as a string; see below */
	/* clang-format on */
};

static bool
in_two(struct span in, size_t cut, struct strbuf *out, bool *damaged)
{
	struct qp_dec d = { 0 };

	qp_dec_add(&d, tap_exact(in.p, cut), out);
	qp_dec_add(&d, tap_exact(in.p + cut, span_len(in) - cut), out);
	qp_dec_end(&d, out);
	*damaged = d.damaged;
	return d.held.p == NULL;
}

/* In one go what it is byte by byte: steps of many bytes change nothing. */
static void
test_random(void)
{
	static const char rare[] = "==\r\n\n  \t4F";
	struct strbuf one = { 0 }, two = { 0 };
	char text[200];
	uint32_t seed = 1;
	bool good = true;

	for (unsigned round = 0; round < 3000 && good; round++) {
		struct qp_dec d = { 0 }, e = { 0 };
		size_t len = round % sizeof text;
		struct span s;

		for (size_t i = 0; i < len; i++) {
			seed = seed * 1103515245 + 12345;
			text[i] = (seed >> 16) % (2 + round % 30) == 0
				      ? rare[(seed >> 8) % (sizeof rare - 1)]
				      : 'x';
		}
		s = tap_exact(text, len);
		strbuf_reset(&one);
		strbuf_reset(&two);
		qp_dec_add(&d, s, &one);
		qp_dec_end(&d, &one);
		for (size_t i = 0; i < len; i++)
			qp_dec_add(&e, span_of(s.p + i, 1), &two);
		qp_dec_end(&e, &two);
		good = d.damaged == e.damaged &&
		       span_eq(strbuf_span(&one), strbuf_span(&two));
	}
	ok(good, "at once as byte by byte");
	strbuf_clear(&one);
	strbuf_clear(&two);
}

int
main(void)
{
	struct strbuf b = { 0 };
	struct qp_dec d = { 0 };
	bool damaged;

	for (size_t i = 0; i < NELEM(cases); i++) {
		struct span in = span_str(cases[i].in);
		bool good = true;

		for (size_t cut = 0; cut <= span_len(in); cut++) {
			strbuf_reset(&b);
			good = in_two(in, cut, &b, &damaged) && good &&
			       damaged == cases[i].damaged &&
			       strcmp(b.len ? b.p : "", cases[i].out) == 0;
		}
		ok(good, "cut anywhere: %s", cases[i].in);
	}
	strbuf_reset(&b);
	ok(in_two(span_of("a=00\0b", 6), 3, &b, &damaged) && !damaged &&
		span_eq(strbuf_span(&b), span_of("a\0\0b", 4)),
	    "NUL, coded and bare");

	/* a long run of white space is held once, not copied at each step */
	strbuf_reset(&b);
	for (size_t i = 0; i < 2000000; i++)
		qp_dec_add(&d, span_of(" ", 1), &b);
	qp_dec_add(&d, span_str("\n"), &b);
	qp_dec_end(&d, &b);
	ok(span_is(strbuf_span(&b), "\n"), "two million spaces");
	test_random();
	strbuf_clear(&b);
	return done_testing();
}
