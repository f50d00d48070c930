/* brief.c: any bytes as a brief, whose pieces can be anything as well. */
#include "msg/brief.h"

#include <stdint.h>
#include <stdlib.h>

#include "msg/excerpt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
check_nodes(const struct part *p)
{
	for (const struct part *c = p->child; c != NULL; c = c->next) {
		if (c->parent != p || c->header > c->body || c->body > c->end)
			abort();
		check_nodes(c);
	}
}

static void
ask(const struct brief *b)
{
	struct span name = span_str("To");
	struct header_want want = { .names = &name, .n = 1 };
	struct excerpt_name names[1];
	struct excerpt_ask asked;
	struct strbuf out = { 0 };
	struct excerpt_date date;
	struct brief_head head;

	(void)brief_head(b->piece[BRIEF_HEAD], &head);
	(void)excerpt_ask(&want, names, &asked);
	(void)excerpt_fields(b->piece[BRIEF_FIELDS], &asked, &out);
	(void)excerpt_date(b->piece[BRIEF_KEYS], &date);
	(void)excerpt_find(b->piece[BRIEF_KEYS], name, span_str("X"));
	strbuf_clear(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct span in = span_of(data, len);
	struct arena a = { 0 };
	struct strbuf out = { 0 };
	struct part *root;
	struct brief b, again;

	for (unsigned i = 0; i < BRIEF_KINDS; i++)
		if (brief_pick(in, 1U << i, &b) != 0 &&
		    (b.piece[i].p < in.p || b.piece[i].end > in.end))
			abort();
	if (brief_parse(in, 0, &b)) {
		bool good = brief_parse(in, BRIEF_ALL, &again);

		ask(&b);
		brief_put(&b, &out);
		if (good != span_eq(strbuf_span(&out), in) ||
		    !brief_parse(strbuf_span(&out), BRIEF_ALL, &again) ||
		    brief_front(in) == 0)
			abort();
		strbuf_reset(&out);
	} else {
		/* mostly it is none: as each of the pieces, then */
		for (int i = 0; i < BRIEF_KINDS; i++)
			b.piece[i] = in;
		ask(&b);
	}
	root = brief_tree(&a, b.piece[BRIEF_PARTS]);
	if (root != NULL)
		check_nodes(root);
	arena_clear(&a);
	strbuf_clear(&out);
	return 0;
}
