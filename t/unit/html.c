/* html.c: text out of HTML, whole and byte by byte. */
#include "msg/html.h"

#include "base/nelem.h"
#include "tap.h"

static const struct {
	const char *in;
	const char *out;
} cases[] = {
	/* clang-format off */
	{ "", "" },
	{ "plain", "plain" },
	{ "<p>one</p><p>two</p>", " one  two " },
	{ "a<b>b</b>c", "abc" },
	{ "a<br>b<BR/>c<br />d", "a b c d" },
	{ "<a href=\"x>y\">z</a>", "z" },
	{ "<a href='x\">'>z</a>", "z" },
	{ "<!-- a > b -- c --->d", "d" },
	{ "<!---->d", "d" },
	{ "<!DOCTYPE html>d", " d" },
	{ "<?xml version=\"1.0\"?>d", " d" },
	{ "<style>p { color: red }</style>x", " x" },
	{ "<STYLE type=a>p > q</Style >x", " x" },
	{ "<script>if (a < b) x();</script>y", " y" },
	{ "<head><title>t</title><style>s</style></head>y", " y" },
	{ "<style>never closed", " " },
	{ "a < b and c <3", "a < b and c <3" },
	{ "a <", "a " }, /* may have been a tag's */
	{ "<unclosed", "" },
	{ "&lt;b&gt; &amp;amp; &quot;&apos;", "<b> &amp; \"'" },
	{ "a&nbsp;b", "a b" },
	{ "&#65;&#x42;&#X63;", "ABc" },
	{ "&#8364;&euro;", "\xe2\x82\xac\xe2\x82\xac" },
	{ "&#0;&#xd800;&#x110000;&#99999999999;",
	    "&#0;&#xd800;&#x110000;&#99999999999;" },
	{ "&#x10ffff;", "\xf4\x8f\xbf\xbf" },
	{ "&#;&#x;&#12a;&;", "&#;&#x;&#12a;&;" },
	{ "R&D, a&b;c", "R&D, a&b;c" },
	{ "&amp", "" },
	{ "&ampx;", "&ampx;" },
	{ "&lt<b>x", "<x" },
	{ "&abcdefghijklmnopqrstuvwxyz;", "&abcdefghijklmnopqrstuvwxyz;" },
	{ "&Auml;&auml;", "\xc3\x84\xc3\xa4" },
	{ "<averyveryverylongtagname>x", " x" },
	/* clang-format on */
};

static bool
is(size_t i, size_t step)
{
	size_t len = strlen(cases[i].in), n;
	struct html h = { .state = HTML_TEXT };
	struct strbuf out = { 0 };
	bool same;

	for (size_t at = 0; at < len; at += n) {
		n = step < len - at ? step : len - at;
		html_text(&h, tap_exact(cases[i].in + at, n), &out);
	}
	same = span_is(strbuf_span(&out), cases[i].out);
	if (!same)
		printf("# \"%s\"\n", out.p == NULL ? "" : out.p);
	strbuf_clear(&out);
	return same;
}

int
main(void)
{
	for (size_t i = 0; i < NELEM(cases); i++)
		ok(is(i, SIZE_MAX) && is(i, 1) && is(i, 3), "%s", cases[i].in);
	return done_testing();
}
