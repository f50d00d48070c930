/* decode.c: transfer encodings and charsets undone, a block at a time. */
#include "msg/decode.h"

#include <errno.h>
#include <string.h>

#include "base/strbuf.h"
#include "sys/fs.h"
#include "text/base64.h"
#include "text/bytes.h"
#include "text/charset.h"
#include "text/qp.h"
#include "text/utf8.h"

enum { BLOCK = 32 * 1024 };

enum encoding { IDENTITY, BINARY, BASE64, QP, UNKNOWN };

/* A body being read, and its last block decoded. */
struct source {
	int fd;
	struct span mem; /* p not NULL: what is left of the body, no fd */
	int64_t at;
	int64_t end;
	enum encoding encoding;
	bool crlf; /* text gets CRLF line ends */
	bool cr;
	bool done;
	struct base64_dec base64;
	struct qp_dec qp;
	struct strbuf in;
	struct strbuf conv;
	struct strbuf out;
};

static enum encoding
encoding_of(const struct part *p)
{
	if (span_case_is(p->encoding, "7bit") ||
	    span_case_is(p->encoding, "8bit"))
		return IDENTITY;
	if (span_case_is(p->encoding, "binary"))
		return BINARY;
	if (span_case_is(p->encoding, "base64"))
		return BASE64;
	if (span_case_is(p->encoding, "quoted-printable"))
		return QP;
	return UNKNOWN;
}

bool
decode_known(const struct part *p)
{
	return encoding_of(p) != UNKNOWN;
}

static void
source_open(struct source *s, int fd, const struct part *p, bool crlf)
{
	memset(s, 0, sizeof *s);
	s->fd = fd;
	s->at = p->body;
	s->end = p->end;
	s->encoding = encoding_of(p);
	s->crlf = crlf;
}

static void
source_close(struct source *s)
{
	if (!s->done) /* it frees what is held */
		qp_dec_end(&s->qp, &s->out);
	strbuf_clear(&s->in);
	strbuf_clear(&s->conv);
	strbuf_clear(&s->out);
}

/* Line ends are made CRLF before "=0A" is decoded: that is no line end. */
static struct span
with_crlf(struct source *s, struct span in)
{
	if (!s->crlf)
		return in;
	strbuf_reset(&s->conv);
	bytes_crlf(in, &s->cr, false, &s->conv);
	return strbuf_span(&s->conv);
}

/* Append in to s->out, decoded; the end of the body when it is empty. */
static void
source_add(struct source *s, struct span in)
{
	bool end = in.p == in.end;

	switch (s->encoding) {
	case BASE64:
		base64_dec_add(&s->base64, in, &s->out);
		if (end)
			base64_dec_end(&s->base64, &s->out);
		break;
	case QP:
		qp_dec_add(&s->qp, with_crlf(s, in), &s->out);
		break;
	case IDENTITY:
		strbuf_cat(&s->out, with_crlf(s, in));
		break;
	case BINARY:
	case UNKNOWN:
		strbuf_cat(&s->out, in);
		break;
	}
	if (end)
		qp_dec_end(&s->qp, &s->out);
	s->done = end;
}

/* The next block of a body in memory. */
static struct span
take_block(struct source *s)
{
	struct span block = s->mem;

	if (span_len(block) > BLOCK)
		block.end = block.p + BLOCK;
	s->mem.p = block.end;
	return block;
}

/* Append the next block to s->out: 1, 0 at the end, or -1 with errno. */
static int
source_next(struct source *s)
{
	size_t want = BLOCK;
	ssize_t n;
	char *to;

	if (s->done)
		return 0;
	if (s->mem.p != NULL) {
		source_add(s, take_block(s));
		return 1;
	}
	if (s->end - s->at < BLOCK)
		want = s->end > s->at ? (size_t)(s->end - s->at) : 0;
	to = strbuf_room(&s->in, BLOCK);
	n = want > 0 ? fs_pread(s->fd, to, want, s->at) : 0;
	if (n == -1)
		return -1;
	s->at += n;
	source_add(s, span_of(to, (size_t)n));
	return 1;
}

int64_t
decode_body(
    int fd, const struct part *p, const struct stream_out *out, bool *has_nul)
{
	struct stream_out to_sink = *out;
	struct source s;
	int64_t total = 0;
	bool nul = false;
	int r;

	if (!decode_known(p)) {
		errno = EILSEQ;
		return -1;
	}
	source_open(&s, fd, p, true);
	while ((r = source_next(&s)) == 1) {
		struct span got = strbuf_span(&s.out);

		nul = nul || span_find(got, '\0') != NULL;
		total += (int64_t)span_len(got);
		stream_put(&to_sink, got);
		strbuf_reset(&s.out);
	}
	source_close(&s);
	if (has_nul != NULL)
		*has_nul = nul;
	return r == -1 ? -1 : total;
}

/* The length of s up to its last character, when that may be cut off. */
static size_t
cut_utf8(struct span s)
{
	size_t len = span_len(s), back = 0;

	while (back < 3 && back < len &&
	       ((unsigned char)s.p[len - 1 - back] & 0xc0) == 0x80)
		back++;
	if (back < len && (unsigned char)s.p[len - 1 - back] >= 0xc0)
		return len - 1 - back;
	return len;
}

/* The same; which byte of the last unit is the high one is not known. */
static size_t
cut_utf16(struct span s)
{
	size_t len = span_len(s) & ~(size_t)1;

	if (len >= 2 && (((unsigned char)s.p[len - 1] & 0xfc) == 0xd8 ||
			    ((unsigned char)s.p[len - 2] & 0xfc) == 0xd8))
		len -= 2;
	return len;
}

/* How much of s may be converted now. */
static size_t
cut_at(enum charset_cut cut, struct span s)
{
	size_t len = span_len(s);

	switch (cut) {
	case CUT_UTF8:
		return cut_utf8(s);
	case CUT_UTF16:
		return cut_utf16(s);
	case CUT_UTF32:
		return len - len % 4;
	case CUT_ASCII:
		while (len > 0 && (unsigned char)s.p[len - 1] >= '0')
			len--;
		break;
	case CUT_LINE:
		while (len > 0 && s.p[len - 1] != '\n')
			len--;
		break;
	}
	return len;
}

/* Text on its way to UTF-8. */
struct text {
	struct span charset;
	enum charset_cut cut;
	struct strbuf utf8;
	decode_each *each;
	void *arg;
};

static void
take_bom(struct text *t, struct strbuf *b)
{
	struct span rest = strbuf_span(b);
	size_t len;

	t->charset = charset_unmarked(t->charset, &rest);
	len = span_len(rest);
	if (len == b->len)
		return;
	memmove(b->p, rest.p, len);
	strbuf_cut(b, len);
}

static int
text_put(struct text *t, struct span s)
{
	strbuf_reset(&t->utf8);
	if (!charset_to_utf8(t->charset, s, &t->utf8))
		utf8_repair(s, &t->utf8);
	if (t->utf8.len == 0)
		return 0;
	return t->each(t->arg, strbuf_span(&t->utf8));
}

/* Convert what can be of b, and keep the rest there. */
static int
text_step(struct text *t, struct strbuf *b, bool end)
{
	struct span s = strbuf_span(b);
	size_t len = span_len(s), n = end ? len : cut_at(t->cut, s);
	int r;

	/* no good place in so much: a bad one */
	if (n == 0 && len > 2 * BLOCK)
		n = cut_at(CUT_ASCII, s);
	if (n == 0 && len > 2 * BLOCK)
		n = len;
	if (n == 0)
		return 0;
	r = text_put(t, span_of(s.p, n));
	memmove(b->p, b->p + n, len - n);
	strbuf_cut(b, len - n);
	return r;
}

/* All of s, which is closed. */
static int
text_all(struct source *s, const struct part *p, decode_each *each, void *arg)
{
	struct text t = { .each = each, .arg = arg };
	bool first = true;
	int r;

	t.charset = mime_param(&p->params, "charset");
	if (t.charset.p == NULL)
		t.charset = span_str("us-ascii");
	t.cut = charset_cut(t.charset);
	while ((r = source_next(s)) == 1) {
		if (first)
			take_bom(&t, &s->out);
		first = false;
		if ((r = text_step(&t, &s->out, s->done)) != 0)
			break;
	}
	source_close(s);
	strbuf_clear(&t.utf8);
	return r;
}

int
decode_text(int fd, const struct part *p, decode_each *each, void *arg)
{
	struct source s;

	source_open(&s, fd, p, false);
	return text_all(&s, p, each, arg);
}

int
decode_text_mem(
    struct span body, const struct part *p, decode_each *each, void *arg)
{
	struct source s;

	source_open(&s, -1, p, false);
	s.mem = body;
	return text_all(&s, p, each, arg);
}
