/* sizelist.c: lines of courierpop3dsizelist, as they are and cut. */
#include "store/sizelist.h"

#include "tap.h"

struct seen {
	struct strbuf text; /* what was read, written again */
	unsigned n;
};

static void
put(void *arg, const struct sizelist_entry *e)
{
	struct seen *s = arg;

	s->n++;
	sizelist_put(&s->text, e);
}

static struct sizelist
parse(const char *text, size_t len, struct seen *s)
{
	struct sizelist l = { 99, 99, true };

	strbuf_reset(&s->text);
	s->n = 0;
	sizelist_parse(tap_exact(text, len), &l, put, s);
	return l;
}

static const struct {
	const char *text;
	struct sizelist list;
	const char *entries;
} cases[] = {
	/* clang-format off */
	{ "", { 0, 0, false }, "" },
	{ "/", { 0, 0, false }, "" },
	{ "/3", { 0, 0, false }, "" },
	{ "/3 5 7\n", { 5, 7, true }, "" },
	{ "/3 5 7", { 5, 7, true }, "" },
	{ "/3 5 7 \n", { 5, 7, false }, "" },
	{ "/3 5\n", { 5, 0, false }, "" },
	{ "/3 99999999999 7\na 1 1:7:0\n", { 0, 0, false }, "a 1 1:7:0\n" },
	{ "3 5 7\na 1 1:7:0\n", { 0, 0, false }, "" },
	{ "/1 5 7\na 1 1:7:0\n", { 5, 7, false }, "" },
	{ "/4 5 7\na 1 1:7:0\n", { 5, 7, false }, "" },
	{ "/2 5 7\na:2, 1 1:7\n", { 5, 7, false }, "a:2, 1 1:7:0\n" },
	{ "/3 5 7\na:2, 01 1:7:1\n", { 5, 7, true }, "a:2, 01 1:7:1\n" },
	{ "/3 5 7\na:2, 01 1:7\n", { 5, 7, true }, "a:2, 1 1:7:0\n" },
	{ "/3 5 7\na 0 1:7:0\n", { 5, 7, true }, "a 0 1:7:0\n" },
	{ "/3 5 7\na 00 1:7:0\n", { 5, 7, true }, "a 00 1:7:0\n" },
	{ "/3 5 7\na b  c 1 0:0:0\n", { 5, 7, true }, "a b  c 1 0:0:0\n" },
	{ "/3 5 7\na 1 9:7:0\n", { 10, 7, false }, "a 1 9:7:0\n" },
	{ "/3 5 7\na 1 9:8:0\n", { 5, 7, true }, "a 1 9:8:0\n" },
	{ "/3 5 7\na 1 4294967295:7:0\n", { 5, 7, true },
	    "a 1 4294967295:7:0\n" },
	{ "/3 5 7\na 1 4294967296:7:0\n", { 5, 7, false }, "" },
	{ "/3 5 7\na 18446744073709551616 1:7:0\n", { 5, 7, true },
	    "a 0 1:7:0\n" },
	{ "/3 5 7\na 18446744073709551616x 1:7:0\n", { 5, 7, false }, "" },
	{ "/3 5 7\na  1:7:0\n", { 5, 7, false }, "" },
	{ "/3 5 7\n 1 1:7:0\n", { 5, 7, false }, "" },
	{ "/3 5 7\n1 1:7:0\n", { 5, 7, false }, "" },
	{ "/3 5 7\n.a 1 1:7:0\n", { 5, 7, false }, "" },
	{ "/3 5 7\na/b 1 1:7:0\n", { 5, 7, false }, "" },
	{ "/3 5 7\na 1 1:7:0:\n", { 5, 7, false }, "" },
	{ "/3 5 7\na 1 1:7:0\r\n", { 5, 7, false }, "a 1 1:7:0\n" },
	{ "/3 5 7\n\na 1 1:7:0\n", { 5, 7, false }, "a 1 1:7:0\n" },
	/* as we write it, with the end of the line before and without */
	{ "/3 9 1795859992\na:2, 010 1:1795859992:0\n"
	    "b:2, 09 2:1795859992:0\nc:2, 08 3:1795859992:1\n"
	    "d:2, 07 4:1795859993:1\ne:2, 7 5:1795859993:1\n"
	    "f:2, 07 6:1:1\ng:2, 07 7:1:1\nh:2, 07 8:1795859992:2\n",
	    { 9, 1795859992, true },
	    "a:2, 010 1:1795859992:0\n"
	    "b:2, 09 2:1795859992:0\nc:2, 08 3:1795859992:1\n"
	    "d:2, 07 4:1795859993:1\ne:2, 7 5:1795859993:1\n"
	    "f:2, 07 6:1:1\ng:2, 07 7:1:1\nh:2, 07 8:1795859992:1\n" },
	{ "/3 9 1795859992\na:2, 010 1:1795859992:0\n:1795859992:0\n"
	    "1795859992:0\n01 2:1795859992:0\n 01 2:1795859992:0\n"
	    "x 1 2:1795859992:0:1795859992:0\n",
	    { 9, 1795859992, false }, "a:2, 010 1:1795859992:0\n" },
	{ "/3 5 7\na\xff 1 1:7:0\n", { 5, 7, true }, "a\xff 1 1:7:0\n" },
	/* clang-format on */
};

static void
test_cases(void)
{
	struct seen s = { .n = 0 };

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *text = cases[i].text;
		struct sizelist l = parse(text, strlen(text), &s);

		ok(l.nextuid == cases[i].list.nextuid &&
			l.uidv == cases[i].list.uidv &&
			l.neat == cases[i].list.neat,
		    "%s: header", text);
		ok(span_is(strbuf_span(&s.text), cases[i].entries), "%s", text);
	}
	strbuf_clear(&s.text);
}

/* Cut anywhere, the entries are a prefix of what they were. */
static void
test_cut(void)
{
	static const char text[] = "/3 5 7\na b:2,S 077 1:7:1\nc 3 2:7:0\n";
	struct seen s = { .n = 0 };
	bool good = true;

	for (size_t len = 0; len < sizeof text; len++) {
		struct sizelist l = parse(text, len, &s);

		good = good && s.n <= 2 && l.nextuid <= 5;
		if (len == sizeof text - 1)
			good = good && s.n == 2 && l.neat;
	}
	ok(good, "cut at each length");
	parse("/3 5 7\na\0b 1 1:7:0\n", 18, &s);
	ok(s.n == 0, "NUL in a name");
	strbuf_clear(&s.text);
}

static void
test_head(void)
{
	struct sizelist l = { UINT32_MAX, 7, true };
	struct strbuf out = { 0 };

	sizelist_put_head(&out, &l);
	ok(span_is(strbuf_span(&out), "/3 4294967295 7\n"), "header");
	strbuf_clear(&out);
}

int
main(void)
{
	test_cases();
	test_cut();
	test_head();
	return done_testing();
}
