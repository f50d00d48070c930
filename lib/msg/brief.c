/*
 * brief.c: pieces behind a table of their ends, and a tree in preorder.
 *
 * Each piece has a check, so that only those that are sent need be looked at:
 * with one check for all, FETCH BODYSTRUCTURE spent a third of its time in it.
 *
 * Numbers of the tree are written seven bits to a byte, the lowest first:
 * most are small.
 */
#include "msg/brief.h"

#include <string.h>

#include "base/sum.h"

enum {
	VERSION = 2,
	DEPTH = STRUCTURE_DEPTH + 2, /* of nodes that have others in them */
	NUMBER_MAX = 10, /* bytes: 64 bits */
	KIND = 3, /* bits of a node's first byte */
	ENCODED = 4,
	CHARSET = 8, /* there is such a parameter */
	DISPOSITION = 16
};

/* --- pieces ------------------------------------------------------------ */

static bool
take(struct span *in, void *to, size_t len)
{
	if (span_len(*in) < len)
		return false;
	memcpy(to, in->p, len);
	in->p += len;
	return true;
}

static bool
take_span(struct span *in, size_t len, struct span *out)
{
	if (span_len(*in) < len)
		return false;
	out->p = in->p;
	out->end = in->p += len;
	return true;
}

/* How many bits are set; there may be no instruction for it. */
static size_t
count_bits(unsigned have)
{
	have -= have >> 1 & 0x5555;
	have = (have & 0x3333) + (have >> 2 & 0x3333);
	have = (have + (have >> 4)) & 0x0f0f;
	return (have + (have >> 8)) & 0x1f;
}

struct row {
	uint32_t len;
	uint32_t check;
};

static uint32_t
check_of(unsigned kind, struct span piece)
{
	return (uint32_t)sum_bytes(kind, piece);
}

static struct row
row_at(const char *p)
{
	struct row row;

	memcpy(&row, p, sizeof row);
	return row;
}

/* The pieces that rows tell of, behind which they begin. */
static bool
take_pieces(struct span bytes, const char *rows, unsigned have, unsigned kinds,
    struct brief *out)
{
	const char *p = bytes.p;

	for (; have != 0; have &= have - 1, rows += sizeof(struct row)) {
		unsigned kind = (unsigned)__builtin_ctz(have);
		struct span *piece = &out->piece[kind];
		struct row row = row_at(rows);

		if (row.len > (size_t)(bytes.end - p))
			return false;
		piece->p = p;
		piece->end = p += row.len;
		if ((kinds >> kind & 1) != 0 &&
		    check_of(kind, *piece) != row.check)
			return false;
	}
	return p == bytes.end;
}

/* version, which pieces, a row for each; bytes are the pieces then */
static bool
take_front(struct span *bytes, const char **rows, unsigned *have)
{
	uint16_t head[2];
	size_t len;

	if (!take(bytes, head, sizeof head) || head[0] != VERSION ||
	    head[1] >> BRIEF_KINDS != 0)
		return false;
	len = count_bits(head[1]) * sizeof(struct row);
	if (len > span_len(*bytes))
		return false;
	*rows = bytes->p;
	bytes->p += len;
	*have = head[1];
	return true;
}

bool
brief_parse(struct span bytes, unsigned kinds, struct brief *out)
{
	const char *rows;
	unsigned have;

	memset(out, 0, sizeof *out);
	if (!take_front(&bytes, &rows, &have))
		return false;
	if (take_pieces(bytes, rows, have, kinds, out))
		return true;
	memset(out, 0, sizeof *out);
	return false;
}

/* No more of the table is read than tells where they are. */
static bool
pick_pieces(struct span bytes, const char *rows, unsigned have, unsigned kinds,
    struct brief *out)
{
	size_t from, to = 0;

	for (; (have & kinds) != 0;
	     have &= have - 1, rows += sizeof(struct row)) {
		unsigned kind = (unsigned)__builtin_ctz(have);
		struct row row = row_at(rows);
		struct span *piece = &out->piece[kind];

		from = to;
		to += row.len;
		if ((kinds >> kind & 1) == 0)
			continue;
		if (to > span_len(bytes))
			return false;
		*piece = span_of(bytes.p + from, row.len);
		if (check_of(kind, *piece) != row.check)
			return false;
	}
	return true;
}

static void
drop_pieces(unsigned kinds, struct brief *out)
{
	for (; kinds != 0; kinds &= kinds - 1)
		out->piece[__builtin_ctz(kinds)] = (struct span){ NULL, NULL };
}

unsigned
brief_pick(struct span bytes, unsigned kinds, struct brief *out)
{
	const char *rows;
	unsigned have;

	if (take_front(&bytes, &rows, &have) &&
	    pick_pieces(bytes, rows, have, kinds, out)) {
		drop_pieces(kinds & ~have, out);
		return kinds & have;
	}
	drop_pieces(kinds, out);
	return 0;
}

size_t
brief_front(struct span bytes)
{
	const char *start = bytes.p, *rows;
	unsigned have;

	return take_front(&bytes, &rows, &have) ? (size_t)(bytes.p - start) : 0;
}

void
brief_put(const struct brief *b, struct strbuf *out)
{
	uint16_t version = VERSION, have = 0;

	for (unsigned i = 0; i < BRIEF_KINDS; i++)
		if (b->piece[i].p != NULL)
			have |= (uint16_t)(1u << i);
	strbuf_add(out, &version, sizeof version);
	strbuf_add(out, &have, sizeof have);
	for (unsigned i = 0; i < BRIEF_KINDS; i++) {
		struct row row;

		if (b->piece[i].p == NULL)
			continue;
		row.len = (uint32_t)span_len(b->piece[i]);
		row.check = check_of(i, b->piece[i]);
		strbuf_add(out, &row, sizeof row);
	}
	for (int i = 0; i < BRIEF_KINDS; i++)
		strbuf_cat(out, b->piece[i]);
}

void
brief_put_head(const struct part *root, struct strbuf *out)
{
	strbuf_add(out, &root->body, sizeof root->body);
	strbuf_add(out, &root->header_octets, sizeof root->header_octets);
}

bool
brief_head(struct span piece, struct brief_head *out)
{
	struct brief_head h;

	if (!take(&piece, &h.body, sizeof h.body) ||
	    !take(&piece, &h.octets, sizeof h.octets) || piece.p < piece.end ||
	    h.body < 0)
		return false;
	*out = h;
	return true;
}

/* --- the tree ---------------------------------------------------------- */

/* Where it ends; it has NUMBER_MAX bytes at most. */
static char *
write_number(char *to, uint64_t n)
{
	for (; n > 0x7f; n >>= 7)
		*to++ = (char)(n | 0x80);
	*to++ = (char)n;
	return to;
}

static bool
take_number(struct span *in, uint64_t *out)
{
	uint64_t n = 0;

	for (unsigned shift = 0; shift < 63 && in->p < in->end; shift += 7) {
		unsigned char c = (unsigned char)*in->p++;

		n |= (uint64_t)(c & 0x7f) << shift;
		if ((c & 0x80) == 0) {
			*out = n;
			return true;
		}
	}
	return false;
}

static void
put_string(struct strbuf *out, struct span s)
{
	size_t len = span_len(s);
	char *to = strbuf_room(out, NUMBER_MAX + len);

	to = write_number(to, len);
	memcpy(to, s.p, len); /* what a part has is never NULL */
	to[len] = '\0';
	out->len = (size_t)(to + len - out->p);
}

static bool
take_string(struct span *in, struct span *out)
{
	uint64_t len;

	return take_number(in, &len) && len <= span_len(*in) &&
	       take_span(in, (size_t)len, out);
}

static void
put_node(const struct part *p, struct strbuf *out)
{
	struct span charset = mime_param(&p->params, "charset");
	char *to = strbuf_room(out, 1 + 7 * NUMBER_MAX);
	unsigned first = (unsigned)p->kind;

	if (p->encoded)
		first |= ENCODED;
	if (charset.p != NULL)
		first |= CHARSET;
	if (p->disposition.p != NULL)
		first |= DISPOSITION;
	*to++ = (char)first;
	to = write_number(to, (uint64_t)p->header);
	to = write_number(to, (uint64_t)(p->body - p->header));
	to = write_number(to, (uint64_t)(p->end - p->body));
	to = write_number(to, p->header_octets);
	to = write_number(to, p->body_octets);
	to = write_number(to, p->body_lines);
	to = write_number(to, p->nchildren);
	*to = '\0';
	out->len = (size_t)(to - out->p);
	put_string(out, p->type);
	put_string(out, p->subtype);
	put_string(out, p->encoding);
	if (charset.p != NULL)
		put_string(out, charset);
	if (p->disposition.p != NULL)
		put_string(out, p->disposition);
}

void
brief_put_tree(const struct part *root, struct strbuf *out)
{
	for (const struct part *p = root; p != NULL; p = structure_next(p))
		put_node(p, out);
}

static bool
take_offsets(struct span *in, struct part *p)
{
	uint64_t header, body, end, n;

	if (!take_number(in, &header) || !take_number(in, &body) ||
	    !take_number(in, &end) || !take_number(in, &p->header_octets) ||
	    !take_number(in, &p->body_octets) ||
	    !take_number(in, &p->body_lines) || !take_number(in, &n))
		return false;
	/* each is below 2^63, and so must be their sum */
	if (body > INT64_MAX - header || end > INT64_MAX - header - body ||
	    n > STRUCTURE_PARTS + 1)
		return false;
	p->header = (int64_t)header;
	p->body = (int64_t)(header + body);
	p->end = (int64_t)(header + body + end);
	p->nchildren = (uint32_t)n;
	return true;
}

static bool
take_node(struct arena *a, struct span *in, struct part *p)
{
	unsigned char first;
	struct span charset;

	if (!take(in, &first, 1) || (first & KIND) > PART_MESSAGE ||
	    first > (KIND | ENCODED | CHARSET | DISPOSITION) ||
	    !take_offsets(in, p) || !take_string(in, &p->type) ||
	    !take_string(in, &p->subtype) || !take_string(in, &p->encoding))
		return false;
	p->kind = (enum part_kind)(first & KIND);
	p->encoded = (first & ENCODED) != 0;
	if (p->kind == PART_LEAF ? p->nchildren != 0 : p->nchildren == 0)
		return false;
	if ((first & CHARSET) != 0) {
		if (!take_string(in, &charset))
			return false;
		p->params.n = 1;
		p->params.v = arena_alloc(a, sizeof *p->params.v);
		p->params.v->name = span_str("charset");
		p->params.v->value = charset;
	}
	return (first & DISPOSITION) == 0 || take_string(in, &p->disposition);
}

/* A node whose children are being read. */
struct open_node {
	struct part *part;
	struct part *last;
	uint32_t left;
};

static void
attach(struct open_node *up, struct part *p)
{
	p->parent = up->part;
	if (up->last == NULL)
		up->part->child = p;
	else
		up->last->next = p;
	up->last = p;
	up->left--;
}

struct part *
brief_tree(struct arena *a, struct span piece)
{
	struct open_node open[DEPTH];
	struct part *root = NULL;
	size_t n = 0;

	do {
		struct part *p = arena_alloc(a, sizeof *p);

		if (!take_node(a, &piece, p))
			return NULL;
		if (n > 0)
			attach(&open[n - 1], p);
		else
			root = p;
		if (p->nchildren > 0) {
			if (n == DEPTH)
				return NULL;
			open[n++] = (struct open_node){ .part = p,
				.left = p->nchildren };
		}
		while (n > 0 && open[n - 1].left == 0)
			n--;
	} while (n > 0);
	return piece.p == piece.end ? root : NULL;
}
