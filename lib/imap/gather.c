/* gather.c: everything is printed once, for both kinds of clients. */
#include "imap/gather.h"

#include <stdlib.h>

#include "base/oom.h"
#include "base/spare.h"
#include "imap/bodystructure.h"
#include "imap/envelope.h"
#include "msg/sortkeys.h"

/* What is longer than this is left out, and all with more than that. */
enum { PIECE_MAX = 8 * 1024, PARTS_MAX = 4 * 1024, ALL_MAX = 24 * 1024 };

int
gather_read(struct gather *g, struct arena *a, const struct gather_file *file,
    const struct part **root, bool *fresh)
{
	struct structure_lines lines = { .line = excerpt_line,
		.arg = &g->excerpt,
		.size = file->size,
		.mem = file->mem };
	struct part *p = NULL;
	int r;

	excerpt_begin(&g->excerpt);
	g->excerpt.threads = g->sort;
	if (file->whole && file->memo != NULL)
		return memo_tree(file->memo, file->fd, &lines, root, fresh);
	if (file->whole)
		r = structure_read_lines(a, file->fd, &lines, &p);
	else
		r = structure_read_header_lines(a, file->fd, &lines, &p);
	if (r == -1)
		return -1;
	*root = p;
	*fresh = true;
	return 0;
}

struct wr *
gather_print(struct gather *g)
{
	size_t max;

	if (g->w == NULL && (g->w = spare_get(sizeof *g->w, &max)) == NULL &&
	    (g->w = malloc(sizeof *g->w)) == NULL)
		oom();
	wr_init(g->w, -1, 0);
	return g->w;
}

/* What was printed, unless it is too long. */
static struct span
printed(const struct gather *g, struct arena *a)
{
	if (g->w->failed || g->w->len > PIECE_MAX)
		return (struct span){ NULL, NULL };
	return arena_span(a, span_of(g->w->buf, g->w->len));
}

static struct span
print_envelope(
    struct gather *g, struct arena *a, const struct part *root, bool utf8)
{
	envelope_put(gather_print(g), a, root->envelope, utf8);
	return printed(g, a);
}

static struct span
print_body(struct gather *g, struct arena *a, const struct part *root,
    bool extended, bool utf8)
{
	struct bodystructure b = {
		.w = gather_print(g), .a = a, .extended = extended, .utf8 = utf8
	};

	bodystructure_put(&b, root);
	return printed(g, a);
}

/* Both forms of a text: neither is of use without the other. */
static void
set_pair(
    struct brief *b, enum brief_kind kind, struct span plain, struct span utf8)
{
	if (plain.p == NULL || utf8.p == NULL)
		return;
	b->piece[kind] = plain;
	if (!span_eq(plain, utf8))
		b->piece[kind + 1] = utf8;
}

static void
put_envelope(
    struct gather *g, struct arena *a, const struct part *root, struct brief *b)
{
	struct span plain = print_envelope(g, a, root, false);

	set_pair(b, BRIEF_ENVELOPE, plain,
	    root->odd ? print_envelope(g, a, root, true) : plain);
}

/* Whether clients that take UTF-8 may see another structure. */
static bool
is_odd(const struct part *root)
{
	for (const struct part *p = root; p != NULL; p = structure_next(p))
		if (p->odd || (span_case_is(p->type, "message") &&
				  span_case_is(p->subtype, "global")))
			return true;
	return false;
}

static void
put_tree(
    struct gather *g, struct arena *a, const struct part *root, struct brief *b)
{
	bool odd = is_odd(root);
	struct span plain;

	if (g->body) {
		plain = print_body(g, a, root, false, false);
		set_pair(b, BRIEF_BODY, plain,
		    odd ? print_body(g, a, root, false, true) : plain);
	}
	plain = print_body(g, a, root, true, false);
	set_pair(b, BRIEF_BODYSTRUCTURE, plain,
	    odd ? print_body(g, a, root, true, true) : plain);
	strbuf_reset(&g->parts);
	brief_put_tree(root, &g->parts);
	if (g->parts.len <= PARTS_MAX)
		b->piece[BRIEF_PARTS] = strbuf_span(&g->parts);
}

/* References are of the fields that were read just now. */
static void
put_sort(
    struct gather *g, struct arena *a, const struct part *root, struct brief *b)
{
	struct sortkeys_from from = { .envelope = root->envelope,
		.dated = g->excerpt.sent,
		.date = g->excerpt.sent_time,
		.refs = strbuf_span(&g->excerpt.refs) };

	strbuf_reset(&g->keys);
	sortkeys_put(a, &from, &g->keys);
	b->piece[BRIEF_SORT] = strbuf_span(&g->keys);
}

struct span
gather_put(
    struct gather *g, struct arena *a, const struct part *root, bool whole)
{
	struct brief b = { 0 };

	strbuf_reset(&g->head);
	strbuf_reset(&g->out);
	brief_put_head(root, &g->head);
	b.piece[BRIEF_HEAD] = strbuf_span(&g->head);
	excerpt_end(&g->excerpt, &b);
	put_envelope(g, a, root, &b);
	b.piece[BRIEF_SORT] = g->sorted;
	if (g->sort)
		put_sort(g, a, root, &b);
	if (whole)
		put_tree(g, a, root, &b);
	brief_put(&b, &g->out);
	if (g->out.len > ALL_MAX) {
		/* these are small, and SORT has no other way */
		for (int i = BRIEF_FIELDS; i < BRIEF_SORT; i++)
			b.piece[i].p = b.piece[i].end = NULL;
		strbuf_reset(&g->out);
		brief_put(&b, &g->out);
	}
	return strbuf_span(&g->out);
}

struct span
gather_search(void *arg, const struct search_file *from, bool whole)
{
	struct gather *g = arg;
	struct gather_file file = { .fd = from->fd,
		.size = from->size,
		.mem = from->mem,
		.whole = whole };
	struct span facts = { NULL, NULL };
	const struct part *root;
	bool fresh;

	arena_reset(&g->arena);
	g->sorted = from->sorted;
	if (gather_read(g, &g->arena, &file, &root, &fresh) == 0)
		facts = gather_put(g, &g->arena, root, whole);
	return facts;
}

void
gather_clear(struct gather *g)
{
	arena_clear(&g->arena);
	excerpt_free(&g->excerpt);
	spare_put(g->w, sizeof *g->w);
	strbuf_clear(&g->head);
	strbuf_clear(&g->parts);
	strbuf_clear(&g->keys);
	strbuf_clear(&g->out);
}
