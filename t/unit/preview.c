/* preview.c: what messages begin with. */
#include "msg/preview.h"

#include "base/nelem.h"
#include "memfile.h"
#include "tap.h"
#include "text/utf8.h"

#define MIXED	    "Content-Type: multipart/mixed; boundary=m\n\n--m\n"
#define ALTERNATIVE "Content-Type: multipart/alternative; boundary=b\n\n--b\n"
#define HTML	    "Content-Type: text/html; charset=utf-8\n\n"
#define PLAIN	    "Content-Type: text/plain\n\n"

static const struct {
	const char *what;
	const char *in;
	const char *out;
} cases[] = {
	/* clang-format off */
	{ "no body", "Subject: x\n\n", "" },
	{ "an empty file", "", "" },
	{ "blanks", "\n \t\n\n", "" },
	{ "a line", "\nPreview text!\n", "Preview text!" },
	{ "white space", "\n\n  a \t b\n\nc\xc2\xa0\xe3\x80\x80" "d \n",
	    "a b c d" },
	{ "what is not seen", "\na\xe2\x80\x8b\xcd\x8f\xc2\xad" "b\x01\x7f" "c",
	    "abc" },
	{ "quoted lines", "\n> old\n> older\nnew\n> old\nmore\n", "new more" },
	{ "nothing but quoted lines", "\n> old\n> older\n", "> old > older" },
	{ "a charset",
	    "Content-Type: text/plain; charset=iso-8859-1\n\ngr\xfc\xdf" "e\n",
	    "gr\xc3\xbc\xc3\x9f" "e" },
	{ "an unknown one",
	    "Content-Type: text/plain; charset=none\n\na\xff\n",
	    "a\xef\xbf\xbd" },
	{ "quoted-printable",
	    "Content-Transfer-Encoding: quoted-printable\n"
	    "Content-Type: text/plain; charset=utf-8\n\na=C3=A4=\nb\n",
	    "a\xc3\xa4" "b" },
	{ "base64", "Content-Transfer-Encoding: base64\n\nSGVsbG8=\n",
	    "Hello" },
	{ "an unknown encoding", "Content-Transfer-Encoding: x\n\nHello\n",
	    "" },
	{ "HTML", HTML "<style>x</style><p>a&uuml;</p>\n<p>b</p>",
	    "a\xc3\xbc b" },
	{ "quoted in HTML is a tag's end", HTML "<p\n>a", "a" },
	{ "alternatives, plain first",
	    ALTERNATIVE PLAIN "plain\n--b\n" HTML "html\n--b--\n", "plain" },
	{ "and last",
	    ALTERNATIVE HTML "html\n--b\n" PLAIN "plain\n--b--\n", "plain" },
	{ "an empty one",
	    ALTERNATIVE PLAIN "\n--b\n" HTML "html\n--b--\n", "html" },
	{ "a mix, HTML first",
	    MIXED HTML "html\n--m\n" PLAIN "footer\n--m--\n", "html" },
	{ "an attachment first",
	    MIXED "Content-Disposition: attachment\n\nno\n--m\n"
	    PLAIN "yes\n--m--\n", "yes" },
	{ "alternatives in a mix",
	    MIXED ALTERNATIVE PLAIN "plain\n--b\n" HTML "html\n--b--\n--m--\n",
	    "plain" },
	{ "an image", "Content-Type: image/png\n\nxxx\n", "" },
	{ "encrypted",
	    "Content-Type: multipart/encrypted; boundary=b\n\n--b\n"
	    "Content-Type: application/pgp-encrypted\n\nVersion: 1\n--b\n"
	    "Content-Type: application/octet-stream\n\nxxx\n--b--\n", "" },
	{ "a message within",
	    MIXED "Content-Type: message/rfc822\n\nSubject: x\n\ninner\n--m--\n",
	    "inner" },
	{ "other text", "Content-Type: text/calendar\n\nBEGIN\n", "" },
	/* clang-format on */
};

static void
make(const char *p, size_t len, struct strbuf *out)
{
	struct arena a = { 0 };
	struct part *root;
	int fd = memfile(p, len);

	strbuf_reset(out);
	if (structure_read(&a, fd, &root) == 0)
		preview_make(fd, root, out);
	close(fd);
	arena_clear(&a);
}

/* n times what, behind a header. */
static void
make_many(const char *header, const char *what, size_t n, struct strbuf *out)
{
	struct strbuf b = { 0 };

	strbuf_puts(&b, header);
	for (size_t i = 0; i < n; i++)
		strbuf_puts(&b, what);
	make(b.p, b.len, out);
	strbuf_clear(&b);
}

static size_t
characters(const struct strbuf *b)
{
	struct span s = strbuf_span(b);
	uint32_t cp;
	size_t n;

	for (n = 0; utf8_next(&s, &cp); n++)
		;
	return n;
}

int
main(void)
{
	static const char utf8[] =
	    "Content-Type: text/plain; charset=utf-8\n\n";
	struct strbuf b = { 0 };

	for (size_t i = 0; i < NELEM(cases); i++) {
		make(cases[i].in, strlen(cases[i].in), &b);
		ok(span_is(strbuf_span(&b), cases[i].out), "%s: \"%s\"",
		    cases[i].what, b.p == NULL ? "" : b.p);
	}
	make_many("\n", "x", 300, &b);
	ok(b.len == PREVIEW_CHARS, "no more characters than that");
	make_many(utf8, "\xf0\x9f\x98\x80", 300, &b);
	ok(characters(&b) == PREVIEW_CHARS && b.len == 4 * PREVIEW_CHARS,
	    "characters, not octets");
	make_many("\n", "abcd ", 300, &b);
	ok(b.len == PREVIEW_CHARS - 1 && b.p[b.len - 1] == 'd',
	    "no blank at the end");
	make_many(utf8, "\xe2\x80\x8b\n", 1000000, &b);
	ok(b.len == 0, "a million lines of nothing");
	strbuf_clear(&b);
	return done_testing();
}
