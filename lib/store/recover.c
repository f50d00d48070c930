/*
 * recover.c: rows that are garbage, made anew from the truth.
 *
 * What is sound tells where it stands, since rows ascend by UID.  The entries
 * of courierimapuiddb, less those of sound rows and of what was expunged, are
 * those of the damaged rows and of what came since the last look, which are
 * the last.  If there are as many between two sound rows as damaged rows, they
 * are theirs, in order.  Entries that have no file count only where it takes
 * them, and where it is known which messages were expunged: else they may be
 * of one that is gone for long, in the place of one that is gone just now.
 */
#include "store/recover.h"

#include <stdlib.h>
#include <string.h>

#include "base/oom.h"
#include "store/follow.h"
#include "store/replay.h"
#include "store/root.h"
#include "store/table.h"
#include "sys/fs.h"

struct entry {
	uint32_t uid;
	uint32_t name; /* its base, or the name that cur has */
	bool file; /* it has one */
	bool taken; /* by a sound row, or its message was expunged */
};

struct recovery {
	struct mailbox *m;
	struct strbuf names; /* each with a NUL */
	struct table table; /* base to place in v */
	struct entry *v;
	size_t n, max;
	bool history; /* all expunges are known */
};

/* --- what there is --------------------------------------------------- */

static uint32_t
keep(struct recovery *rec, struct span name)
{
	size_t at = rec->names.len;

	if (at > UINT32_MAX - NAME_LEN - 1)
		oom();
	strbuf_cat(&rec->names, name);
	strbuf_putc(&rec->names, '\0');
	return (uint32_t)at;
}

static void
take_entry(void *arg, uint32_t uid, struct span base)
{
	struct recovery *rec = arg;

	if (span_len(base) > NAME_LEN)
		return;
	if (rec->n == rec->max) {
		rec->max = rec->max > 0 ? rec->max * 2 : 256;
		rec->v = realloc(rec->v, rec->max * sizeof *rec->v);
		if (rec->v == NULL)
			oom();
	}
	rec->v[rec->n] = (struct entry){ .uid = uid, .name = keep(rec, base) };
	table_put(&rec->table, rec->v[rec->n].name, (uint32_t)rec->n);
	rec->n++;
}

static int
take_file(void *arg, const char *name, unsigned char type)
{
	struct recovery *rec = arg;
	uint32_t at = table_find(&rec->table, flags_base(span_str(name)));

	if (at < rec->n && maildir_is_file(rec->m->md.cur, name, type)) {
		rec->v[at].name = keep(rec, span_str(name));
		rec->v[at].file = true;
	}
	return 0;
}

static int
by_uid(const void *va, const void *vb)
{
	const struct entry *a = va, *b = vb;

	return a->uid < b->uid ? -1 : a->uid > b->uid;
}

static void
take_all(struct recovery *rec)
{
	struct mailbox *m = rec->m;
	struct uiddb db;

	table_init(&rec->table, &rec->names, m->im.n);
	if (uiddb_load(m->md.dir, &db, take_entry, rec) == -1 ||
	    db.uidvalidity != m->state.uidvalidity ||
	    fs_walk(m->md.cur, take_file, rec) == -1)
		rec->n = 0;
	table_clear(&rec->table);
	if (rec->n > 1)
		qsort(rec->v, rec->n, sizeof *rec->v, by_uid);
}

/* --- what of it is not the damaged rows' ------------------------------ */

static bool
is_sound(const struct mailbox *m, uint32_t i)
{
	return image_is_sound(&m->im, i) && image_has_base(&m->im, i);
}

static void
take_uid(struct recovery *rec, uint32_t uid)
{
	struct entry key = { .uid = uid }, *e = NULL;

	if (rec->n > 0)
		e = bsearch(&key, rec->v, rec->n, sizeof key, by_uid);
	if (e != NULL)
		e->taken = true;
}

static void
take_known(struct recovery *rec)
{
	struct mailbox *m = rec->m;
	struct strbuf all = { 0 };
	struct gone g;

	for (uint32_t i = 0; i < m->im.n; i++)
		if (is_sound(m, i))
			take_uid(rec, m->im.rows[i].uid);
	rec->history = m->link.fd != -1 && replay_history(&m->link, &all) == 0;
	strbuf_cat(&all, strbuf_span(&m->history));
	for (size_t at = 0; at + sizeof g <= all.len; at += sizeof g) {
		memcpy(&g, all.p + at, sizeof g);
		take_uid(rec, g.uid);
	}
	strbuf_clear(&all);
}

/* --- rows ------------------------------------------------------------ */

static void
put_row(struct recovery *rec, uint32_t i, const struct entry *e)
{
	struct image *im = &rec->m->im;
	struct span name = span_str(rec->names.p + e->name);

	im->rows[i] = (struct row){ .uid = e->uid,
		.date = ROW_NO_DATE,
		.octets = ROW_NO_OCTETS,
		.modseq = box_modseq(rec->m) };
	im->rows[i].flags = (uint16_t)flags_parse(name);
	image_put_name(im, i, name);
	image_seal(im, i);
	box_mark_changed(rec->m, i);
}

static bool
is_hole(const struct mailbox *m, uint32_t i)
{
	const struct numbers *h = &m->im.holes;
	size_t at = numbers_below(h, i);

	return at < h->n && h->v[at] == i;
}

/* One that nobody can ask for any more, but that stands in the order. */
static void
put_hole(struct mailbox *m, uint32_t i, uint32_t uid)
{
	m->im.rows[i] =
	    (struct row){ .uid = uid, .state = MSG_GONE | MSG_FORGOTTEN };
	image_put_name(&m->im, i, span_str("gone"));
	image_seal(&m->im, i);
}

/* Rows first..end-1 are damaged, between what has the UIDs lo and hi. */
struct run {
	uint32_t first, end;
	uint32_t lo, hi;
	size_t k; /* entries before it are not above lo */
};

/* Whether e may be one of them. */
static bool
is_of(const struct entry *e, const struct run *r, bool files)
{
	return !e->taken && e->uid > r->lo && e->uid < r->hi &&
	       (e->file || !files);
}

static uint32_t
count_entries(const struct recovery *rec, const struct run *r, bool files)
{
	uint32_t n = 0;

	for (size_t k = r->k; k < rec->n && rec->v[k].uid < r->hi; k++)
		n += is_of(&rec->v[k], r, files);
	return n;
}

/* Those that have a file, or all, whichever are as many as there are rows. */
static bool
fill_run(struct recovery *rec, const struct run *r)
{
	struct mailbox *m = rec->m;
	uint32_t need = 0, last = r->lo;
	size_t k = r->k;
	bool files;

	for (uint32_t i = r->first; i < r->end; i++)
		need += !is_hole(m, i);
	files = count_entries(rec, r, true) == need;
	if (!files && (!rec->history || count_entries(rec, r, false) != need))
		return false;
	for (uint32_t i = r->first; i < r->end; i++) {
		if (is_hole(m, i)) {
			put_hole(m, i, last);
			continue;
		}
		while (!is_of(&rec->v[k], r, files))
			k++;
		last = rec->v[k].uid;
		put_row(rec, i, &rec->v[k++]);
	}
	return true;
}

/* False when something does not fit. */
static bool
fill(struct recovery *rec)
{
	struct mailbox *m = rec->m;
	struct run r = { .lo = 0 };

	while (r.first < m->im.n) {
		if (is_sound(m, r.first)) {
			if (m->im.rows[r.first].uid < r.lo)
				return false;
			r.lo = m->im.rows[r.first++].uid;
			continue;
		}
		r.end = r.first;
		while (r.end < m->im.n && !is_sound(m, r.end))
			r.end++;
		r.hi = r.end < m->im.n ? m->im.rows[r.end].uid : m->maxuid + 1;
		while (r.k < rec->n && rec->v[r.k].uid <= r.lo)
			r.k++;
		if (!fill_run(rec, &r))
			return false;
		r.first = r.end;
	}
	return true;
}

/* One that the client has not been told of is no entry to be found. */
static bool
lacks_gone(const struct mailbox *m)
{
	for (size_t k = 0; k < m->gone.n; k++)
		if (!is_sound(m, m->gone.v[k]))
			return true;
	return false;
}

/*
 * The numbers mean nothing any more: as many rows, none of which is there.
 * The session has to end.
 */
static void
give_up(struct mailbox *m)
{
	follow_detach(m); /* what follows is nothing to be written */
	m->lost = m->state.damaged = true;
	m->gone.n = 0;
	m->nchanged = 0;
	for (uint32_t i = 0; i < m->im.n; i++)
		put_hole(m, i, i + 1);
}

void
recover_rows(struct mailbox *m)
{
	struct recovery rec = { .m = m };

	take_all(&rec);
	take_known(&rec);
	if (lacks_gone(m) || !fill(&rec))
		give_up(m);
	strbuf_clear(&rec.names);
	free(rec.v);
	box_count_anew(m);
	m->link.rewrite = m->rescan = true;
	m->counts.cut = m->state.highestmodseq;
	stamp_forget(&m->keywords_stamp);
}
