/* box.c: a mailbox from the inside. */
#include "store/box.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/oom.h"
#include "store/follow.h"
#include "store/quota.h"
#include "store/recover.h"
#include "store/root.h"
#include "store/scan.h"
#include "sys/clock.h"
#include "sys/fs.h"

enum {
	NEAR = 4,
	LATER_MIN = 250 /* messages: fewer are written in no time */
};

uint32_t
box_place(const struct mailbox *m, uint32_t seq)
{
	const struct numbers *h = &m->im.holes;
	size_t lo = 0, hi = h->n;

	if (hi == 0)
		return seq - 1;
	/* the first hole that has seq - 1 or more numbers before it */
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (h->v[mid] - mid > seq - 1)
			hi = mid;
		else
			lo = mid + 1;
	}
	return seq - 1 + (uint32_t)lo;
}

const struct row *
box_row(struct mailbox *m, uint32_t i)
{
	if (m->im.sound == i + 1)
		return &m->im.rows[i];
	if (!image_is_sound(&m->im, i))
		recover_rows(m);
	m->im.sound = i + 1;
	return &m->im.rows[i];
}

struct span
box_base(struct mailbox *m, uint32_t i)
{
	if (!image_has_base(&m->im, i))
		recover_rows(m);
	return image_base(&m->im, i);
}

const char *
box_name(struct mailbox *m, uint32_t i)
{
	(void)box_row(m, i);
	(void)box_base(m, i);
	strbuf_reset(&m->name);
	image_name(&m->im, i, &m->name);
	return m->name.p;
}

uint32_t
box_find(struct mailbox *m, uint32_t uid)
{
	uint32_t lo = image_find(&m->im, uid), hi = m->im.n;

	/* what was passed may have been garbage, but this is what was asked */
	if (lo < hi && box_row(m, lo)->uid == uid)
		return lo;
	lo = 0;
	hi = m->im.n;
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (box_row(m, mid)->uid < uid)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

uint32_t
box_find_near(struct mailbox *m, uint32_t uid, uint32_t near)
{
	for (uint32_t i = near; i < m->im.n && i - near < NEAR; i++)
		if (box_row(m, i)->uid == uid)
			return i;
	return box_find(m, uid);
}

bool
box_is_live(struct mailbox *m, uint32_t i)
{
	return !(box_row(m, i)->state & MSG_GONE);
}

void
box_set_state(struct mailbox *m, uint32_t i, unsigned off, unsigned on)
{
	struct row *r = &m->im.rows[i];

	(void)box_row(m, i);
	r->state = (uint16_t)((r->state & ~off) | on);
	image_seal(&m->im, i);
}

/* No message can come between two UIDs that follow each other. */
void
box_set_recent(struct mailbox *m, uint32_t uid)
{
	struct numbers *r = &m->recent;

	if (r->n > 0 && r->v[r->n - 1] + 1 == uid) {
		r->v[r->n - 1] = uid;
		return;
	}
	numbers_add(r, uid);
	numbers_add(r, uid);
}

/* Behind an odd number of them it is in a run, unless that ended with it. */
bool
box_is_recent(const struct mailbox *m, uint32_t uid)
{
	size_t at = numbers_below(&m->recent, uid);

	return at % 2 == 1 || (at < m->recent.n && m->recent.v[at] == uid);
}

uint32_t
box_keywords(struct mailbox *m, uint32_t i)
{
	uint32_t number = box_row(m, i)->keywords;

	return number < m->im.sets.n ? m->im.sets.v[number] : 0;
}

uint64_t
box_modseq(struct mailbox *m)
{
	uint64_t now = (uint64_t)clock_now_us();
	uint64_t *last = &m->state.highestmodseq;

	*last = now > *last ? now : *last + 1;
	return *last;
}

/* --- changes --------------------------------------------------------- */

static void
add(uint32_t *n, bool is, int sign)
{
	if (is && (sign > 0 || *n > 0))
		*n += (uint32_t)sign;
}

void
box_count(struct mailbox *m, const struct row *r, int sign)
{
	struct index_state *c = &m->counts;
	bool seen = (r->flags & FLAG_SEEN) != 0;

	if (r->state & MSG_GONE)
		return;
	add(&c->messages, true, sign);
	add(&c->unseen, !seen, sign);
	add(&c->deleted, (r->flags & FLAG_DELETED) != 0, sign);
	add(&c->unsized, r->octets == ROW_NO_OCTETS, sign);
	if (r->octets != ROW_NO_OCTETS)
		c->octets += sign > 0 ? r->octets : -r->octets;
	if (sign > 0 && !seen && r->uid < c->first_unseen)
		c->first_unseen = r->uid;
}

void
box_count_anew(struct mailbox *m)
{
	struct index_state *c = &m->counts;

	c->messages = c->unseen = c->deleted = c->unsized = 0;
	c->octets = 0;
	c->first_unseen = UINT32_MAX;
	for (uint32_t i = 0; i < m->im.n; i++)
		box_count(m, &m->im.rows[i], 1);
}

struct row *
box_edit(struct mailbox *m, uint32_t i)
{
	(void)box_row(m, i);
	(void)box_base(m, i);
	box_count(m, &m->im.rows[i], -1);
	return &m->im.rows[i];
}

void
box_edited(struct mailbox *m, uint32_t i, bool tell)
{
	m->im.rows[i].modseq = box_modseq(m);
	image_seal(&m->im, i);
	box_count(m, &m->im.rows[i], 1);
	if (m->batch)
		numbers_add(&m->edited, i);
	else
		follow_log_row(m, i);
	if (tell)
		box_mark_changed(m, i);
}

void
box_note_facts(struct mailbox *m, uint32_t i, const struct row_facts *facts)
{
	struct row *r = &m->im.rows[i];
	bool unsized;

	(void)box_row(m, i);
	unsized = r->octets == ROW_NO_OCTETS;
	box_count(m, r, -1);
	r->date = facts->date;
	r->octets = facts->octets;
	r->facts = facts->facts;
	box_count(m, r, 1);
	if (r->octets == ROW_NO_OCTETS)
		r->state &= (uint16_t)~MSG_SIZED;
	else if (unsized)
		r->state |= MSG_SIZED;
	if (!(r->state & MSG_NOTED))
		numbers_add(&m->noted, r->uid);
	r->state |= MSG_NOTED;
	image_seal(&m->im, i);
}

void
box_drop_lost(struct mailbox *m)
{
	uint32_t *v = m->noted.v, i = 0;
	size_t n = 0;

	for (size_t k = 0; k < m->noted.n; k++) {
		i = box_find_near(m, v[k], i);
		if (i < m->im.n && m->im.rows[i].uid == v[k] &&
		    m->im.rows[i].state & MSG_NOTED)
			v[n++] = v[k];
	}
	m->noted.n = n;
}

void
box_write_facts(struct mailbox *m)
{
	bool other = m->known.id != 0 && m->known.id != m->counts.facts_id;

	if ((m->noted.n == 0 && !other) || m->cannot_write ||
	    box_begin(m) == -1)
		return; /* they are kept for this session */
	if (other)
		m->counts.facts_id = m->known.id;
	box_end(m);
}

void
box_merge_facts(struct mailbox *m, uint32_t i, const struct row_facts *facts)
{
	struct row *r = &m->im.rows[i];
	bool noted = (r->state & MSG_NOTED) != 0;

	if (!noted || facts->date != ROW_NO_DATE)
		r->date = facts->date;
	if (!noted || facts->octets != ROW_NO_OCTETS) {
		r->octets = facts->octets;
		r->state &= (uint16_t)~MSG_SIZED;
	}
	if (!noted || facts->facts != 0)
		r->facts = facts->facts;
	r->saved = (uint32_t)facts->saved;
	image_seal(&m->im, i);
}

uint32_t
box_set_number(struct mailbox *m, uint32_t id)
{
	struct numbers *known = &m->set_numbers;
	uint32_t number;

	if (id == 0)
		return 0;
	while (known->n <= id)
		numbers_add(known, 0);
	if (known->v[id] != 0)
		return known->v[id];
	number = (uint32_t)m->im.sets.n;
	numbers_add(&m->im.sets, id);
	known->v[id] = number;
	follow_log_set(m, number);
	return number;
}

void
box_put_keywords(struct mailbox *m, uint32_t i, uint32_t id)
{
	m->im.rows[i].keywords = box_set_number(m, id);
}

/* Without its name. */
static uint32_t
add_row(struct mailbox *m, uint32_t uid, unsigned flags, uint64_t modseq)
{
	uint32_t i = image_add(&m->im, uid);
	struct row *r = &m->im.rows[i];

	r->modseq = modseq;
	r->flags = (uint16_t)flags;
	m->maxuid = uid;
	m->state.count++;
	return i;
}

uint32_t
box_add(struct mailbox *m, uint32_t uid, struct span name, uint64_t modseq)
{
	uint32_t i = add_row(m, uid, flags_parse(name), modseq);

	image_put_name(&m->im, i, name);
	return i;
}

uint32_t
box_add_found(struct mailbox *m, const struct found *f,
    const struct strbuf *names, uint64_t modseq)
{
	uint32_t i = add_row(m, f->uid, f->flags, modseq);

	image_first_name(
	    &m->im, i, names, span_of(names->p + f->name, f->kept), f->hash);
	return i;
}

void
box_added(struct mailbox *m, uint32_t i)
{
	image_seal(&m->im, i);
	box_count(m, &m->im.rows[i], 1);
	follow_log_add(m, i);
}

void
box_mark_changed(struct mailbox *m, uint32_t i)
{
	if (box_row(m, i)->state & MSG_CHANGED)
		return;
	box_set_state(m, i, 0, MSG_CHANGED);
	m->nchanged++;
	m->state.changed = true;
}

void
box_mark_gone(struct mailbox *m, uint32_t i)
{
	struct row *r = &m->im.rows[i];

	if (!box_is_live(m, i))
		return;
	box_count(m, r, -1);
	if (r->state & MSG_SIZED)
		r->octets = ROW_NO_OCTETS; /* as the log counts it */
	r->state &= (uint16_t) ~(MSG_SIZED | MSG_NOTED);
	/* until it is known, or given: later than all that was told */
	r->modseq = m->state.highestmodseq + 1;
	image_seal(&m->im, i);
	box_set_state(m, i, 0, MSG_GONE);
	numbers_add(&m->gone, i);
	m->state.changed = true;
}

void
box_set_gone(struct mailbox *m, uint32_t i)
{
	if (!box_is_live(m, i))
		return;
	numbers_add(&m->unlogged, m->im.rows[i].uid);
	box_mark_gone(m, i);
}

/* --- with the lock --------------------------------------------------- */

int
box_begin(struct mailbox *m)
{
	if (m->locked == 0 && !m->cannot_write) {
		if (lock_own(m->md.tmp, &m->lock) == -1)
			return -1;
		follow_look(m);
	}
	if (m->locked == 0)
		m->quota = -1;
	m->locked++;
	return 0;
}

/*
 * A new index of many messages takes as long to write as they take to find,
 * and the answer does not depend on it; but the lock is kept, so that nobody
 * else finds them, too.
 */
bool
box_hold_first(struct mailbox *m)
{
	if (!m->soon || !m->first || m->im.n < LATER_MIN || m->link.fd != -1 ||
	    !m->link.rewrite || m->link.off)
		return false;
	m->state.held = true;
	m->since_ms = clock_mono_ms();
	m->quota = -1;
	return true;
}

/* Above all that STATUS has told since their files were renamed. */
static void
log_batch(struct mailbox *m)
{
	m->batch = false;
	for (size_t k = 0; k < m->edited.n; k++) {
		uint32_t i = m->edited.v[k];

		if (!box_is_live(m, i))
			continue;
		m->im.rows[i].modseq = box_modseq(m);
		image_seal(&m->im, i);
		follow_log_row(m, i);
	}
	m->edited.n = 0;
}

void
box_end(struct mailbox *m)
{
	if (m->locked == 1 && m->batch)
		log_batch(m);
	if (--m->locked > 0 || m->cannot_write)
		return;
	if (m->renamed)
		box_own_cur(m);
	follow_commit(m);
	lock_drop(&m->lock);
}

bool
box_is_unwritable(int error)
{
	return error == EROFS || error == EACCES || error == EPERM;
}

void
box_own_cur(struct mailbox *m)
{
	struct stat st;

	if (fstat(m->md.cur, &st) == 0)
		stamp_own(&m->cur_stamp, &st);
	m->renamed = false;
	m->state.owed = true;
}

void
box_renamed(struct mailbox *m)
{
	m->renamed = m->state.owed = true;
}

void
box_own_keywords(struct mailbox *m)
{
	struct stat st;

	if (fstatat(m->md.dir, "courierimapkeywords", &st,
		AT_SYMLINK_NOFOLLOW) == 0)
		stamp_own(&m->keywords_stamp, &st);
	m->state.owed = true;
}

/* --- a file that has been renamed ------------------------------------ */

struct search {
	struct mailbox *m;
	struct span base;
	struct strbuf found;
};

static bool
same_base(struct span base, const char *name)
{
	size_t len = span_len(base);

	return strncmp(name, base.p, len) == 0 &&
	       (name[len] == '\0' || name[len] == ':');
}

static int
match(void *arg, const char *name, unsigned char type)
{
	struct search *s = arg;

	if (!same_base(s->base, name) ||
	    !maildir_is_file(s->m->md.cur, name, type))
		return 0;
	strbuf_puts(&s->found, name);
	return 1;
}

bool
box_put_name(struct mailbox *m, struct row *r, uint32_t i, struct span name)
{
	unsigned flags = flags_parse(name);
	bool changed = flags != (r->flags & FLAGS_STORED);

	r->state &= (uint16_t)~MSG_IN_NEW;
	r->flags = (uint16_t)flags;
	image_put_name(&m->im, i, name);
	return changed;
}

/* Its name is this one now. */
static void
follow_name(struct mailbox *m, uint32_t i, struct span name)
{
	struct row *r = box_edit(m, i);
	bool same = !box_put_name(m, r, i, name);

	if (m->locked) {
		box_edited(m, i, !same);
		return;
	}
	image_seal(&m->im, i);
	box_count(m, r, 1);
	numbers_add(&m->touched, r->uid);
	m->rescan = m->state.owed = true;
	if (!same)
		box_mark_changed(m, i);
}

/* A second look is for a file that was renamed during the first. */
int
box_relocate(struct mailbox *m, uint32_t i)
{
	struct strbuf base = { 0 };
	struct search s = { .m = m };
	int r = 0;

	if (!box_is_live(m, i)) {
		errno = ESTALE;
		return -1;
	}
	strbuf_cat(&base, box_base(m, i));
	s.base = strbuf_span(&base);
	for (int look = 0; look < 2 && r == 0; look++)
		r = fs_walk(m->md.cur, match, &s);
	if (r == 1)
		follow_name(m, i, strbuf_span(&s.found));
	else if (r == 0)
		box_set_gone(m, i);
	strbuf_clear(&base);
	strbuf_clear(&s.found);
	if (r == 0)
		errno = ESTALE;
	return r == 1 ? 0 : -1;
}

void
box_record_quota(struct mailbox *m)
{
	if (m->quota_bytes != 0 || m->quota_messages != 0)
		quota_record(m->a, m->quota_bytes, m->quota_messages);
	m->quota_bytes = m->quota_messages = 0;
}

struct mailbox *
box_of(const struct account *a, struct span folder)
{
	struct mailbox *m = a->boxes;

	while (m != NULL && !span_eq(strbuf_span(&m->folder), folder))
		m = m->next;
	return m;
}
