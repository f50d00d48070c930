/* msgid.c: which identifiers there are, and which are the same. */
#include "msg/msgid.h"

#include "base/nelem.h"
#include "base/strbuf.h"
#include "tap.h"

/* How many there are, and the last. */
static int
count(const char *text, uint64_t *id)
{
	struct span in = tap_exact(text, strlen(text));
	int n = 0;

	while (msgid_next(&in, id))
		n++;
	return in.p == in.end ? n : -1;
}

static const struct {
	const char *in;
	int n;
	bool same; /* the last is <a.b@c.d> */
} cases[] = {
	/* clang-format off */
	{ "", 0, false },
	{ "<", 0, false },
	{ "<>", 0, false },
	{ "a.b@c.d", 0, false },
	{ "<a.b@c.d", 0, false },
	{ "<a.b@c.d>", 1, true },
	{ " (comment) <a.b@c.d> more", 1, true },
	{ "<a.B@c.d>", 1, false },
	{ "<\"a.b\"@c.d>", 1, true },
	{ "<\"a\".b@c.d>", 1, true },
	{ "<\"a\\.b\"@c.d>", 1, true },
	{ "<a.b@ c.d>", 1, true },
	{ "<a .\tb @c.d >", 1, true },
	{ "<\"a .b\"@c.d>", 1, false },
	{ "<a.b@[c.d]>", 1, false },
	{ "<a.b@c.d><x@y>", 2, false },
	{ "<x@y>, junk <a.b@c.d>", 2, true },
	{ "Your message of \"Monday\" <a.b@c.d>", 1, true },
	{ "<a.b>", 0, false },
	{ "<@c.d>", 0, false },
	{ "<a.b@>", 0, false },
	{ "<\"\"@c.d>", 0, false },
	{ "<x <a.b@c.d>", 1, true },
	{ "<<a.b@c.d>>", 1, true },
	{ "<\"a>b\"@c> <a.b@c.d>", 2, true },
	{ "<\"a<b\"@c> <a.b@c.d>", 2, true },
	{ "<\"\\\"\"@c> <a.b@c.d>", 2, true },
	{ "<\"open@c.d>", 0, false },
	{ "<\"open@c.d> <x@y> <a.b@c.d>", 2, true },
	{ "<a@b@c>", 1, false },
	/* clang-format on */
};

int
main(void)
{
	uint64_t want = 0, id;
	struct strbuf b = { 0 };
	struct span in;
	int n = 0;

	ok(count("<a.b@c.d>", &want) == 1 && want != 0, "an identifier");
	for (size_t i = 0; i < NELEM(cases); i++) {
		id = 0;
		ok(count(cases[i].in, &id) == cases[i].n &&
			(id == want) == cases[i].same,
		    "%s", cases[i].in);
	}
	for (size_t len = 990; len < 1010; len++) {
		strbuf_reset(&b);
		strbuf_putc(&b, '<');
		for (size_t i = 2; i < len; i++)
			strbuf_putc(&b, 'a');
		strbuf_puts(&b, "@b>");
		in = tap_exact(b.p, b.len);
		n += msgid_next(&in, &id);
	}
	ok(n == 11, "longer than a line: %d", n);
	strbuf_reset(&b);
	for (int i = 0; i < 300000; i++)
		strbuf_puts(&b, "<a\"<b");
	in = strbuf_span(&b);
	ok(!msgid_next(&in, &id), "not quadratic");
	strbuf_clear(&b);
	return done_testing();
}
