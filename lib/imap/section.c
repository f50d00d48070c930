/* section.c: RFC 9051 section 6.4.5.1 on a parsed message. */
#include "imap/section.h"

#include <errno.h>

#include "base/strbuf.h"
#include "msg/decode.h"
#include "msg/header.h"
#include "msg/stream.h"

/*
 * What has no known length is gathered up to here, and read again when there
 * is more.
 */
enum {
	HELD = 64 * 1024,
	STEP = 2 * 8 * 1024 /* what stream.h may need at a time */
};

enum content_kind {
	CONTENT_NONE, /* no such part */
	CONTENT_RANGE, /* bytes of the file */
	CONTENT_FIELDS, /* some fields of a header */
	CONTENT_DECODED, /* the body of a part, its encoding undone */
};

struct content {
	enum content_kind kind;
	int64_t from; /* bytes of the file */
	int64_t to;
	int64_t octets; /* as sent; -1: not known yet */
	struct header_want want;
	const struct part *part; /* of CONTENT_DECODED */
};

enum section_need
section_need(const struct fetch_item *item)
{
	const struct section *section = &item->section;

	switch (item->kind) {
	case FETCH_UID:
	case FETCH_FLAGS:
	case FETCH_MODSEQ:
	case FETCH_EMAILID:
	case FETCH_THREADID:
	case FETCH_SAVEDATE:
		return NEED_MEMORY;
	case FETCH_INTERNALDATE:
		return NEED_STAT;
	case FETCH_SIZE:
		return NEED_FILE;
	case FETCH_ENVELOPE:
		return NEED_HEADER;
	case FETCH_BODY:
	case FETCH_BODYSTRUCTURE:
		return NEED_TREE;
	case FETCH_PREVIEW:
		return item->lazy ? NEED_FILE : NEED_TREE;
	case FETCH_CONTENT:
	case FETCH_BINARY:
	case FETCH_BINARY_SIZE:
		break;
	}
	if (section->npath > 0)
		return NEED_TREE;
	if (section->text == SECTION_BODY || section->text == SECTION_FIELDS)
		return NEED_FILE;
	return NEED_HEADER;
}

bool
section_is_all(const struct fetch_item *item)
{
	return (item->kind == FETCH_CONTENT || item->kind == FETCH_BINARY) &&
	       item->section.npath == 0 && !item->partial &&
	       item->section.text == SECTION_BODY;
}

static struct content
range(int64_t from, int64_t to, int64_t octets)
{
	return (struct content){
		.kind = CONTENT_RANGE, .from = from, .to = to, .octets = octets
	};
}

static struct content
header_of(const struct part *p)
{
	return range(p->header, p->body, (int64_t)p->header_octets);
}

static struct content
fields(const struct section *section, int64_t from, int64_t to)
{
	return (struct content){ .kind = CONTENT_FIELDS,
		.from = from,
		.to = to,
		.octets = -1,
		.want = { .names = section->names,
		    .n = section->nnames,
		    .except = section->except } };
}

/* The message that HEADER and TEXT speak of, or NULL. */
static const struct part *
message_of(const struct section_file *f, const struct section *section)
{
	const struct part *p;

	if (section->npath == 0)
		return f->root;
	p = structure_find(f->root, section->path, section->npath);
	return p != NULL && p->kind == PART_MESSAGE ? p->child : NULL;
}

/* BODY[...] that is neither all of the message nor in a message. */
static struct content
part_content(const struct section_file *f, const struct section *section)
{
	const struct part *p =
	    structure_find(f->root, section->path, section->npath);

	if (p == NULL)
		return (struct content){ .kind = CONTENT_NONE };
	if (section->text == SECTION_MIME)
		return header_of(p);
	return range(p->body, p->end, (int64_t)p->body_octets);
}

static struct content
message_content(const struct section_file *f, const struct section *section)
{
	const struct part *p;

	/* its end is found on the way */
	if (section->npath == 0 && section->text == SECTION_FIELDS)
		return fields(section, 0, f->size);
	p = message_of(f, section);
	if (p == NULL)
		return (struct content){ .kind = CONTENT_NONE };
	if (section->text == SECTION_TEXT && f->whole)
		return range(p->body, p->end, (int64_t)p->body_octets);
	if (section->text == SECTION_TEXT)
		return range(p->body, f->size, -1);
	if (section->text == SECTION_FIELDS)
		return fields(section, p->header, p->body);
	return header_of(p);
}

/* What item names. */
static struct content
locate(const struct section_file *f, const struct fetch_item *item)
{
	const struct section *section = &item->section;
	struct content c;

	if (section->text != SECTION_BODY && section->text != SECTION_MIME)
		return message_content(f, section);
	if (section->npath == 0)
		return range(0, f->size, f->octets > 0 ? f->octets : -1);
	c = part_content(f, section);
	if (item->kind == FETCH_CONTENT || c.kind == CONTENT_NONE)
		return c;
	/*
	 * BINARY can be had of leaves only (RFC 9051 6.4.5): what has parts
	 * is of the identity encoding, and is sent as BODY[] sends it.
	 */
	c.part = structure_find(f->root, section->path, section->npath);
	if (c.part->kind == PART_LEAF)
		c.kind = CONTENT_DECODED;
	return c;
}

bool
section_unknown_cte(const struct section_file *f, const struct fetch_item *item)
{
	struct content c;

	if (item->kind != FETCH_BINARY && item->kind != FETCH_BINARY_SIZE)
		return false;
	c = locate(f, item);
	return c.kind == CONTENT_DECODED && !decode_known(c.part);
}

static void
sink_wr(void *arg, struct span bytes)
{
	wr_span(arg, bytes);
}

static void
sink_nothing(void *arg, struct span bytes)
{
	(void)arg;
	(void)bytes;
}

/* Keep as much as is worth it. */
static void
sink_held(void *arg, struct span bytes)
{
	struct strbuf *held = arg;

	if (held->len <= HELD)
		strbuf_cat(held, bytes);
}

/* All octets of c to out, or as many as out takes. -1 with errno. */
static int64_t
pour(int fd, const struct content *c, const struct stream_out *out, bool *nul)
{
	switch (c->kind) {
	case CONTENT_RANGE:
		return stream_crlf(fd, c->from, c->to, *out);
	case CONTENT_FIELDS:
		return header_fields(fd, c->from, c->to, &c->want, out);
	case CONTENT_DECODED:
		return decode_body(fd, c->part, out, nul);
	case CONTENT_NONE:
		break;
	}
	return 0;
}

/* The octets that out would get of the total that there are. */
static uint64_t
cut(uint64_t total, const struct stream_out *out)
{
	if (total <= out->skip)
		return 0;
	return total - out->skip < out->max ? total - out->skip : out->max;
}

/* The decoded length of a part: all of it has to be read to know. */
static int64_t
measure_decoded(
    const struct section_file *f, const struct content *c, bool *nul)
{
	struct stream_out all = { .sink = sink_nothing, .max = UINT64_MAX };
	struct memo *m = f->memo;
	int64_t n;

	if (m != NULL && m->body == c->from && m->body > 0) {
		*nul = m->has_nul;
		return m->decoded;
	}
	n = pour(f->fd, c, &all, nul);
	if (m != NULL && n != -1) {
		m->body = c->from;
		m->decoded = n;
		m->has_nul = *nul;
	}
	return n;
}

/*
 * How many octets pour() will give, -1 with errno.  Fields are gathered in
 * held on the way, so that a header is not read twice.
 */
static int64_t
measure(const struct section_file *f, const struct content *c,
    const struct stream_out *out, struct strbuf *held, bool *nul)
{
	struct stream_out probe = {
		.sink = sink_nothing, .skip = out->skip, .max = out->max
	};
	int64_t n = c->octets;

	if (c->kind == CONTENT_RANGE && n == -1) {
		if (c->to - c->from <= HELD) {
			size_t len = (size_t)(c->to - c->from);

			probe.into = held; /* lines have 16 bytes or more */
			(void)strbuf_room(held, len + len / 16 + STEP);
		}
		return pour(f->fd, c, &probe, NULL);
	}
	if (c->kind == CONTENT_NONE)
		return 0;
	if (c->kind == CONTENT_DECODED)
		n = measure_decoded(f, c, nul);
	if (c->kind == CONTENT_FIELDS) {
		probe.sink = sink_held;
		probe.arg = held;
		n = pour(f->fd, c, &probe, NULL);
	}
	return n == -1 ? -1 : (int64_t)cut((uint64_t)n, out);
}

/*
 * A piece of a large range: begin at the mark before it.  -1 with errno.
 */
static int
approach(
    const struct section_file *f, struct content *c, struct stream_out *out)
{
	struct memo_mark mark;

	if (f->memo == NULL || c->kind != CONTENT_RANGE ||
	    c->to - c->from < MEMO_STEP || out->skip == 0)
		return 0;
	if (memo_range(f->memo, f->fd, c->from, c->to) == -1)
		return -1;
	mark = memo_seek(f->memo, out->skip);
	c->from = mark.offset;
	c->octets = (int64_t)(f->memo->total - mark.octets);
	out->skip -= mark.octets;
	return 0;
}

int
section_put(struct wr *w, const struct section_file *f,
    const struct fetch_item *item, uint64_t *octets)
{
	struct content c = locate(f, item);
	struct stream_out out = { .sink = sink_wr,
		.arg = w,
		.skip = item->partial ? item->from : 0,
		.max = item->partial ? item->max : UINT64_MAX };
	struct strbuf held = { 0 };
	bool nul = false;
	int64_t n = approach(f, &c, &out);
	uint64_t before;

	if (n == 0)
		n = measure(f, &c, &out, &held, &nul);
	if (n == -1) {
		strbuf_clear(&held);
		return -1;
	}
	if (nul)
		wr_lit(w, "~");
	wr_lit(w, "{");
	wr_num(w, (uint64_t)n);
	wr_lit(w, "}\r\n");
	before = w->total;
	if (held.len == (size_t)n)
		wr_span(w, strbuf_span(&held));
	else if (n > 0)
		(void)pour(f->fd, &c, &out, NULL); /* total tells */
	strbuf_clear(&held);
	*octets = (uint64_t)n;
	if (!w->failed && w->total - before != (uint64_t)n) {
		errno = EPIPE;
		return -1;
	}
	return 0;
}

void
section_put_octets(struct wr *w, struct span octets,
    const struct fetch_item *item, uint64_t *sent)
{
	uint64_t len = span_len(octets);
	struct stream_out out = { .sink = sink_wr,
		.arg = w,
		.skip = item->partial ? item->from : 0,
		.max = item->partial ? item->max : UINT64_MAX };

	*sent = cut(len, &out);
	wr_lit(w, "{");
	wr_num(w, *sent);
	wr_lit(w, "}\r\n");
	stream_put(&out, octets);
}

int64_t
section_binary_size(const struct section_file *f, const struct fetch_item *item)
{
	struct content c = locate(f, item);
	struct stream_out all = { .sink = sink_nothing, .max = UINT64_MAX };
	struct strbuf held = { 0 };
	bool nul;
	int64_t n = measure(f, &c, &all, &held, &nul);

	strbuf_clear(&held);
	return n;
}
