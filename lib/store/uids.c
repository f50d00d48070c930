/* uids.c: give UIDs to what a scan has found, and store them. */
#include "store/uids.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/ckd.h"
#include "base/oom.h"
#include "base/radix.h"
#include "store/registry.h"
#include "store/root.h"
#include "sys/clock.h"
#include "sys/fs.h"

enum {
	DEAD_MIN = 64,
	EPOCH = 1000000000,
	LINE_MORE = 8 /* bytes of a line beside a name, about */
};

static int
by_uid(const void *va, const void *vb)
{
	const struct found *a = va, *b = vb;

	if (a->uid != b->uid)
		return a->uid < b->uid ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

/* Mostly they are in order: so the entries stood in courierimapuiddb. */
static void
sort(struct scan *s)
{
	size_t i = 1;

	while (i < s->n && by_uid(&s->found[i - 1], &s->found[i]) <= 0)
		i++;
	if (i < s->n)
		qsort(s->found, s->n, sizeof *s->found, by_uid);
}

/*
 * Take back UIDs that cannot be shown: one that stands there twice, and one
 * that is not above those that were shown already.
 */
static void
check(struct scan *s)
{
	uint32_t last = s->m->maxuid;

	sort(s);
	for (size_t i = 0; i < s->n; i++) {
		struct found *f = &s->found[i];

		if (f->uid == 0 || f->seen == 0)
			continue;
		if (f->uid > last) {
			last = f->uid;
			continue;
		}
		f->uid = 0;
		s->messy = true;
	}
}

/* Of those with the same number in front. */
struct named {
	struct span name;
	uint32_t i;
};

static int
by_name(const void *va, const void *vb)
{
	const struct named *a = va, *b = vb;

	return maildir_cmp(a->name, b->name);
}

static struct span
base_of(const struct scan *s, uint32_t i)
{
	return scan_base(s, &s->found[i]);
}

static void
sort_equal(const struct scan *s, struct radix *v, size_t n)
{
	struct named *names = malloc(n * sizeof *names);

	if (names == NULL)
		oom();
	for (size_t k = 0; k < n; k++)
		names[k] = (struct named){ base_of(s, v[k].value), v[k].value };
	qsort(names, n, sizeof *names, by_name);
	for (size_t k = 0; k < n; k++)
		v[k].value = names[k].i;
	free(names);
}

/* Those without a UID in the order in which they get one. */
static struct radix *
sort_new(const struct scan *s, size_t *count)
{
	struct radix *v = malloc((s->n + 1) * sizeof *v);
	size_t n = 0, end;

	if (v == NULL || s->n > UINT32_MAX)
		oom();
	for (uint32_t i = 0; i < s->n; i++) {
		if (s->found[i].seen == 0 || s->found[i].uid != 0)
			continue;
		v[n].key = maildir_number(base_of(s, i));
		v[n++].value = i;
	}
	radix_sort(v, n);
	for (size_t k = 0; k < n; k = end) {
		for (end = k + 1; end < n && v[end].key == v[k].key;)
			end++;
		if (end - k > 1)
			sort_equal(s, v + k, end - k);
	}
	*count = n;
	return v;
}

/* All of them in the order of v, in place: one circle after the other. */
static void
put_all(struct scan *s, struct radix *v)
{
	for (uint32_t i = 0; i < s->n; i++) {
		struct found first = s->found[i];
		uint32_t to = i, from;

		while ((from = (uint32_t)v[to].value) != i) {
			s->found[to] = s->found[from];
			v[to].value = to; /* it is there */
			to = from;
		}
		s->found[to] = first;
		v[to].value = to;
	}
}

/*
 * Those that were given UIDs go behind all others, in the order of v; what is
 * then not in order sort() will see to.
 */
static void
put_last(struct scan *s, struct radix *v, size_t n)
{
	struct found *found;
	size_t k = 0;

	if (n == s->n) {
		put_all(s, v);
		return;
	}
	found = malloc((s->max + 1) * sizeof *found);
	if (found == NULL)
		oom();
	for (size_t i = 0; i < s->n; i++)
		if (!s->found[i].recent)
			found[k++] = s->found[i];
	if (k + n != s->n) { /* some were given UIDs before */
		free(found);
		return;
	}
	for (size_t i = 0; i < n; i++)
		found[k++] = s->found[v[i].value];
	free(s->found);
	s->found = found;
}

/* How many were given; *next is raised by that. */
static int
give(struct scan *s, uint32_t *next, uint32_t *given)
{
	struct radix *v;
	uint32_t end;
	size_t n;

	if (*next <= s->m->maxuid)
		*next = s->m->maxuid + 1;
	v = sort_new(s, &n);
	if (*next == 0 || n >= UINT32_MAX ||
	    ckd_add(&end, *next, (uint32_t)n)) {
		free(v);
		errno = EOVERFLOW;
		return -1;
	}
	for (size_t k = 0; k < n; k++) {
		s->found[v[k].value].uid = *next + (uint32_t)k;
		s->found[v[k].value].recent = true;
	}
	put_last(s, v, n);
	free(v);
	*next = end;
	*given = (uint32_t)n;
	sort(s);
	return 0;
}

/* --- the file -------------------------------------------------------- */

static uint32_t
put_messages(const struct scan *s, bool all, struct strbuf *lines)
{
	struct mailbox *m = s->m;
	uint32_t n = 0;

	for (uint32_t i = 0; i < s->count; i++) {
		if (!box_is_live(m, i) || (!all && s->stored[i]))
			continue;
		uiddb_put(lines, box_row(m, i)->uid, box_base(m, i));
		n++;
	}
	return n;
}

static uint32_t
put_found(const struct scan *s, bool all, struct strbuf *lines)
{
	uint32_t n = 0;

	for (size_t i = 0; i < s->n; i++) {
		const struct found *f = &s->found[i];

		if (f->seen == 0 || (!all && !f->recent))
			continue;
		uiddb_put(lines, f->uid, scan_base(s, f));
		n++;
	}
	return n;
}

/*
 * The note is a safeguard for clocks that go back: it need not succeed.  It
 * is synced, and its directory is the INBOX's.
 */
static int
sync_first(struct mailbox *m, const struct uiddb *db)
{
	struct span folder = strbuf_span(&m->folder);

	if (registry_note(m->a, folder, db->uidvalidity) == 0 &&
	    m->folder.len == 0)
		return 0;
	return fs_sync_dir(m->md.dir);
}

static int
replace(struct scan *s, struct uiddb *db)
{
	struct mailbox *m = s->m;
	struct uiddb_place at = {
		.a = m->a, .dir = m->md.dir, .tmp = m->md.tmp
	};
	struct span folder = strbuf_span(&m->folder);
	bool fresh = db->uidvalidity == 0;
	struct strbuf lines = { 0 };
	int r = -1;
	uint32_t n;

	if (fresh) {
		if (registry_uidvalidity(m->a, folder, &at.above) == -1)
			return -1;
		at.unsynced = true;
	}
	(void)strbuf_room(&lines, s->names.len + s->n * LINE_MORE);
	n = put_messages(s, true, &lines);
	n += put_found(s, true, &lines);
	if (m->state.damaged)
		errno = EBADMSG; /* messages were left out */
	else
		r = uiddb_replace(&at, db, strbuf_span(&lines), n);
	strbuf_clear(&lines);
	return r == 0 && fresh ? sync_first(m, db) : r;
}

/* Whether the file has so many entries without messages that it is time. */
static bool
is_full_of_dead(const struct scan *s, const struct uiddb *db)
{
	uint64_t live = s->m->counts.messages;

	for (size_t i = 0; i < s->n; i++)
		live += s->found[i].seen != 0 && !s->found[i].recent;
	return db->entries > live + DEAD_MIN &&
	       (db->entries - live) * 8 > db->entries;
}

/*
 * No UID is left below 2^32: everything is numbered anew.  Only for one who
 * has not shown any yet.
 */
static int
start_anew(struct scan *s, struct uiddb *db, uint32_t *given)
{
	if (s->m->state.uidvalidity != 0 ||
	    registry_note(
		s->m->a, strbuf_span(&s->m->folder), db->uidvalidity) == -1) {
		errno = EOVERFLOW;
		return -1;
	}
	for (size_t i = 0; i < s->n; i++)
		s->found[i].uid = 0;
	*db = (struct uiddb){ .uidnext = 1 };
	return give(s, &db->uidnext, given);
}

static int
store(struct scan *s, struct uiddb *db, bool loaded)
{
	struct strbuf lines = { 0 };
	uint32_t given = 0, n = 0;
	int r = 0;

	if (db->uidnext == UINT32_MAX && s->m->state.uidvalidity == 0)
		r = start_anew(s, db, &given); /* nothing could arrive */
	else if (give(s, &db->uidnext, &given) == -1)
		r = start_anew(s, db, &given);
	if (r == -1)
		return -1;
	if (s->messy)
		db->neat = false;
	if (db->neat && !(s->whole && is_full_of_dead(s, db))) {
		if (loaded)
			n = put_messages(s, false, &lines);
		n += put_found(s, false, &lines);
		if (n > 0)
			r = uiddb_append(
			    s->m->md.dir, db, strbuf_span(&lines), n);
	} else {
		r = replace(s, db);
	}
	strbuf_clear(&lines);
	return r;
}

int
uids_store(struct scan *s, bool loaded)
{
	struct uiddb db = s->m->db;

	if (db.uidnext == 0)
		db.uidnext = 1;
	check(s);
	if (s->may_write && store(s, &db, loaded) == 0) {
		s->m->db = db;
		return 0;
	}
	for (size_t i = 0; i < s->n; i++)
		if (s->found[i].recent || s->found[i].uid == 0)
			s->found[i].seen = 0;
	return -1;
}

void
uids_of_session(struct scan *s)
{
	struct mailbox *m = s->m;
	/* below that of a database which is made in this very second */
	int64_t before = clock_now() - EPOCH - 1;
	uint32_t given;

	if (m->state.uidvalidity == 0) {
		m->state.uidvalidity = m->db.uidvalidity + 1;
		if (before > m->state.uidvalidity && before <= UINT32_MAX)
			m->state.uidvalidity = (uint32_t)before;
		m->db.uidnext = 1;
	}
	for (size_t i = 0; i < s->n; i++)
		s->found[i].uid = 0;
	(void)give(s, &m->db.uidnext, &given); /* from 1: they do not run out */
}

bool
uids_are_lacking(const struct scan *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->found[i].seen != 0 && s->found[i].uid == 0)
			return true;
	return false;
}
