/*
 * structure.c: the parts of a message, in one pass over its lines.
 *
 * A stack holds the parts that are open, from the message itself down to the
 * one that the current line belongs to.  Nothing recurses, and a line costs
 * the same however deep the stack is:
 *
 * 1. Every open multipart waits for its boundary.  A line that begins with
 *    "--" is hashed, once as it is and once without a "--" at its end, and
 *    looked up among the open boundaries; the innermost of equal ones wins.
 *    Comparing it with each of them would be slow for a message that is deep
 *    and full of such lines.  The whole line must match, but for white space
 *    at its end (RFC 2046 5.1.1): a prefix is not enough.
 * 2. A boundary closes all parts above its multipart, whether they had their
 *    own closing boundary or not.  The line end before it belongs to it, so
 *    the parts end before that; a header may even end there.
 * 3. Sizes are differences between marks (the offset in the file, octets and
 *    lines sent up to there), so that a byte is counted once and not for
 *    every part around it.
 *
 * What the RFCs leave open: a multipart in which no part begins (no boundary
 * parameter, or no such line) has one part of text/plain without a byte,
 * since the grammar of BODYSTRUCTURE wants one; a transfer encoding is not
 * undone before looking for parts in a multipart or message (RFC 2045 6.4
 * forbids it there).  Lines are counted by their ends, as the example in
 * RFC 9051 7.5.2 does; the last one of a file counts without an end too.
 */
#include "msg/structure.h"

#include <limits.h>
#include <string.h>

#include "msg/field.h"
#include "msg/fields.h"
#include "msg/scan.h"

enum {
	BOUNDARY_MAX = 256, /* RFC 2046 5.1.1 allows 70 */
	LEVELS = STRUCTURE_DEPTH + 1, /* all but the last hold others */
	BUCKETS = 256
};

_Static_assert(LEVELS <= UCHAR_MAX, "buckets hold numbers of levels");

/* A place in the file, and what is sent of the file up to it. */
struct mark {
	int64_t offset;
	uint64_t octets;
	uint64_t lines;
};

struct level {
	struct part *part;
	struct part *last; /* of its children */
	struct mark header;
	struct mark body;
	struct span boundary; /* p is NULL when none is waited for */
	uint64_t hash; /* of boundary */
	unsigned char older; /* with the same bucket: 1 + index, 0 for none */
};

struct parse {
	struct arena *a;
	struct scan scan;
	struct fields fields;
	structure_line *line; /* NULL: nobody wants to see them */
	void *arg;
	struct mark here; /* where the next piece begins */
	unsigned eol; /* length of the line end before here */
	bool in_header; /* of the part on top */
	bool dull; /* nobody wants the field at hand */
	struct line at; /* the last one that was not */
	size_t parts;
	size_t depth; /* multiparts and messages that are open */
	size_t waiting; /* boundaries that are looked for */
	size_t n;
	size_t max;
	struct level *level; /* max of them, LEVELS at most are used */
	unsigned char bucket[BUCKETS]; /* 1 + index of the innermost level */
};

static struct level *
top(struct parse *ps)
{
	return &ps->level[ps->n - 1];
}

static bool
is_full(const struct parse *ps)
{
	return ps->parts >= STRUCTURE_PARTS;
}

static void
advance(struct parse *ps, struct span piece)
{
	ps->eol = scan_eol(piece);
	ps->here.offset += (int64_t)span_len(piece);
	ps->here.octets += span_len(piece) + (ps->eol == 1);
	ps->here.lines += ps->eol != 0;
}

/* Where the line before the current one ends, its line end left out. */
static struct mark
before_eol(const struct parse *ps)
{
	struct mark m = ps->here;

	m.offset -= ps->eol;
	m.octets -= ps->eol == 0 ? 0 : 2;
	m.lines -= ps->eol != 0;
	return m;
}

/* FNV-1a, 64 bits, continued from h. */
static uint64_t
hash_more(uint64_t h, struct span s)
{
	for (; s.p < s.end; s.p++)
		h = (h ^ (unsigned char)*s.p) * UINT64_C(0x100000001b3);
	return h;
}

static const uint64_t hash_start = UINT64_C(0xcbf29ce484222325);

static struct span
trim_end(struct span s)
{
	while (s.p < s.end && (s.end[-1] == ' ' || s.end[-1] == '\t'))
		s.end--;
	return s;
}

static void
wait_for_boundary(struct parse *ps, struct level *lv)
{
	struct span b = trim_end(mime_param(&lv->part->params, "boundary"));
	unsigned char *bucket;

	if (b.p == NULL || span_len(b) == 0 || span_len(b) > BOUNDARY_MAX)
		return;
	lv->boundary = b;
	lv->hash = hash_more(hash_start, b);
	bucket = &ps->bucket[lv->hash % BUCKETS];
	lv->older = *bucket;
	*bucket = (unsigned char)ps->n;
	ps->waiting++;
}

/* lv is on top, hence the innermost of its bucket. */
static void
wait_no_more(struct parse *ps, struct level *lv)
{
	if (lv->boundary.p == NULL)
		return;
	lv->boundary.p = NULL;
	ps->bucket[lv->hash % BUCKETS] = lv->older;
	ps->waiting--;
}

/* 1 + the index of the innermost level that waits for b, or 0. */
static size_t
find_boundary(const struct parse *ps, struct span b, uint64_t hash)
{
	size_t i = ps->bucket[hash % BUCKETS];

	while (i != 0 && (ps->level[i - 1].hash != hash ||
			     !span_eq(ps->level[i - 1].boundary, b)))
		i = ps->level[i - 1].older;
	return i;
}

/* The same for a line; *closing when it is "--boundary--". */
static size_t
match_boundary(const struct parse *ps, struct span line, bool *closing)
{
	uint64_t hash = hash_start;
	struct span b, tail;
	size_t i = 0, close = 0;

	/* one so long that its end is not in sight is none */
	if (span_len(line) > SCAN_HEAD || (ps->scan.mid && !ps->scan.eof))
		return 0;
	line.end -= scan_eol(line);
	b.p = line.p + 2;
	b.end = line.end;
	b = trim_end(b);
	tail.p = b.p;
	tail.end = b.end;
	if (span_len(b) >= 2 && b.end[-1] == '-' && b.end[-2] == '-') {
		struct span c = { b.p, b.end - 2 };

		c = trim_end(c);
		hash = hash_more(hash, c);
		close = find_boundary(ps, c, hash);
		tail.p = c.end;
	}
	i = find_boundary(ps, b, hash_more(hash, tail));
	*closing = i == 0;
	return i != 0 ? i : close;
}

static struct part *
add_part(struct parse *ps, struct level *parent)
{
	struct part *p = arena_alloc(ps->a, sizeof *p);

	ps->parts++;
	if (parent == NULL)
		return p;
	p->parent = parent->part;
	p->parent->nchildren++;
	if (parent->last == NULL)
		p->parent->child = p;
	else
		parent->last->next = p;
	parent->last = p;
	return p;
}

/* The header of a new part, child of the one on top, begins here. */
static void
open_part(struct parse *ps)
{
	struct level *parent = ps->n > 0 ? top(ps) : NULL, *lv;
	bool message = parent == NULL || parent->part->kind == PART_MESSAGE;

	ps->level =
	    arena_grow(ps->a, ps->level, ps->n, &ps->max, sizeof *ps->level);
	parent = ps->n > 0 ? top(ps) : NULL;
	lv = &ps->level[ps->n++];
	memset(lv, 0, sizeof *lv);
	lv->part = add_part(ps, parent);
	lv->header = ps->here;
	ps->in_header = true;
	ps->dull = false;
	fields_begin(&ps->fields, lv->part, message);
}

/* The part of a multipart in which none began. */
static void
add_empty(struct parse *ps, struct level *lv)
{
	struct part *p = add_part(ps, lv);

	fields_begin(&ps->fields, p, false);
	fields_end(&ps->fields, false);
	p->header = p->body = p->end = lv->part->end;
}

/* The part on top ends at m. */
static void
close_part(struct parse *ps, struct mark m)
{
	struct level *lv = top(ps);
	struct part *p = lv->part;

	if (lv->header.offset > m.offset)
		lv->header = m;
	if (lv->body.offset > m.offset)
		lv->body = m;
	p->header = lv->header.offset;
	p->body = lv->body.offset;
	p->end = m.offset;
	p->header_octets = lv->body.octets - lv->header.octets;
	p->body_octets = m.octets - lv->body.octets;
	if (p->end > p->body)
		p->body_lines = m.lines - lv->body.lines;
	if (p->kind == PART_MULTIPART && p->child == NULL)
		add_empty(ps, lv);
	wait_no_more(ps, lv);
	ps->depth -= p->kind != PART_LEAF;
	ps->n--;
}

static enum part_kind
kind_of(const struct part *p)
{
	if (span_case_is(p->type, "multipart"))
		return PART_MULTIPART;
	if (span_case_is(p->type, "message") &&
	    (span_case_is(p->subtype, "rfc822") ||
		span_case_is(p->subtype, "global")))
		return PART_MESSAGE;
	return PART_LEAF;
}

static void
make_leaf(struct part *p)
{
	p->kind = PART_LEAF;
	p->type = span_str("application");
	p->subtype = span_str("octet-stream");
	p->params.n = 0;
}

/* Its header is read: what is it? */
static void
classify(struct parse *ps, struct part *p)
{
	struct part *up = p->parent;

	fields_end(&ps->fields, up != NULL && up->kind == PART_MULTIPART &&
				    span_case_is(up->subtype, "digest"));
	p->encoded = span_case_is(p->encoding, "base64") ||
		     span_case_is(p->encoding, "quoted-printable");
	p->kind = kind_of(p);
	if (p->kind == PART_LEAF)
		return;
	if (ps->depth == STRUCTURE_DEPTH || is_full(ps))
		make_leaf(p);
	else
		ps->depth++;
}

/* The body of the part on top begins here. */
static void
end_header(struct parse *ps)
{
	struct level *lv = top(ps);

	lv->body = ps->here;
	ps->in_header = false;
	classify(ps, lv->part);
	if (lv->part->kind == PART_MULTIPART)
		wait_for_boundary(ps, lv);
	else if (lv->part->kind == PART_MESSAGE)
		open_part(ps);
}

/* line is the boundary of level i - 1. */
static void
at_boundary(struct parse *ps, struct span line, size_t i, bool closing)
{
	struct mark m = before_eol(ps);

	while (ps->in_header)
		end_header(ps);
	while (ps->n > i)
		close_part(ps, m);
	advance(ps, line);
	if (closing)
		wait_no_more(ps, top(ps));
	else
		open_part(ps);
}

/* A piece of a header, which has been passed; what it was. */
static enum line_kind
take_line(struct parse *ps, struct span piece, bool top)
{
	struct line *line = &ps->at;

	if (ps->dull && (!ps->scan.bol || field_folded(piece)))
		return LINE_MORE;
	field_line(piece, ps->scan.bol, line);
	if (line->kind != LINE_MORE)
		ps->dull = line->kind == LINE_JUNK ||
			   (line->kind == LINE_FIELD && line->row == NULL);
	if (top && ps->line != NULL)
		ps->line(ps->arg, line);
	if (line->kind != LINE_BLANK)
		fields_line(&ps->fields, line);
	return line->kind;
}

static void
take_piece(struct parse *ps, struct span piece)
{
	bool bol = ps->scan.bol, closing = false;
	size_t i;

	if (bol && ps->waiting > 0 && span_len(piece) > 2 &&
	    piece.p[0] == '-' && piece.p[1] == '-' && !is_full(ps)) {
		i = match_boundary(ps, piece, &closing);
		if (i != 0) {
			at_boundary(ps, piece, i, closing);
			return;
		}
	}
	advance(ps, piece);
	if (ps->in_header && take_line(ps, piece, ps->n == 1) == LINE_BLANK)
		end_header(ps);
}

/* Lines of a body that are no boundary, so many as are at hand. */
static void
skip_lines(struct parse *ps)
{
	bool dashes = ps->waiting > 0 && !is_full(ps);
	struct scan_lines lines;

	if (!scan_lines(&ps->scan, dashes, &lines))
		return;
	ps->eol = scan_eol(lines.all);
	ps->here.offset += (int64_t)span_len(lines.all);
	ps->here.octets += span_len(lines.all) + lines.bare;
	ps->here.lines += lines.n;
}

static bool
next_piece(struct parse *ps)
{
	struct span piece;

	if (!scan_piece(&ps->scan, &piece))
		return false;
	take_piece(ps, piece);
	return true;
}

static void
parse_open(struct parse *ps, struct arena *a, int fd,
    const struct structure_lines *lines, bool head)
{
	memset(ps, 0, sizeof *ps);
	ps->a = ps->fields.a = a;
	ps->fields.left = FIELDS_TOTAL_MAX;
	ps->line = lines->line;
	ps->arg = lines->arg;
	if (lines->mem.p != NULL)
		scan_open_mem(&ps->scan, lines->mem);
	else
		scan_open(&ps->scan, fd, 0, lines->size, head);
	open_part(ps);
}

static int
parse_close(struct parse *ps)
{
	fields_free(&ps->fields);
	return scan_close(&ps->scan);
}

int
structure_read(struct arena *a, int fd, struct part **root)
{
	struct structure_lines none = { .size = INT64_MAX };

	return structure_read_lines(a, fd, &none, root);
}

int
structure_read_lines(struct arena *a, int fd,
    const struct structure_lines *lines, struct part **root)
{
	struct parse ps;
	struct part *p;
	struct mark m;

	parse_open(&ps, a, fd, lines, false);
	p = top(&ps)->part;
	do
		if (!ps.in_header)
			skip_lines(&ps);
	while (next_piece(&ps));
	while (ps.in_header)
		end_header(&ps);
	m = ps.here;
	m.lines += ps.eol == 0;
	while (ps.n > 0)
		close_part(&ps, m);
	if (parse_close(&ps) == -1)
		return -1;
	*root = p;
	return 0;
}

int
structure_read_header_lines(struct arena *a, int fd,
    const struct structure_lines *lines, struct part **root)
{
	struct span piece;
	struct parse ps;
	struct part *p;

	parse_open(&ps, a, fd, lines, true);
	p = top(&ps)->part;
	while (scan_piece(&ps.scan, &piece)) {
		advance(&ps, piece);
		if (take_line(&ps, piece, true) == LINE_BLANK)
			break;
	}
	classify(&ps, p);
	p->body = ps.here.offset;
	p->header_octets = ps.here.octets;
	if (parse_close(&ps) == -1)
		return -1;
	*root = p;
	return 0;
}

/* Part number n of the message whose top part is p. */
static const struct part *
number_in(const struct part *p, uint32_t n)
{
	if (p->kind != PART_MULTIPART)
		return n == 1 ? p : NULL;
	if (n == 0 || n > p->nchildren)
		return NULL;
	for (p = p->child; n > 1; n--)
		p = p->next;
	return p;
}

const struct part *
structure_find(const struct part *root, const uint32_t *path, size_t n)
{
	const struct part *p = root;

	for (size_t i = 0; i < n && p != NULL; i++) {
		if (i > 0 && p->kind == PART_LEAF)
			return NULL;
		if (i > 0 && p->kind == PART_MESSAGE)
			p = p->child;
		p = number_in(p, path[i]);
	}
	return p;
}

const struct part *
structure_next(const struct part *p)
{
	if (p->child != NULL)
		return p->child;
	while (p != NULL && p->next == NULL)
		p = p->parent;
	return p == NULL ? NULL : p->next;
}
