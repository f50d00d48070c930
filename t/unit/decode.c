/* decode.c: bodies without their transfer encoding, text without charset. */
#include "msg/decode.h"

#include <errno.h>

#include "base/nelem.h"
#include "base/strbuf.h"
#include "memfile.h"
#include "tap.h"

static void
append(void *arg, struct span bytes)
{
	strbuf_cat(arg, bytes);
}

static const struct {
	const char *encoding;
	const char *in;
	const char *out;
	size_t len; /* of out when it has a NUL */
} bodies[] = {
	/* clang-format off */
	{ "7bit", "", "", 0 },
	{ "7bit", "a\nb\r\nc\rd", "a\r\nb\r\nc\rd", 0 },
	{ "8BIT", "\xe9\n", "\xe9\r\n", 0 },
	{ "binary", "a\nb\r\nc", "a\nb\r\nc", 0 },
	{ "base64", "Zm9v\nCg==\n", "foo\n", 0 },
	{ "BASE64", "Zm\r\n9v", "foo", 0 },
	{ "base64", "AGEA", "\0a\0", 3 },
	{ "base64", "Zm9*vY", "foo", 0 },
	{ "quoted-printable", "a=3D=\nb\nc=0Ad=\r\ne\r\n", "a=b\r\nc\nde\r\n", 0 },
	{ "quoted-printable", "a=00 \nb= ", "a\0\r\nb", 5 },
	{ "quoted-printable", "a=zz", "a=zz", 0 },
	{ "x-uuencode", "x", NULL, 0 },
	{ "", "x", NULL, 0 },
	/* clang-format on */
};

static struct part
leaf(const char *encoding, size_t len)
{
	struct part p = { .encoding = span_str(encoding), .body = 2 };

	p.end = 2 + (int64_t)len;
	return p;
}

/* in is in the file from its third byte on, and more behind it */
static int
body_file(struct span in)
{
	struct strbuf b = { 0 };
	int fd;

	strbuf_puts(&b, "\n\n");
	strbuf_cat(&b, in);
	strbuf_puts(&b, "=41\n--b\n");
	fd = memfile(b.p, b.len);
	strbuf_clear(&b);
	return fd;
}

static bool
check_body(struct span in, const char *encoding, struct span want)
{
	struct part p = leaf(encoding, span_len(in));
	struct strbuf b = { 0 };
	struct stream_out out = { append, &b, 0, UINT64_MAX, NULL };
	struct stream_out none = { NULL, NULL, 0, 0, NULL };
	int64_t len = (int64_t)span_len(want);
	int fd = body_file(in);
	bool nul = false, good;

	good = decode_body(fd, &p, &out, &nul) == len &&
	       span_eq(strbuf_span(&b), want) &&
	       nul == (span_find(want, '\0') != NULL) &&
	       decode_body(fd, &p, &none, NULL) == len;
	strbuf_reset(&b);
	out.skip = 1;
	out.max = 2;
	good = good && decode_body(fd, &p, &out, NULL) == len;
	want.p += len > 0;
	if (span_len(want) > 2)
		want.end = want.p + 2;
	good = good && span_eq(strbuf_span(&b), want);
	strbuf_clear(&b);
	close(fd);
	return good;
}

static void
test_bodies(void)
{
	struct stream_out none = { NULL, NULL, 0, 0, NULL };

	for (size_t i = 0; i < NELEM(bodies); i++) {
		struct part p = leaf(bodies[i].encoding, 1);
		struct span out;

		if (bodies[i].out == NULL) {
			errno = 0;
			ok(!decode_known(&p) &&
				decode_body(-1, &p, &none, NULL) == -1 &&
				errno == EILSEQ,
			    "no encoding: \"%s\"", bodies[i].encoding);
			continue;
		}
		out = span_str(bodies[i].out);
		if (bodies[i].len > 0)
			out = span_of(bodies[i].out, bodies[i].len);
		ok(decode_known(&p) && check_body(span_str(bodies[i].in),
					   bodies[i].encoding, out),
		    "%s %zu", bodies[i].encoding, i);
	}
}

static void
test_unreadable(void)
{
	struct stream_out none = { NULL, NULL, 0, 0, NULL };
	struct part p = leaf("7bit", 1), q = leaf("quoted-printable", 9);

	ok(decode_body(-1, &p, &none, NULL) == -1 &&
		decode_text(-1, &q, NULL, NULL) == -1,
	    "a file that cannot be read");
}

static int
collect(void *arg, struct span utf8)
{
	strbuf_cat(arg, utf8);
	return 0;
}

static int
stop(void *arg, struct span utf8)
{
	(void)arg;
	return utf8.p < utf8.end ? 42 : 0;
}

/* charset "" for none */
static struct part
text_part(const char *charset, const char *encoding, size_t len)
{
	static struct mime_param param;
	struct part p = leaf(encoding, len);

	param.name = span_str("charset");
	param.value = span_str(charset);
	p.params.v = &param;
	p.params.n = charset[0] != '\0';
	return p;
}

static bool
check_text(
    const char *charset, const char *encoding, struct span in, struct span want)
{
	struct part p = text_part(charset, encoding, span_len(in));
	struct strbuf b = { 0 };
	int fd = body_file(in);
	bool good = decode_text(fd, &p, collect, &b) == 0 &&
		    span_eq(strbuf_span(&b), want);

	strbuf_reset(&b);
	in = tap_exact(in.p, span_len(in));
	good = good && decode_text_mem(in, &p, collect, &b) == 0 &&
	       span_eq(strbuf_span(&b), want);
	strbuf_clear(&b);
	close(fd);
	return good;
}

static const struct {
	const char *charset;
	const char *encoding;
	const char *in;
	const char *out;
} texts[] = {
	/* clang-format off */
	{ "", "7bit", "plain\n", "plain\n" },
	{ "", "8bit", "caf\xc3\xa9", "caf\xc3\xa9" },
	{ "utf-8", "8bit", "caf\xc3\xa9\xff", "caf\xc3\xa9\xef\xbf\xbd" },
	{ "utf-8", "8bit", "\xc3", "\xef\xbf\xbd" },
	{ "iso-8859-1", "quoted-printable", "caf=E9=\n!\n", "caf\xc3\xa9!\n" },
	{ "windows-1252", "base64", "gA==", "\xe2\x82\xac" },
	{ "nosuch", "8bit", "caf\xc3\xa9", "caf\xc3\xa9" },
	{ "iso-2022-jp", "7bit", "a \x1b$B$\"\x1b(B z\n",
	  "a \xe3\x81\x82 z\n" },
	{ "utf-16", "base64", "/v8AYQDp", "a\xc3\xa9" },
	{ "utf-16", "base64", "//5hAOkA", "a\xc3\xa9" },
	{ "utf-8", "x-odd", "caf\xc3\xa9", "caf\xc3\xa9" },
	/* clang-format on */
};

static void
test_texts(void)
{
	struct part p = text_part("", "7bit", 3);
	int fd;

	for (size_t i = 0; i < NELEM(texts); i++) {
		struct span out = span_str(texts[i].out);

		ok(check_text(texts[i].charset, texts[i].encoding,
		       span_str(texts[i].in), out),
		    "text %zu: %s, %s", i, texts[i].charset, texts[i].encoding);
	}
	fd = body_file(span_str("foo"));
	ok(decode_text(fd, &p, stop, NULL) == 42, "text: stopped");
	close(fd);
}

/*
 * A long text comes out as n times what one turn gives, wherever the blocks
 * end: characters, shifts and surrogates are not cut.
 */
static void
test_long(const char *charset, struct span unit, struct span utf8)
{
	struct strbuf in = { 0 }, want = { 0 };

	for (size_t i = 0; i < 300000 / span_len(unit); i++) {
		strbuf_cat(&in, unit);
		strbuf_cat(&want, utf8);
	}
	ok(check_text(charset, "8bit", strbuf_span(&in), strbuf_span(&want)),
	    "text: much of %s, %zu bytes at a time", charset, span_len(unit));
	strbuf_clear(&in);
	strbuf_clear(&want);
}

static void
test_longs(void)
{
	test_long("utf-8", span_str("\xe3\x81\x82"), span_str("\xe3\x81\x82"));
	test_long("utf-8", span_str("a\xf0\x9f\x98\x80"),
	    span_str("a\xf0\x9f\x98\x80"));
	test_long("us-ascii", span_str("\xc3\xa9y\xc3\xa9"),
	    span_str("\xc3\xa9y\xc3\xa9"));
	test_long(
	    "iso-8859-1", span_str("\xe9y\xe9"), span_str("\xc3\xa9y\xc3\xa9"));
	test_long("shift_jis", span_str("\x82\xa0 \x83\x41"),
	    span_str("\xe3\x81\x82 \xe3\x82\xa2"));
	test_long("gbk", span_str("\xb0\xa1\xb0\xa1\n"),
	    span_str("\xe5\x95\x8a\xe5\x95\x8a\n"));
	test_long("iso-2022-jp", span_str("xy \x1b$B$\"$\"$\"\x1b(B\n"),
	    span_str("xy \xe3\x81\x82\xe3\x81\x82\xe3\x81\x82\n"));
	test_long("utf-16le", span_of("a\0=\xd8\0\xde", 6),
	    span_str("a\xf0\x9f\x98\x80"));
	test_long(
	    "utf-32be", span_of("\0\1\xf6\0", 4), span_str("\xf0\x9f\x98\x80"));
	test_long(
	    "utf-16", span_of("a\0b\0\xfe\xff", 6), span_str("ab\xef\xbf\xbe"));
	/* and so by each name */
	test_long("csUTF8", span_str("\xe3\x81\x82"), span_str("\xe3\x81\x82"));
	test_long("csUTF7", span_str("+MEI-\n"), span_str("\xe3\x81\x82\n"));
	test_long("unicodebig", span_of("\0a", 2), span_str("a"));
	test_long("csUTF16LE", span_of("=\xd8\0\xde", 4),
	    span_str("\xf0\x9f\x98\x80"));
	test_long("csUCS4", span_of("\0\0\0a", 4), span_str("a"));
}

/* The byte order mark is in the first piece only. */
static void
test_bom(const char *charset, struct span bom, struct span unit)
{
	struct strbuf in = { 0 }, want = { 0 };

	strbuf_cat(&in, bom);
	for (size_t i = 0; i < 100000; i++) {
		strbuf_cat(&in, unit);
		strbuf_putc(&want, 'a');
	}
	ok(check_text(charset, "8bit", strbuf_span(&in), strbuf_span(&want)),
	    "text: much of %s with a mark", charset);
	strbuf_clear(&in);
	strbuf_clear(&want);
}

static int
largest(void *arg, struct span utf8)
{
	size_t *max = arg;

	if (span_len(utf8) > *max)
		*max = span_len(utf8);
	return 0;
}

/* No line end in 3 MB, in a charset that waits for one. */
static void
test_bounded(void)
{
	struct strbuf in = { 0 };
	struct part p = text_part("iso-2022-jp", "7bit", 3000000);
	size_t max = 0;
	bool good;
	int fd;

	memset(strbuf_room(&in, 3000000), 'x', 3000000);
	in.len = 3000000;
	fd = body_file(strbuf_span(&in));
	good = decode_text(fd, &p, largest, &max) == 0;
	ok(good && max > 0 && max < 200000, "text: pieces are bounded: %zu",
	    max);
	strbuf_clear(&in);
	close(fd);
}

int
main(void)
{
	test_bodies();
	test_unreadable();
	test_texts();
	test_longs();
	test_bom("utf-16", span_of("\xff\xfe", 2), span_of("a\0", 2));
	test_bom("UTF16", span_of("\xfe\xff", 2), span_of("\0a", 2));
	test_bom("unicode", span_of("\xff\xfe", 2), span_of("a\0", 2));
	test_bom("unicode", span_of("\xfe\xff", 2), span_of("\0a", 2));
	test_bom("utf-32", span_of("\xff\xfe\0\0", 4), span_of("a\0\0\0", 4));
	test_bom("utf-32", span_of("\0\0\xfe\xff", 4), span_of("\0\0\0a", 4));
	test_bounded();
	return done_testing();
}
