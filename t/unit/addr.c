/* addr.c: addresses as they should be, and as they are. */
#include "msg/addr.h"

#include <time.h>

#include "base/nelem.h"
#include "base/strbuf.h"
#include "tap.h"

/*
 * Each address as name/route/local/domain and a blank, "-" for what is
 * absent; a group as "G{name" and "}".
 */
static const struct {
	const char *in;
	const char *out;
} cases[] = {
	/* clang-format off */
	{ "", "" },
	{ " \t", "" },
	{ "a@b", "-/-/a/b " },
	{ "<a@b>", "-/-/a/b " },
	{ "Foo <a@b>", "Foo/-/a/b " },
	{ "\"Foo Bar\" <a@b>", "Foo Bar/-/a/b " },
	{ "\"Foo  Bar\" <a@b>", "Foo  Bar/-/a/b " },
	{ "Foo \t Bar <a@b>", "Foo Bar/-/a/b " },
	{ "Foo Bar <a@b>, x@y", "Foo Bar/-/a/b -/-/x/y " },
	{ "\"Foo\" Bar \"Baz\" <a@b>", "Foo Bar Baz/-/a/b " },
	{ "\"Foo\"\"Bar\" <a@b>", "Foo Bar/-/a/b " },
	{ "Foo \"B\\\"ar\\\\\" <a@b>", "Foo B\"ar\\/-/a/b " },
	{ "\"\" <a@b>", "-/-/a/b " },
	{ "\"Foo, Bar; <x>\" <a@b>", "Foo, Bar; <x>/-/a/b " },
	{ "John Q. Public <a@b>", "John Q. Public/-/a/b " },
	{ "J.R. <a@b>", "J.R./-/a/b " },
	{ "Foo [x] <a@b>", "Foo [x]/-/a/b " },
	{ "'foo' <a@b>", "'foo'/-/a/b " },
	{ "=?utf-8?q?a?= <a@b>", "=?utf-8?q?a?=/-/a/b " },
	{ "\xc3\xa9 <\xc3\xa9@\xe9>", "\xc3\xa9/-/\xc3\xa9/\xe9 " },
	/* comments */
	{ "a@b (Foo Bar)", "Foo Bar/-/a/b " },
	{ "a@b (x (y) z)", "x (y) z/-/a/b " },
	{ "a@b (x) (y)", "y/-/a/b " },
	{ "(x) a@b", "x/-/a/b " },
	{ "x@y (a\\)b)", "a)b/-/x/y " },
	{ "x@y ()", "-/-/x/y " },
	{ "(c1) a (c2) @ (c3) b (c4)", "c4/-/a/b " },
	{ "Foo (c) <a@b> (d)", "Foo/-/a/b " },
	{ "<a@b> (Foo)", "-/-/a/b " },
	{ "Foo (a) Bar <a@b(x)>", "Foo Bar/-/a/b " },
	{ "Foo (a\\)b) <c@d>", "Foo/-/c/d " },
	{ "root (Cron Daemon)", "Cron Daemon/-/root/- " },
	{ "(a)b)@c", "a/-/b)/c " },
	{ "a@b))))", "-/-/a/b " },
	/* addr-spec */
	{ "a.b.c@d.e.f", "-/-/a.b.c/d.e.f " },
	{ "a . b@c . d", "-/-/a.b/c.d " },
	{ "\"a b\"@c", "-/-/a b/c " },
	{ "\"a\\\"b\"@c", "-/-/a\"b/c " },
	{ "\"a\".\"b\"@c", "-/-/a.b/c " },
	{ "a.\"b\".c@d", "-/-/a.b.c/d " },
	{ "<\"a b\"@c>", "-/-/a b/c " },
	{ "a@[1.2.3.4]", "-/-/a/[1.2.3.4] " },
	{ "a@[1.2", "-/-/a/[1.2 " },
	{ "a@[1\\]2], b@c", "-/-/a/[1\\]2] -/-/b/c " },
	{ "a..b@c", "-/-/a..b/c " },
	{ "a/b=c@d", "-/-/a/b=c/d " },
	/* routes */
	{ "<@r1,@r2:a@b>", "-/@r1,@r2/a/b " },
	{ "Foo <@r1 , @r2 : a@b>", "Foo/@r1 , @r2/a/b " },
	{ "<@b>", "-/-/-/b " },
	{ "<@b,@c>", "-/-/-/b -/-/-/c " },
	/* groups */
	{ "undisclosed-recipients:;", "G{undisclosed-recipients } " },
	{ "undisclosed-recipients: ;", "G{undisclosed-recipients } " },
	{ "G: a@b, Foo <c@d>;", "G{G -/-/a/b Foo/-/c/d } " },
	{ "G: a@b; x@y", "G{G -/-/a/b } -/-/x/y " },
	{ "G: a@b, x@y", "G{G -/-/a/b -/-/x/y } " },
	{ "G:;,H:;", "G{G } G{H } " },
	{ "G:,a@b,;", "G{G -/-/a/b } " },
	{ "\"A B\" C: a@b;", "G{A B C -/-/a/b } " },
	{ ":", "G{ } " },
	{ "a:", "G{a } " },
	{ "foo:bar", "G{foo -/-/bar/- } " },
	{ "a: b: c@d;;", "G{a b:/-/c/d } " },
	/* no addresses */
	{ "foo", "-/-/foo/- " },
	{ "\"foo\"", "foo/-/-/- " },
	{ "foo bar", "foo bar/-/-/- " },
	{ "foo at bar.com", "foo at bar.com/-/-/- " },
	{ "Foo Bar (c)", "Foo Bar/-/-/- " },
	{ "<>", "-/-/-/- " },
	{ "Foo <>", "Foo/-/-/- " },
	{ "Foo <a>", "Foo/-/a/- " },
	{ "Foo <a@>", "Foo/-/a/- " },
	{ "Foo <foo at bar>", "Foo/-/foo at bar/- " },
	{ "a@", "-/-/a/- " },
	{ "@b", "-/-/-/b " },
	{ "@", "-/-/-/- " },
	{ ",", "" },
	{ ";", "" },
	{ "a@b, , c@d,", "-/-/a/b -/-/c/d " },
	{ ">", "-/-/>/- " },
	{ "\\a@b", "-/-/\\a/b " },
	/* broken ones */
	{ "Foo <a@b", "Foo/-/a/b " },
	{ "Foo <a@b, c@d", "Foo/-/a/b -/-/c/d " },
	{ "<a@b c>", "-/-/a/b " },
	{ "<a b@c>", "-/-/a b/c " },
	{ "<<a@b>>", "-/-/a/b " },
	{ "Foo <a@b>>, c@d", "Foo/-/a/b -/-/c/d " },
	{ "Foo <a@b> bar, c@d", "Foo/-/a/b -/-/c/d " },
	{ "a@b c@d", "-/-/a/b -/-/c/d " },
	{ "<a@b> <c@d>", "-/-/a/b -/-/c/d " },
	{ "<a@b>; <c@d>", "-/-/a/b -/-/c/d " },
	{ "a b <d@e> f <h@i>", "a b/-/d/e f/-/h/i " },
	{ "a@b@c, d@e", "-/-/a/b -/-/d/e " },
	{ "a@b:c, d@e", "-/-/a/b -/-/d/e " },
	{ "foo@bar <a@b>", "foo@bar/-/a/b " },
	{ "foo bar@x", "foo/-/bar/x " },
	{ "\"Foo\"bar@x", "Foo/-/bar/x " },
	{ "\"a", "a/-/-/- " },
	{ "\"a\\", "a\\/-/-/- " },
	{ "(a", "" },
	{ "(a\\", "" },
	{ "a (b", "b/-/a/- " },
	{ "a@b (c\\", "c\\/-/a/b " },
	{ "a@b(", "-/-/a/b " },
	{ "<a@b(", "-/-/a/b " },
	{ "<", "-/-/-/- " },
	{ "a\rb@c", "a/-/b/c " },
	/* clang-format on */
};

static void
put(struct strbuf *b, struct span s, char after)
{
	if (s.p == NULL)
		s = span_str("-");
	strbuf_cat(b, s);
	strbuf_putc(b, after);
}

static size_t
read_all(struct arena *a, struct span in, struct strbuf *b)
{
	struct addr addr;
	bool in_group = false;
	size_t n = 0;

	for (; addr_next(a, &in, &in_group, &addr); n++) {
		if (addr.kind == ADDR_GROUP) {
			strbuf_puts(b, "G{");
			put(b, addr.name, ' ');
		} else if (addr.kind == ADDR_GROUP_END) {
			strbuf_puts(b, "} ");
		} else {
			put(b, addr.name, '/');
			put(b, addr.route, '/');
			put(b, addr.local, '/');
			put(b, addr.domain, ' ');
		}
	}
	return n;
}

static void
test_cases(void)
{
	struct strbuf b = { 0 };
	struct arena a = { 0 };

	for (size_t i = 0; i < NELEM(cases); i++) {
		size_t len = strlen(cases[i].in);

		for (size_t n = 0; n < len; n++)
			(void)read_all(&a, tap_exact(cases[i].in, n), &b);
		strbuf_reset(&b);
		(void)read_all(&a, tap_exact(cases[i].in, len), &b);
		if (!ok(span_is(strbuf_span(&b), cases[i].out), "%s",
			cases[i].in))
			printf("# %s\n", b.len > 0 ? b.p : "");
		arena_reset(&a);
	}
	strbuf_clear(&b);
	arena_clear(&a);
}

static void
test_nul(void)
{
	struct strbuf b = { 0 };
	struct arena a = { 0 };

	ok(read_all(&a, tap_exact("x\0y <a\0@\0b>", 11), &b) == 1 &&
		span_eq(strbuf_span(&b), span_of("x\0y/-/a\0/\0b ", 12)),
	    "NULs are kept");
	strbuf_clear(&b);
	arena_clear(&a);
}

/*
 * What the short way makes of an address the long one does, which a comment
 * in front leads to.
 */
static void
test_ways(void)
{
	static const char *const pieces[] = { "Foo", " ", "<", "a", "@", "b.c",
		">", ", ", "\"", "\\", ".", ";", ":", "<a@b>", "\"Q, R\"", "\t",
		"[", "<a@[b", "\xe9", "Foo Bar <a@b.c>" };
	struct strbuf in = { 0 }, one = { 0 }, two = { 0 };
	struct arena a = { 0 };
	uint32_t seed = 1;
	bool good = true;

	for (unsigned round = 0; round < 20000 && good; round++) {
		struct span s;

		strbuf_reset(&in);
		strbuf_reset(&one);
		strbuf_reset(&two);
		strbuf_puts(&in, "()");
		for (unsigned n = 0; n < round % 12; n++) {
			seed = seed * 1103515245 + 12345;
			strbuf_puts(&in, pieces[(seed >> 16) % NELEM(pieces)]);
		}
		s = strbuf_span(&in);
		(void)read_all(&a, s, &two);
		s.p += 2;
		(void)read_all(&a, s, &one);
		good = span_eq(strbuf_span(&one), strbuf_span(&two));
		if (!good)
			printf("# %s: %s, %s\n", s.p, one.p, two.p);
		arena_reset(&a);
	}
	ok(good, "the short way and the long");
	strbuf_clear(&in);
	strbuf_clear(&one);
	strbuf_clear(&two);
	arena_clear(&a);
}

/* n times s: linear, however it is nested. */
static void
monster(const char *s, size_t n)
{
	size_t len = strlen(s), got;
	struct strbuf in = { 0 }, out = { 0 };
	struct arena a = { 0 };
	clock_t start;

	for (size_t i = 0; i < n; i++)
		strbuf_add(&in, s, len);
	start = clock();
	got = read_all(&a, tap_exact(in.p, in.len), &out);
	ok(clock() - start < 5 * CLOCKS_PER_SEC,
	    "%zu times \"%s\": %zu addresses, %.3f s", n, s, got,
	    (double)(clock() - start) / CLOCKS_PER_SEC);
	strbuf_clear(&in);
	strbuf_clear(&out);
	arena_clear(&a);
}

int
main(void)
{
	static const char *const monsters[] = { "a@b, ", "(", "((a)",
		"G:", "G:;", "<", "<@", "<@a,", "@a,", "<a@[", "a@b ", "a@",
		"\"", "\" \"", "\\", "a ", "a.", "a b <", ": ", ";",
		"a@b x: y; ", "a@b (c) ", ">", "<a@b> x " };

	test_cases();
	test_nul();
	test_ways();
	for (size_t i = 0; i < NELEM(monsters); i++)
		monster(monsters[i], 1000000);
	return done_testing();
}
