/* stream.c: stored bytes to network bytes, a block at a time. */
#include "msg/stream.h"

#include "sys/fs.h"
#include "text/bytes.h"

/* Little enough of it is converted at a time to stay in the first cache. */
enum { BLOCK = 32 * 1024, PIECE = 8 * 1024 };

void
stream_put(struct stream_out *out, struct span s)
{
	size_t len = span_len(s);

	if (out->sink == NULL && out->into == NULL)
		return;
	if (out->skip >= len) {
		out->skip -= len;
		return;
	}
	s.p += out->skip;
	out->skip = 0;
	if (span_len(s) > out->max)
		s.end = s.p + out->max;
	out->max -= span_len(s);
	if (out->into != NULL)
		strbuf_cat(out->into, s);
	else if (s.p < s.end)
		out->sink(out->arg, s);
}

/* It is all wanted, and made where it is wanted. */
static void
put_into(struct stream_out *out, struct span in, bool *cr)
{
	size_t before = out->into->len;

	bytes_crlf(in, cr, true, out->into);
	out->max -= out->into->len - before;
}

/* One piece; nothing is converted that lies before skip. */
static void
put_piece(struct stream_out *out, struct span in, bool *cr, struct strbuf *to)
{
	bool after = *cr;
	size_t len;

	if (out->into != NULL && out->skip == 0 &&
	    out->max / 2 >= span_len(in)) {
		put_into(out, in, cr);
		return;
	}
	len = out->skip == 0 ? 0 : bytes_crlf_len(in, &after);

	if (out->skip > 0 && out->skip >= len) {
		out->skip -= len;
		*cr = after;
		return;
	}
	strbuf_reset(to);
	bytes_crlf(in, cr, true, to);
	stream_put(out, strbuf_span(to));
}

static void
put_block(struct stream_out *out, struct span in, bool *cr, struct strbuf *to)
{
	struct span piece = in;

	for (; in.p < in.end; in.p = piece.end) {
		piece = in;
		if (span_len(in) > PIECE)
			piece.end = in.p + PIECE;
		put_piece(out, piece, cr, to);
	}
}

int64_t
stream_crlf(int fd, int64_t from, int64_t to, struct stream_out out)
{
	struct strbuf in = { 0 }, conv = { 0 };
	char *buf = strbuf_room(&in, BLOCK);
	uint64_t max = out.max;
	bool cr = false;
	ssize_t n = 0;

	while (from < to && out.max > 0) {
		n = fs_pread(fd, buf,
		    to - from < BLOCK ? (size_t)(to - from) : BLOCK, from);
		if (n <= 0)
			break;
		put_block(&out, span_of(buf, (size_t)n), &cr, &conv);
		from += n;
	}
	strbuf_clear(&in);
	strbuf_clear(&conv);
	return n < 0 ? -1 : (int64_t)(max - out.max);
}

int64_t
stream_crlf_len(int fd, int64_t from, int64_t to)
{
	struct strbuf in = { 0 };
	char *buf = strbuf_room(&in, BLOCK);
	int64_t total = 0;
	bool cr = false;
	ssize_t n = 0;

	while (from < to) {
		n = fs_pread(fd, buf,
		    to - from < BLOCK ? (size_t)(to - from) : BLOCK, from);
		if (n <= 0)
			break;
		total += (int64_t)bytes_crlf_len(span_of(buf, (size_t)n), &cr);
		from += n;
	}
	strbuf_clear(&in);
	return n < 0 ? -1 : total;
}
