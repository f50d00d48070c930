/* header.c: walks over the fields of one header. */
#include "msg/header.h"

#include "base/strbuf.h"
#include "msg/field.h"
#include "msg/scan.h"
#include "text/bytes.h"

/* The field being read. */
struct walk {
	struct strbuf name;
	struct strbuf value;
	bool open;
	header_each *each;
	void *arg;
};

static int
walk_end(struct walk *w)
{
	if (!w->open)
		return 0;
	w->open = false;
	return w->each(
	    w->arg, strbuf_span(&w->name), span_trim(strbuf_span(&w->value)));
}

/* A line begins: the field before it is complete unless it is folded. */
static int
walk_line(struct walk *w, struct span piece)
{
	struct span name, value;
	int r;

	if (field_folded(piece)) {
		if (w->open)
			field_unfold(&w->value, piece);
		return 0;
	}
	if ((r = walk_end(w)) != 0)
		return r;
	if (!field_name(piece, &name, &value))
		return 0;
	w->open = true;
	strbuf_reset(&w->name);
	strbuf_cat(&w->name, name);
	strbuf_reset(&w->value);
	field_unfold(&w->value, value);
	return 0;
}

/* Closes s. */
static int
walk(struct scan *s, header_each *each, void *arg)
{
	struct walk w = { .each = each, .arg = arg };
	struct span piece;
	int r = 0;

	while (r == 0 && scan_piece(s, &piece)) {
		if (s->bol && field_blank(piece))
			break;
		if (s->bol)
			r = walk_line(&w, piece);
		else if (w.open)
			field_unfold(&w.value, piece);
	}
	if (r == 0 && !s->failed)
		r = walk_end(&w);
	if (scan_close(s) == -1)
		r = -1;
	strbuf_clear(&w.name);
	strbuf_clear(&w.value);
	return r;
}

int
header_walk(int fd, int64_t from, int64_t to, header_each *each, void *arg)
{
	struct scan s;

	scan_open(&s, fd, from, to, true);
	return walk(&s, each, arg);
}

int
header_walk_mem(struct span header, header_each *each, void *arg)
{
	struct scan s;

	scan_open_mem(&s, header);
	return walk(&s, each, arg);
}

static bool
is_wanted(const struct header_want *want, struct span piece)
{
	struct span name, value;

	if (field_name(piece, &name, &value))
		for (size_t i = 0; i < want->n; i++)
			if (span_case_eq(want->names[i], name))
				return !want->except;
	return want->except;
}

int64_t
header_fields(int fd, int64_t from, int64_t to, const struct header_want *want,
    const struct stream_out *out)
{
	struct stream_out to_sink = *out;
	struct strbuf conv = { 0 };
	bool wanted = want->except, blank = false;
	struct span piece;
	struct scan s;
	int64_t total = 0;

	scan_open(&s, fd, from, to, true);
	while (!blank && scan_piece(&s, &piece)) {
		bool cr = false; /* pieces end with the whole line end */

		if (s.bol && field_blank(piece))
			wanted = blank = true;
		else if (s.bol && !field_folded(piece))
			wanted = is_wanted(want, piece);
		if (!wanted)
			continue;
		strbuf_reset(&conv);
		bytes_crlf(piece, &cr, true, &conv);
		total += (int64_t)conv.len;
		stream_put(&to_sink, strbuf_span(&conv));
	}
	strbuf_clear(&conv);
	return scan_close(&s) == -1 ? -1 : total;
}
