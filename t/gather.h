/* gather.h: what is kept of a message against what it is read from. */
#ifndef T_GATHER_H
#define T_GATHER_H

#include "base/nelem.h"
#include "imap/bodystructure.h"
#include "imap/envelope.h"
#include "imap/gather.h"
#include "msg/header.h"
#include "msg/sortkeys.h"
#include "text/bytes.h"
#include "text/encword.h"
#include "text/searchfold.h"

static struct wr gather_w;

/* The same text, printed anew; kept may be missing where it is long. */
static bool
same_text(struct span kept)
{
	return kept.p == NULL ||
	       (!gather_w.failed &&
		   span_eq(kept, span_of(gather_w.buf, gather_w.len)));
}

static struct span
text_of(const struct brief *b, enum brief_kind kind, bool utf8)
{
	struct span other = b->piece[kind + 1];

	return utf8 && other.p != NULL ? other : b->piece[kind];
}

static bool
same_texts(struct arena *a, const struct brief *b, const struct part *root,
    bool whole, bool utf8)
{
	struct bodystructure s = { .w = &gather_w, .a = a, .utf8 = utf8 };
	bool same;

	wr_init(&gather_w, -1, 0);
	envelope_put(&gather_w, a, root->envelope, utf8);
	same = same_text(text_of(b, BRIEF_ENVELOPE, utf8));
	if (!whole)
		return same && b->piece[BRIEF_BODY].p == NULL;
	wr_init(&gather_w, -1, 0);
	bodystructure_put(&s, root);
	same = same && same_text(text_of(b, BRIEF_BODY, utf8));
	wr_init(&gather_w, -1, 0);
	s.extended = true;
	bodystructure_put(&s, root);
	return same && same_text(text_of(b, BRIEF_BODYSTRUCTURE, utf8));
}

static bool
same_tree(const struct part *x, const struct part *y)
{
	for (; x != NULL && y != NULL; x = x->next, y = y->next) {
		struct span one = mime_param(&x->params, "charset");
		struct span two = mime_param(&y->params, "charset");

		if (x->kind != y->kind || x->encoded != y->encoded ||
		    x->header != y->header || x->body != y->body ||
		    x->end != y->end || x->nchildren != y->nchildren ||
		    x->header_octets != y->header_octets ||
		    x->body_octets != y->body_octets ||
		    x->body_lines != y->body_lines ||
		    !span_eq(x->type, y->type) ||
		    !span_eq(x->subtype, y->subtype) ||
		    (x->disposition.p == NULL) != (y->disposition.p == NULL) ||
		    (x->disposition.p != NULL &&
			!span_eq(x->disposition, y->disposition)) ||
		    !span_eq(x->encoding, y->encoding) ||
		    (one.p == NULL) != (two.p == NULL) ||
		    (one.p != NULL && !span_eq(one, two)) ||
		    !same_tree(x->child, y->child))
			return false;
	}
	return x == y;
}

static void
sink_buf(void *arg, struct span bytes)
{
	strbuf_cat(arg, bytes);
}

static bool
same_fields(int fd, int64_t size, const struct brief *b, struct span name)
{
	struct span names[] = { span_str("subject"), name, span_str("X-No") };
	struct header_want want = { .names = names, .n = NELEM(names) };
	struct excerpt_name room[NELEM(names)];
	struct excerpt_ask ask;
	struct strbuf kept = { 0 }, read = { 0 };
	struct stream_out out = { sink_buf, &read, 0, UINT64_MAX, NULL };
	bool same = true;

	(void)excerpt_ask(&want, room, &ask);
	/* the second time it knows the letters */
	for (int i = 0; i < 2 && same; i++) {
		strbuf_reset(&kept);
		strbuf_reset(&read);
		if (!excerpt_fields(b->piece[BRIEF_FIELDS], &ask, &kept))
			break;
		(void)header_fields(fd, 0, size, &want, &out);
		same = span_eq(strbuf_span(&kept), strbuf_span(&read));
	}
	strbuf_clear(&kept);
	strbuf_clear(&read);
	return same;
}

struct field_check {
	int fd;
	int64_t size;
	const struct brief *b;
	bool same;
	bool dated;
};

/* header_each: every field is asked for, and its value sought. */
static int
check_field(void *arg, struct span name, struct span value)
{
	struct field_check *c = arg;
	struct strbuf text = { 0 }, folded = { 0 };
	struct excerpt_date got, want = { 0 };

	encword_decode(value, &text);
	searchfold(strbuf_span(&text), &folded);
	c->same = c->same && same_fields(c->fd, c->size, c->b, name) &&
		  excerpt_find(c->b->piece[BRIEF_KEYS], name,
		      strbuf_span(&folded)) != 0 &&
		  excerpt_find(
		      c->b->piece[BRIEF_KEYS], name, span_str("\x01no")) != 1;
	if (!c->dated && span_case_is(name, "Date") &&
	    excerpt_date(c->b->piece[BRIEF_KEYS], &got)) {
		want.good = date_parse_rfc5322(value, &want.time, &want.day);
		c->same =
		    c->same && got.good == want.good &&
		    (!want.good || (got.time == want.time &&
				       date_day_cmp(got.day, want.day) == 0));
		c->dated = true;
	}
	strbuf_clear(&text);
	strbuf_clear(&folded);
	return 0;
}

static bool
check_brief(int fd, int64_t size, const struct brief *b,
    const struct part *root, bool whole)
{
	struct field_check c = { .fd = fd, .size = size, .b = b, .same = true };
	struct arena a = { 0 };
	struct brief_head head;
	struct part *tree;
	bool good;

	good = brief_head(b->piece[BRIEF_HEAD], &head) &&
	       head.body == root->body && head.octets == root->header_octets;
	good = good && same_texts(&a, b, root, whole, false) &&
	       same_texts(&a, b, root, whole, true);
	if (b->piece[BRIEF_PARTS].p != NULL) {
		tree = brief_tree(&a, b->piece[BRIEF_PARTS]);
		good = good && tree != NULL && same_tree(tree, root);
	}
	(void)header_walk(fd, 0, size, check_field, &c);
	arena_clear(&a);
	return good && c.same;
}

/* The same whether all of a message was read or its header alone. */
static bool
same_keys(struct span piece, struct strbuf *first)
{
	struct sortkeys k;

	if (!sortkeys_take(piece, &k))
		return false;
	if (first->len > 0)
		return span_eq(strbuf_span(first), piece);
	strbuf_cat(first, piece);
	return true;
}

/* Whether all that is gathered of a message is right. */
static bool
gather_check(int fd, int64_t size)
{
	struct gather g = { .body = true, .sort = true };
	struct arena a = { 0 };
	struct strbuf sort = { 0 };
	bool good = true;

	for (int whole = 0; whole < 2; whole++) {
		struct gather_file file = {
			.fd = fd, .size = size, .whole = whole
		};
		const struct part *root;
		struct brief b;
		struct span s;
		bool fresh;

		if (gather_read(&g, &a, &file, &root, &fresh) == -1)
			return false;
		s = gather_put(&g, &a, root, whole);
		good = good && brief_parse(s, BRIEF_ALL, &b) &&
		       check_brief(fd, size, &b, root, whole) &&
		       same_keys(b.piece[BRIEF_SORT], &sort);
	}
	strbuf_clear(&sort);
	gather_clear(&g);
	arena_clear(&a);
	return good;
}

#endif
