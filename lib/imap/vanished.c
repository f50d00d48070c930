/* vanished.c: VANISHED responses (RFC 7162 section 3.2.10). */
#include "imap/vanished.h"

/*
 * One range behind is kept back, as the next may continue it.  A UID that was
 * not asked for must not be in it, nor one that was never given.
 */
static void
put_range(const struct vanished *v)
{
	wr_num(v->w, v->first);
	if (v->last == v->first)
		return;
	wr_putc(v->w, ':');
	wr_num(v->w, v->last);
}

void
vanished_add(struct vanished *v, uint32_t first, uint32_t last)
{
	if (v->begun && first == v->last + 1) {
		v->last = last;
		return;
	}
	if (v->begun) {
		put_range(v);
		wr_putc(v->w, ',');
	} else {
		wr_lit(v->w, "* VANISHED ");
		if (v->earlier)
			wr_lit(v->w, "(EARLIER) ");
	}
	v->begun = true;
	v->first = first;
	v->last = last;
}

void
vanished_end(struct vanished *v)
{
	if (!v->begun)
		return;
	put_range(v);
	wr_lit(v->w, "\r\n");
	v->begun = false;
}

struct earlier {
	struct vanished v;
	const struct seqset *known;
	size_t at; /* ranges of known before it are passed */
	uint32_t above;
};

/* The part of first..last that is asked for; calls come in ascending order. */
static void
each_range(void *arg, uint32_t first, uint32_t last)
{
	struct earlier *e = arg;

	if (last <= e->above)
		return;
	if (first <= e->above)
		first = e->above + 1;
	if (e->known == NULL) {
		vanished_add(&e->v, first, last);
		return;
	}
	for (; e->at < e->known->n; e->at++) {
		struct seqrange r = e->known->r[e->at];

		if (r.a > last)
			return;
		if (r.b < first)
			continue;
		vanished_add(
		    &e->v, r.a > first ? r.a : first, r.b < last ? r.b : last);
		if (r.b > last)
			return;
	}
}

/* All that is no message, below UIDNEXT. */
static void
each_gap(struct session *s, struct earlier *e)
{
	const struct mailbox_state *st = mailbox_state(s->mbox);
	uint32_t next = 1;

	for (uint32_t seq = 1; seq <= st->count; seq++) {
		uint32_t uid = mailbox_message(s->mbox, seq).uid;

		if (uid > next)
			each_range(e, next, uid - 1);
		next = uid + 1;
	}
	if (st->uidnext > next)
		each_range(e, next, st->uidnext - 1);
}

void
vanished_earlier(struct session *s, uint64_t since, const struct seqset *known,
    uint32_t above)
{
	struct earlier e = { .known = known, .above = above };

	e.v.w = s->out;
	e.v.earlier = true;
	if (!mailbox_vanished(s->mbox, since, each_range, &e))
		each_gap(s, &e);
	vanished_end(&e.v);
}
