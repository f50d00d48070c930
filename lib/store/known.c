/*
 * known.c: rows of what is known, found again by going over satchel-cache.
 *
 * A row belongs to a UID and says so itself: rows need not be kept in step
 * with the messages by whoever moves these.
 */
#include "store/known.h"

#include <stdlib.h>
#include <string.h>

#include "base/oom.h"
#include "store/box.h"
#include "store/root.h"

enum {
	BATCH = 256 * 1024, /* is written before the command ends */
	DEAD_MIN = 1024 * 1024, /* less is not worth a new file */
	CAP_MIN = 16 * 1024 * 1024,
	CAP_EACH = 8 * 1024, /* bytes of satchel-cache for each message */
	CAP_MAX = 1024 * 1024 * 1024
};

struct known_row {
	uint32_t uid;
	uint32_t len; /* of the record, 0 without one */
	int64_t offset; /* of it */
	uint64_t size; /* of the file; 0: nothing is known */
	uint64_t octets; /* or FACTS_UNKNOWN */
	int64_t date;
};

static void
forget(struct known *k, struct known_row *row)
{
	k->live -= row->len;
	*row = (struct known_row){ .octets = FACTS_UNKNOWN };
}

/* The row of message i. */
static struct known_row *
row_of(struct mailbox *m, uint32_t i)
{
	struct known *k = &m->known;
	struct known_row *row;
	uint32_t uid = box_row(m, i)->uid;

	if (i >= k->n) {
		size_t n = (size_t)m->im.n + m->im.n / 8 + 16;

		k->v = realloc(k->v, n * sizeof *k->v);
		if (k->v == NULL)
			oom();
		memset(k->v + k->n, 0, (n - k->n) * sizeof *k->v);
		k->n = n;
	}
	row = &k->v[i];
	if (row->uid != uid) {
		forget(k, row);
		row->uid = uid;
	}
	return row;
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
	struct known_row *row;
	uint32_t i = find_uid(m, r->uid);

	if (i == m->im.n || r->size == 0 ||
	    facts_base(box_base(m, i)) != r->base)
		return;
	row = row_of(m, i);
	m->known.live += r->len + FACTS_RECORD_LEN - row->len;
	row->len = r->len + FACTS_RECORD_LEN;
	row->offset = offset;
	row->size = r->size;
	row->date = r->date;
	if (m->known.lowest == 0 || r->uid < m->known.lowest)
		m->known.lowest = r->uid;
	if (r->octets != FACTS_UNKNOWN)
		row->octets = r->octets;
}

/* All offsets are of a file that is not there any more. */
static void
drop_offsets(struct known *k)
{
	for (size_t i = 0; i < k->n; i++)
		k->v[i].len = 0;
	k->live = 0;
	k->lowest = 0;
}

/* Where a file that will be put in place is written. */
static int
place_for_new(const struct mailbox *m)
{
	return m->a->conf->index_root == NULL ? m->md.tmp : m->caches;
}

/* Have the rows speak of all that is in satchel-cache. */
static void
look(struct mailbox *m)
{
	struct known *k = &m->known;

	if (k->looked || !m->state.sticky || m->caches == -1)
		return;
	k->looked = true;
	if (!k->opened)
		facts_open(&k->facts, m->caches, place_for_new(m),
		    m->state.uidvalidity);
	else if (!facts_look(&k->facts))
		drop_offsets(k);
	k->opened = true;
	facts_each(&k->facts, take_record, m);
}

struct span
mailbox_facts(struct mailbox *m, uint32_t seq)
{
	struct known *k = &m->known;
	uint32_t i = box_place(m, seq);
	struct facts_record r;
	struct known_row *row;

	look(m);
	row = row_of(m, i);
	if (row->len == 0)
		return (struct span){ NULL, NULL };
	if (facts_get(&k->facts, row->offset, &r) && r.uid == row->uid &&
	    r.base == facts_base(box_base(m, i)))
		return r.blob;
	k->live -= row->len;
	row->len = 0;
	return (struct span){ NULL, NULL };
}

/* How large satchel-cache may become. */
static uint64_t
cap_of(const struct mailbox *m)
{
	uint64_t cap = (uint64_t)m->state.count * CAP_EACH;

	return cap < CAP_MIN ? CAP_MIN : cap > CAP_MAX ? CAP_MAX : cap;
}

/*
 * Whether a message is older than all that have records, and those fill the
 * file: then its record would be the first to be dropped again.
 */
static bool
is_too_old(const struct mailbox *m, uint32_t uid)
{
	return m->known.live > cap_of(m) / 8 * 5 && uid < m->known.lowest;
}

void
mailbox_keep_facts(
    struct mailbox *m, uint32_t seq, const struct stat *st, struct span facts)
{
	struct known *k = &m->known;
	uint32_t i = box_place(m, seq);
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
	r.octets = row_of(m, i)->octets;
	facts_add(&k->facts, m->a, &r);
	if (k->facts.batch.len >= BATCH)
		facts_flush(&k->facts, take_record, m);
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
	uint64_t left = k->live;
	size_t n = 0;

	if (offsets == NULL)
		oom();
	for (uint32_t i = 0; i < m->im.n; i++) {
		const struct known_row *row;

		if (!box_is_live(m, i))
			continue;
		row = row_of(m, i);
		if (row->len > 0 && left <= most)
			offsets[n++] = row->offset;
		left -= row->len;
	}
	facts_rewrite(&k->facts, m->a, offsets, n);
	free(offsets);
}

void
mailbox_facts_end(struct mailbox *m)
{
	struct known *k = &m->known;
	uint64_t cap = cap_of(m), size;

	if (!k->looked)
		return;
	facts_flush(&k->facts, take_record, m);
	size = (uint64_t)k->facts.seen;
	if ((size > DEAD_MIN && k->live < size / 2) || size > cap)
		shrink(m, cap / 4 * 3);
	facts_rest(&k->facts);
	k->looked = false;
}

/* --- rows --------------------------------------------------------------- */

bool
mailbox_octets(struct mailbox *m, uint32_t seq, uint64_t *octets)
{
	look(m);
	*octets = row_of(m, box_place(m, seq))->octets;
	return *octets != FACTS_UNKNOWN;
}

void
mailbox_keep_octets(
    struct mailbox *m, uint32_t seq, const struct stat *st, uint64_t octets)
{
	uint32_t i = box_place(m, seq);

	known_saw(m, i, st);
	row_of(m, i)->octets = octets;
}

bool
mailbox_date(struct mailbox *m, uint32_t seq, int64_t *date)
{
	const struct known_row *row;

	look(m);
	row = row_of(m, box_place(m, seq));
	*date = row->date;
	return row->size > 0;
}

void
known_saw(struct mailbox *m, uint32_t i, const struct stat *st)
{
	struct known_row *row = row_of(m, i);
	uint64_t size = (uint64_t)st->st_size;

	if (row->size != 0 && row->size != size) {
		forget(&m->known, row);
		row->uid = box_row(m, i)->uid;
	}
	row->size = size;
	row->date = (int64_t)st->st_mtime;
}

void
known_renumber(struct mailbox *m)
{
	struct known *k = &m->known;
	struct known_row *v = k->v;
	size_t n = k->n;

	k->v = NULL;
	k->n = 0;
	k->next = 0;
	k->live = 0;
	for (size_t old = 0; old < n; old++) {
		uint32_t i =
		    v[old].uid != 0 ? box_find(m, v[old].uid) : m->im.n;

		if (i == m->im.n || box_row(m, i)->uid != v[old].uid)
			continue;
		*row_of(m, i) = v[old];
		k->live += v[old].len;
	}
	free(v);
}

void
known_clear(struct mailbox *m)
{
	facts_close(&m->known.facts);
	free(m->known.v);
}
