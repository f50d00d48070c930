/*
 * known.c: what rows know of their messages, and where the facts are.
 *
 * A row has the octets, the date and the place of a record in satchel-cache.
 * The places are those of one file, which the index's state names; if it is
 * not the file that is there now, that one is gone over once, and the rows
 * get their places from what it says.  A place that is wrong all the same
 * has no record of this message, or none that is whole: every record says
 * whom it speaks of.
 */
#include "store/known.h"

#include <stdlib.h>

#include "base/oom.h"
#include "msg/brief.h"
#include "store/box.h"
#include "store/root.h"

enum {
	BATCH = 256 * 1024, /* is written before the command ends */
	NOTES_MIN = 1000, /* as are this many notes and more */
	DEAD_MIN = 1024 * 1024, /* less is not worth a new file */
	CAP_MIN = 16 * 1024 * 1024,
	CAP_EACH = 8 * 1024, /* bytes of satchel-cache for each message */
	CAP_MAX = 1024 * 1024 * 1024
};

static struct row_facts
facts_of(const struct row *r)
{
	return (struct row_facts){ r->date, r->octets, r->facts, r->saved };
}

/* Whether the rows' places are of the file that is open. */
static bool
is_placed(const struct mailbox *m)
{
	const struct known *k = &m->known;

	return k->opened && k->facts.fd != -1 && k->id == k->facts.id;
}

/* --- satchel-cache ------------------------------------------------------ */

/* The message of a UID: its place, or how many there are. */
static uint32_t
find_uid(struct mailbox *m, uint32_t uid)
{
	uint32_t i = m->known.next;

	if (i >= m->im.n || box_row(m, i)->uid != uid)
		i = box_find(m, uid);
	if (i == m->im.n || box_row(m, i)->uid != uid || !box_is_live(m, i))
		return m->im.n;
	m->known.next = i + 1;
	return i;
}

/* facts_found: the last record of a message counts. */
static void
take_record(void *arg, int64_t offset, const struct facts_record *r)
{
	struct mailbox *m = arg;
	uint32_t i = find_uid(m, r->uid);
	struct row_facts f;
	const struct row *row;

	m->known.id = m->known.facts.id;
	if (i == m->im.n || r->size == 0 ||
	    facts_base(box_base(m, i)) != r->base)
		return;
	row = box_row(m, i);
	f = facts_of(row);
	f.facts = (uint64_t)offset;
	f.date = r->date;
	if (f.octets == ROW_NO_OCTETS)
		f.octets = r->octets;
	if (f.facts != row->facts || f.date != row->date ||
	    f.octets != row->octets)
		box_note_facts(m, i, &f);
}

/* Where a file that will be put in place is written. */
static int
place_for_new(const struct mailbox *m)
{
	return m->a->conf->index_root == NULL ? m->md.tmp : m->caches;
}

static void
open_facts(struct mailbox *m)
{
	struct known *k = &m->known;

	if (k->opened) {
		k->facts.tmp = place_for_new(m); /* what is lent has another */
		(void)facts_look(&k->facts); /* a new one has another id */
		return;
	}
	facts_open(
	    &k->facts, m->caches, place_for_new(m), m->state.uidvalidity);
	k->opened = true;
	k->id = m->counts.facts_id;
	if (is_placed(m))
		facts_skip(&k->facts);
}

/*
 * Have the rows speak of all that is in satchel-cache.  What others append
 * comes by the index as well; what they could not put there does not.
 */
static void
look(struct mailbox *m)
{
	struct known *k = &m->known;

	if (k->looked || !m->state.sticky || m->caches == -1)
		return;
	k->looked = true;
	open_facts(m);
	facts_each(&k->facts, take_record, m);
	k->before = (uint64_t)k->facts.size;
	k->id = k->facts.fd != -1 ? k->facts.id : 0;
}

/* Whether it speaks of message i.  The name need not be right otherwise. */
static bool
is_about(struct mailbox *m, uint32_t i, const struct facts_record *r)
{
	return r->uid == m->im.rows[i].uid &&
	       (r->base == facts_base(image_base(&m->im, i)) ||
		   r->base == facts_base(box_base(m, i)));
}

/* The record of message i, if its place is right. */
static bool
get_record(struct mailbox *m, uint32_t i, struct facts_record *r)
{
	const struct row *row = box_row(m, i);

	return row->facts > 0 && row->facts <= INT64_MAX && is_placed(m) &&
	       facts_get(&m->known.facts, (int64_t)row->facts, r) &&
	       is_about(m, i, r);
}

struct span
mailbox_facts(struct mailbox *m, uint32_t seq)
{
	uint32_t i = box_place(m, seq);
	struct facts_record r;

	look(m);
	if (!get_record(m, i, &r))
		return (struct span){ NULL, NULL };
	return r.blob;
}

/* --- its size ------------------------------------------------------------ */

/* How large satchel-cache may become. */
static uint64_t
cap_of(uint32_t messages)
{
	uint64_t cap = (uint64_t)messages * CAP_EACH;

	return cap < CAP_MIN ? CAP_MIN : cap > CAP_MAX ? CAP_MAX : cap;
}

/* The length of message i's record; 0: it has none. */
static uint64_t
record_len(struct mailbox *m, uint32_t i)
{
	const struct row *row = box_row(m, i);
	struct facts_record r;

	if (row->facts == 0 || row->facts > INT64_MAX || !is_placed(m) ||
	    row->state & MSG_GONE ||
	    !facts_head(&m->known.facts, (int64_t)row->facts, &r) ||
	    r.uid != row->uid)
		return 0;
	return r.len + FACTS_RECORD_LEN;
}

static void
measure(struct mailbox *m)
{
	struct known *k = &m->known;
	uint64_t len;

	k->measured = true;
	k->live = 0;
	k->lowest = 0;
	for (uint32_t i = 0; i < m->im.n; i++) {
		len = record_len(m, i);
		k->live += len;
		if (len > 0 && k->lowest == 0)
			k->lowest = m->im.rows[i].uid;
	}
}

/*
 * Whether a message is older than all that have records, and those fill the
 * file: then its record would be the first to be dropped again.
 */
static bool
is_too_old(struct mailbox *m, uint32_t uid)
{
	uint64_t full = cap_of(m->state.count) / 8 * 5;

	if ((uint64_t)m->known.facts.size <= full)
		return false;
	if (!m->known.measured)
		measure(m);
	return m->known.live > full && uid < m->known.lowest;
}

/*
 * A new file of what is alive.  Where even that is too much the messages that
 * have been there longest lose their facts.
 */
static void
shrink(struct mailbox *m, uint64_t most)
{
	struct known *k = &m->known;
	int64_t *offsets = malloc(((size_t)m->im.n + 1) * sizeof *offsets);
	uint64_t left = k->live, len;
	size_t n = 0;

	if (offsets == NULL)
		oom();
	for (uint32_t i = 0; i < m->im.n; i++) {
		len = record_len(m, i);
		if (len > 0 && left <= most)
			offsets[n++] = (int64_t)m->im.rows[i].facts;
		left -= len;
	}
	facts_rewrite(&k->facts, m->a, offsets, n);
	free(offsets);
	k->looked = k->measured = false;
	look(m); /* the rows get their new places */
}

/*
 * What is alive is counted when the file, before long it was, has become an
 * eighth larger, or about that: each message's record is touched for it.
 */
static bool
is_to_be_measured(uint64_t before, uint64_t size)
{
	uint64_t step = 1;

	while (step <= size / 8)
		step *= 2;
	/* of a file that was begun just now all is alive */
	return size > DEAD_MIN && before > 0 && before / step != size / step;
}

static void
keep_small(struct mailbox *m)
{
	struct known *k = &m->known;
	uint64_t cap = cap_of(m->state.count), size = (uint64_t)k->facts.size;

	if (size <= cap && !is_to_be_measured(k->before, size))
		return;
	measure(m);
	if (size > cap || k->live < size / 2)
		shrink(m, cap / 4 * 3);
}

void
mailbox_keep_facts(
    struct mailbox *m, uint32_t seq, const struct stat *st, struct span facts)
{
	struct known *k = &m->known;
	uint32_t i = box_place(m, seq);
	size_t front = brief_front(facts);
	struct facts_record r = { .size = (uint64_t)st->st_size,
		.date = (int64_t)st->st_mtime,
		.blob = facts };

	look(m);
	if (!k->opened || m->cannot_write || st->st_size <= 0)
		return;
	r.uid = box_row(m, i)->uid;
	if (is_too_old(m, r.uid))
		return;
	r.base = facts_base(box_base(m, i));
	r.octets = m->im.rows[i].octets;
	r.loose = front == 0 ? 0 : (uint32_t)(span_len(facts) - front);
	facts_add(&k->facts, m->a, &r);
	if (k->facts.batch.len >= BATCH)
		facts_flush(&k->facts, take_record, m);
	if (m->noted.n > NOTES_MIN + m->im.n / 2)
		box_write_facts(m);
}

void
mailbox_facts_end(struct mailbox *m)
{
	struct known *k = &m->known;

	m->im.sound = 0; /* as in follow_look() */
	if (k->looked) {
		if (k->facts.batch.len > 0)
			facts_flush(&k->facts, take_record, m);
		if ((uint64_t)k->facts.size > k->before)
			keep_small(m);
		k->looked = false;
	}
	box_write_facts(m);
}

bool
mailbox_is_large(const struct mailbox *m)
{
	return m->known.opened && facts_is_large(&m->known.facts);
}

void
mailbox_rest(struct mailbox *m)
{
	if (m->known.opened)
		facts_rest(&m->known.facts);
}

/* --- rows --------------------------------------------------------------- */

bool
mailbox_octets(struct mailbox *m, uint32_t seq, uint64_t *octets)
{
	uint32_t i = box_place(m, seq);

	if (box_row(m, i)->octets == ROW_NO_OCTETS)
		look(m);
	*octets = box_row(m, i)->octets;
	return *octets != ROW_NO_OCTETS;
}

bool
mailbox_date(struct mailbox *m, uint32_t seq, int64_t *date)
{
	uint32_t i = box_place(m, seq);

	if (box_row(m, i)->date == ROW_NO_DATE)
		look(m);
	*date = box_row(m, i)->date;
	return *date != ROW_NO_DATE;
}

void
mailbox_keep_octets(
    struct mailbox *m, uint32_t seq, const struct stat *st, uint64_t octets)
{
	uint32_t i = box_place(m, seq);
	struct row_facts f;

	known_saw(m, i, st);
	f = facts_of(box_row(m, i));
	if (f.octets == octets)
		return;
	f.octets = octets;
	box_note_facts(m, i, &f);
}

/* Whether what row i knows can be of a file that is like this. */
static bool
is_of(struct mailbox *m, uint32_t i, const struct stat *st)
{
	const struct row *row = box_row(m, i);
	uint64_t size = (uint64_t)st->st_size;
	struct facts_record r;

	if (row->date != ROW_NO_DATE && row->date != (int64_t)st->st_mtime)
		return false;
	/* each LF becomes CRLF, or none does */
	if (row->octets != ROW_NO_OCTETS &&
	    (row->octets < size || row->octets - size > size))
		return false;
	return row->facts == 0 || row->facts > INT64_MAX || !is_placed(m) ||
	       !facts_head(&m->known.facts, (int64_t)row->facts, &r) ||
	       r.uid != row->uid || r.size == size;
}

/* It is another file than the one that was known. */
static void
forget(struct mailbox *m, uint32_t i, const struct stat *st)
{
	struct row_facts f = { (int64_t)st->st_mtime, ROW_NO_OCTETS, 0, 0 };
	uint32_t uid = box_row(m, i)->uid;
	bool locked = box_begin(m) == 0;

	i = box_find(m, uid); /* others may have changed all */
	if (i < m->im.n && m->im.rows[i].uid == uid)
		box_note_facts(m, i, &f);
	if (locked)
		box_end(m);
}

void
known_saw(struct mailbox *m, uint32_t i, const struct stat *st)
{
	struct row_facts f;

	if (!is_of(m, i, st)) {
		forget(m, i, st);
		return;
	}
	f = facts_of(box_row(m, i));
	if (f.date != ROW_NO_DATE)
		return;
	f.date = (int64_t)st->st_mtime;
	box_note_facts(m, i, &f);
}

/* --- copies --------------------------------------------------------------- */

/* Where the records of v[at..] have come to stand. */
struct carrying {
	struct box_arrival *v;
	size_t at, n;
};

/* facts_found: they are written in the order of v. */
static void
place_copy(void *arg, int64_t offset, const struct facts_record *r)
{
	struct carrying *c = arg;

	while (c->at < c->n && c->v[c->at].uid != r->uid)
		c->at++;
	if (c->at < c->n)
		c->v[c->at++].facts = (uint64_t)offset;
}

/* The record of what v is a copy of, as that of v. */
static bool
copied_record(const struct box_arrival *v, struct facts_record *r)
{
	uint32_t i;

	if (v->source == NULL)
		return false;
	i = box_place(v->source, v->seq);
	look(v->source);
	if (!get_record(v->source, i, r) || r->date != v->date)
		return false;
	r->uid = v->uid;
	r->base = facts_base(flags_base(v->name));
	return true;
}

/*
 * In a file that the index does not speak of nothing would be found; to go
 * over it is for who wants to read it.  It is not made for them: who has not
 * read a folder's messages yet may never do so.
 */
static bool
can_carry(struct mailbox *m)
{
	struct known *k = &m->known;

	if (!m->state.sticky || m->caches == -1 || m->cannot_write ||
	    m->counts.facts_id == 0)
		return false;
	if (k->opened && k->facts.fd == -1) { /* there was none then */
		facts_close(&k->facts);
		k->opened = false;
	}
	open_facts(m);
	if (k->facts.fd == -1 || !k->facts.can_append ||
	    k->facts.id != m->counts.facts_id)
		return false;
	k->id = k->facts.id;
	return true;
}

void
known_carry(struct mailbox *m, struct box_arrival *v, size_t n)
{
	struct facts *f = &m->known.facts;
	struct carrying c = { v, 0, n };
	uint64_t cap = cap_of(m->counts.messages);
	struct facts_record r;

	if (v[0].source == NULL || !can_carry(m))
		return;
	for (size_t i = 0; i < n && f->id == m->known.id; i++) {
		if ((uint64_t)f->size + f->batch.len > cap / 4 * 3)
			break;
		if (copied_record(&v[i], &r))
			facts_add(f, m->a, &r);
		if (f->batch.len >= BATCH)
			facts_flush(f, place_copy, &c);
	}
	facts_flush(f, place_copy, &c);
	if (!m->known.looked)
		facts_rest(f);
}

void
known_clear(struct mailbox *m)
{
	facts_close(&m->known.facts);
}
