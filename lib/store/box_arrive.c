/* box_arrive.c: what a session itself brings to its folder. */
#include <fcntl.h>
#include <stdlib.h>

#include "base/oom.h"
#include "store/box.h"
#include "store/follow.h"
#include "sys/clock.h"

/* A set of another kwset in ours. */
static uint32_t
translate(struct mailbox *m, const struct kwset *kw, struct kwlist l)
{
	uint32_t *v, id;
	bool added = false;

	if (l.n == 0)
		return 0;
	if ((v = malloc(l.n * sizeof *v)) == NULL)
		oom();
	for (size_t i = 0; i < l.n; i++)
		(void)kwset_name(
		    &m->keywords, kw->names[l.v[i]], true, &v[i], &added);
	id = kwset_set(&m->keywords, v, l.n);
	free(v);
	m->state.keywords_new |= added;
	return id;
}

/* Whether all that is in the folder is known, but for what comes now. */
static bool
knows_all(const struct mailbox *m, const struct uiddb *was, uint32_t uid)
{
	return m->state.sticky && was->neat && m->db.neat &&
	       was->uidvalidity == m->state.uidvalidity &&
	       was->ino == m->db.ino && was->len == m->db.len &&
	       m->db_stamp.state == STAMP_CLEAN && uid > m->maxuid;
}

static void
take_arrivals(struct mailbox *m, const struct box_arrival *v, size_t n)
{
	uint64_t modseq = box_modseq(m);
	bool keywords = false;
	uint32_t place;

	for (size_t i = 0; i < n; i++) {
		place = box_add(m, v[i].uid, v[i].name, modseq);
		box_set_recent(m, v[i].uid);
		m->im.rows[place].saved = (uint32_t)clock_now();
		m->im.rows[place].date = v[i].date;
		m->im.rows[place].octets = v[i].octets;
		m->im.rows[place].facts = v[i].facts;
		box_put_keywords(
		    m, place, translate(m, v[i].kw, v[i].keywords));
		box_added(m, place);
		keywords |= v[i].keywords.n > 0;
	}
	box_own_cur(m);
	if (keywords)
		box_own_keywords(m);
}

void
box_arrive(struct mailbox *m, struct box_arrival *v, size_t n,
    const struct uiddb *was, const struct uiddb *now)
{
	struct stat st;

	if (n == 0)
		return;
	if (m->own_last == 0 || m->own_last + 1 != v[0].uid)
		m->own_first = v[0].uid;
	m->own_last = v[n - 1].uid;
	follow_look(m); /* the lock is held */
	if (!knows_all(m, was, v[0].uid))
		return;
	m->locked++;
	m->db.len = now->len;
	m->db.uidnext = now->uidnext;
	m->db.entries += (uint32_t)n;
	if (m->state.uidnext < now->uidnext)
		m->state.uidnext = now->uidnext;
	if (fstatat(m->md.dir, "courierimapuiddb", &st, AT_SYMLINK_NOFOLLOW) ==
	    0)
		stamp_read(&m->db_stamp, &st, INT64_MAX);
	known_carry(m, v, n);
	take_arrivals(m, v, n);
	m->locked--;
	follow_commit(m);
}
