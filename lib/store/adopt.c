/* adopt.c: from the rows of one index file to those of the next. */
#include "store/adopt.h"

void
adopt_number_sets(struct mailbox *m)
{
	m->set_numbers.n = 0;
	for (uint32_t k = 1; k < m->im.sets.n; k++) {
		uint32_t id = m->im.sets.v[k];

		while (m->set_numbers.n <= id)
			numbers_add(&m->set_numbers, 0);
		m->set_numbers.v[id] = k;
	}
}

/* The next row of im from i on that is not gone in that file. */
static uint32_t
skip_gone(const struct image *im, uint32_t i)
{
	while (i < im->n && im->rows[i].state & MSG_GONE)
		i++;
	return i;
}

/* Gone here, which no index knows yet; they are sorted. */
static bool
is_unlogged(const struct mailbox *m, uint32_t uid)
{
	size_t k = numbers_below(&m->unlogged, uid);

	return k < m->unlogged.n && m->unlogged.v[k] == uid;
}

/* What that file lacks stands in its history. */
static void
drop_logged(struct mailbox *m, const struct image *im)
{
	struct numbers *u = &m->unlogged;
	size_t kept = 0;

	for (size_t k = 0; k < u->n; k++) {
		uint32_t j = image_find(im, u->v[k]);

		if (j < im->n && im->rows[j].uid == u->v[k] &&
		    !(im->rows[j].state & MSG_GONE))
			u->v[kept++] = u->v[k];
	}
	u->n = kept;
}

/* Row j of the other is row i of ours; false when it is older. */
static bool
merge_row(struct mailbox *m, uint32_t i, const struct image *im, uint32_t j)
{
	struct row *r = &m->im.rows[i];
	const struct row *o = &im->rows[j];
	uint32_t set =
	    r->keywords < m->im.sets.n ? m->im.sets.v[r->keywords] : 0;
	uint32_t other = o->keywords < im->sets.n ? im->sets.v[o->keywords] : 0;
	bool differs = set != other || ((r->flags ^ o->flags) & FLAGS_STORED);
	struct row_facts f = { o->date, o->octets, o->facts, o->saved };
	struct strbuf name = { 0 };

	if (!differs && r->modseq == o->modseq && r->keywords == o->keywords &&
	    r->facts == o->facts && r->octets == o->octets &&
	    r->date == o->date && !((r->flags ^ o->flags) & ROW_ODD) &&
	    !(o->flags & ROW_ODD))
		return true;
	if (o->modseq < r->modseq)
		return false;
	image_name(im, j, &name);
	r->modseq = o->modseq;
	r->keywords = o->keywords;
	r->flags = o->flags;
	image_put_name(&m->im, i, strbuf_span(&name));
	box_merge_facts(m, i, &f);
	strbuf_clear(&name);
	if (differs)
		box_mark_changed(m, i);
	return true;
}

/* Row i is not there: gone, unless who wrote that has never known it. */
static bool
merge_gone(struct mailbox *m, uint32_t i, uint32_t maxuid)
{
	if (m->im.rows[i].uid > maxuid && box_is_live(m, i))
		return false;
	box_mark_gone(m, i);
	return true;
}

static bool
merge_new(struct mailbox *m, const struct image *im, uint32_t j)
{
	struct strbuf name = { 0 };
	struct row *r;
	uint32_t i;

	if (im->rows[j].uid <= m->maxuid)
		return false;
	image_name(im, j, &name);
	i = box_add(m, im->rows[j].uid, strbuf_span(&name), im->rows[j].modseq);
	r = &m->im.rows[i];
	r->date = im->rows[j].date;
	r->octets = im->rows[j].octets;
	r->facts = im->rows[j].facts;
	r->saved = im->rows[j].saved;
	r->keywords = im->rows[j].keywords;
	image_seal(&m->im, i);
	strbuf_clear(&name);
	return true;
}

bool
adopt_changes(struct mailbox *m, const struct image *im, uint32_t maxuid)
{
	uint32_t n = m->im.n, i = 0, j = skip_gone(im, 0);
	bool agree = true;

	numbers_sort(&m->unlogged);
	while (i < n || j < im->n) {
		if (i < n && box_row(m, i)->state & MSG_FORGOTTEN) {
			i++;
		} else if (j == im->n ||
			   (i < n && m->im.rows[i].uid < im->rows[j].uid)) {
			agree &= merge_gone(m, i++, maxuid);
		} else if (i == n || im->rows[j].uid < m->im.rows[i].uid) {
			agree &= merge_new(m, im, j) ||
				 is_unlogged(m, im->rows[j].uid);
			j = skip_gone(im, j + 1);
		} else {
			if (box_is_live(m, i))
				agree &= merge_row(m, i, im, j);
			else
				agree &= is_unlogged(m, im->rows[j].uid);
			i++;
			j = skip_gone(im, j + 1);
		}
	}
	drop_logged(m, im);
	m->im.sets.n = 0;
	for (size_t k = 0; k < im->sets.n; k++)
		numbers_add(&m->im.sets, im->sets.v[k]);
	m->names_logged = 0; /* ours may be none of theirs */
	adopt_number_sets(m);
	return agree;
}

void
adopt_refuse(struct mailbox *m)
{
	m->link.rewrite = m->rescan = true;
	box_count_anew(m);
}

bool
adopt_rows(struct mailbox *m, struct image *im)
{
	uint32_t j = 0;

	if (m->gone.n > 0 || m->unlogged.n > 0 ||
	    im->n - im->holes.n != m->state.count)
		return false;
	for (uint32_t i = 0; i < m->im.n; i++) {
		const struct row *r = box_row(m, i);

		if (r->state & MSG_FORGOTTEN)
			continue;
		j = skip_gone(im, j);
		if (j == im->n || im->rows[j].uid != r->uid)
			return false;
		if (r->state & MSG_NOTED) {
			im->rows[j].date = r->date;
			im->rows[j].octets = r->octets;
			im->rows[j].facts = r->facts;
		}
		if (r->state != 0) {
			im->rows[j].state = r->state;
			image_seal(im, j);
		}
		j++;
	}
	image_clear(&m->im);
	m->im = *im;
	m->link.other = false;
	adopt_number_sets(m);
	return true;
}
