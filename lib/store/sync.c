/*
 * sync.c: bring what is known of a folder up to date with the disk.
 *
 * A Maildir has no master.  While we look, others deliver into new, move files
 * to cur, rename them to change flags, remove them, and give UIDs; most of
 * them take no lock.  What follows are the problems that this makes, and what
 * was chosen.  (scan.c reads the directories, uids.c gives and stores UIDs.)
 *
 * 1. Which look is needed?
 *   A NOOP must not read a directory of 100,000 names.  So cur, new, the
 *   keywords' directory and courierimapuiddb are compared with what stat()
 *   said when they were read last (stamp.c); nothing changed, nothing is read,
 *   and no lock is taken.  Time stamps have a grain: what is read within it
 *   of the last change is read again at the next look.  "Now" is the mtime of
 *   a file just made in tmp (the lock's own), since the clock of the file
 *   server counts, not ours.
 *   courierimapuiddb needs no grain: every change that matters changes its
 *   size or its inode.
 *
 * 2. Our own changes move the times, too.
 *   A STORE renames in cur, and another program may have delivered there
 *   just before: the new time cannot be called clean.  Reading cur after each
 *   STORE would make a thousand of them quadratic.  So the time after an own
 *   change is kept as "owed": as long as it is the one we left, nothing is
 *   read; once it has been quiet for 25 ms, or after two seconds of unrest,
 *   one scan pays for all of them.  A session makes it while it waits for a
 *   command, so that nobody waits for it, nor it for a lock.  new has its own
 *   stamp, so mail that arrives during a burst of STOREs is seen at once.
 *
 * 3. readdir() can miss a file that is renamed while it runs, and can show it
 *   under both names.
 *   A file that is missing is not gone until a pass over a directory that
 *   did not change has missed it, or several passes have (scan_cur()).
 *   That holds for messages we show and for entries of courierimapuiddb
 *   alike: an entry that is dropped too early gives its message a new UID.
 *   Two names of one base count as two files only if both exist at one moment
 *   (both_exist()).  Then one gets a new base, and is a message of its own.
 *
 * 4. Two who find the same new message.
 *   UIDs are given under the folder's lock, and are on disk before the lock
 *   goes (uiddb.c).  What was read before the lock was taken is looked at
 *   again after it.
 *
 * 5. The file disagrees with what we have shown.
 *   An entry for a message of ours is missing: it is written again, the
 *   client knows that UID.  It has a higher UID there: somebody else has told
 *   another client so; the old one is expunged here and the new one appears.
 *   A lower one: ours stays, theirs is left out of the file.  A UID stands
 *   there twice, or is not above all that were shown, though its message was
 *   not: that message gets a new one.  The whole file is gone: it is written
 *   from memory.  Another UIDVALIDITY: all we know is void, the session's
 *   view ends (ENOENT).
 *
 * 6. UIDs cannot be stored.
 *   The disk is full: messages that have no UID yet are not shown until they
 *   can have one; the others are, so that the user can make room.  (Courier
 *   shows UIDs which the next session gives to other messages.)
 *   The tree is read-only: UIDs that stand there are used if every message
 *   has one.  Otherwise the session numbers for itself, with a UIDVALIDITY
 *   of its own, and says so (UIDNOTSTICKY).
 *
 * 7. EXAMINE
 *   does all this as SELECT does.  A UID once shown must last, and what is in
 *   new cannot be shown under a name that lasts.
 *
 * 8. Keywords
 *   may be consolidated only by one who knows every message of the folder,
 *   since lines of others are dropped: reading them goes with reading cur, in
 *   this order, under the lock.  Files of messages that are not there yet
 *   are remembered (keywords_found), and read again when some arrive.
 *
 * 9. The folder is removed, or renamed and another put in its place.
 *   We hold its directories open and would not notice.  Each look compares
 *   the directory with the one that has the name now.
 *
 * 10. A message that comes back
 *   (a backup, a MOVE there and back by another program) with a base whose
 *   expunge was told: it is a new message with a new UID.  RFC 9051 wants
 *   UIDs to rise in a session; a lower one could not be shown.
 *
 * Rejected: the local clock with a margin of seconds (two sessions on one
 * folder would scan it for ever); trusting inotify to tell what changed
 * (queues overflow, NFS tells nothing, and nobody watches between sessions);
 * locking cur against deliveries (nobody else would take the lock); leaving
 * new alone until a scan of cur is due (a delivery would cost O(n)).
 */
#include "store/sync.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/oom.h"
#include "store/follow.h"
#include "store/keywords.h"
#include "store/lock.h"
#include "store/root.h"
#include "store/scan.h"
#include "store/uids.h"
#include "sys/clock.h"
#include "sys/fs.h"

/* What stat says of the four things that a scan reads; ino 0: nothing. */
struct look {
	struct stat cur, new, db, keywords;
	bool cur_due, new_due, db_due, keywords_due;
};

static const struct stat *
or_null(const struct stat *st)
{
	return st->st_ino != 0 ? st : NULL;
}

/* -1 where it cannot be told; what is not there has no inode. */
static int
stat_entry(int dir, const char *name, struct stat *st)
{
	if (fstatat(dir, name, st, AT_SYMLINK_NOFOLLOW) == 0)
		return 0;
	*st = (struct stat){ .st_ino = 0 };
	return errno == ENOENT ? 0 : -1;
}

/*
 * Whether the directory is no longer the one that has the folder's name: 1,
 * 0, or -1 where it cannot be told.
 */
static int
is_lost(struct mailbox *m)
{
	struct stat here, there;

	if (fstat(m->md.dir, &here) == -1)
		return errno == ESTALE ? 1 : -1;
	if (here.st_nlink == 0)
		return 1;
	if (m->folder.len == 0)
		return 0;
	if (stat_entry(m->a->fd, m->dirname.p, &there) == -1)
		return -1;
	return there.st_ino != here.st_ino || there.st_dev != here.st_dev;
}

static void
lose(struct mailbox *m)
{
	m->lost = true;
	for (uint32_t i = 0; i < m->im.n; i++)
		box_mark_gone(m, i);
	errno = ENOENT;
}

static int
look(struct mailbox *m, struct look *l)
{
	int lost = m->lost ? 1 : is_lost(m);

	if (lost == 1)
		lose(m);
	if (lost != 0 || fstat(m->md.cur, &l->cur) == -1 ||
	    fstat(m->md.new, &l->new) == -1 ||
	    stat_entry(m->md.dir, "courierimapuiddb", &l->db) == -1 ||
	    stat_entry(m->md.dir, "courierimapkeywords", &l->keywords) == -1)
		return -1;
	l->cur_due = stamp_is_due(&m->cur_stamp, &l->cur);
	l->new_due = stamp_is_due(&m->new_stamp, &l->new);
	l->db_due =
	    m->state.sticky && stamp_is_due(&m->db_stamp, or_null(&l->db));
	l->keywords_due =
	    m->a->conf->keywords != 0 &&
	    stamp_is_due(&m->keywords_stamp, or_null(&l->keywords));
	l->cur_due |= m->rescan;
	return 0;
}

static bool
is_due(const struct look *l)
{
	return l->cur_due || l->new_due || l->db_due || l->keywords_due;
}

/* --- new messages ---------------------------------------------------- */

static void
add_message(struct scan *s, const struct found *f, const struct strbuf *names,
    uint64_t modseq)
{
	struct mailbox *m = s->m;
	bool own = f->uid >= m->own_first && f->uid <= m->own_last;
	uint32_t i = box_add_found(m, f, names, modseq);
	struct row *r = &m->im.rows[i];

	if (f->recent || (own && m->own_first != 0))
		box_set_recent(m, f->uid);
	if (f->in_new)
		r->state |= MSG_IN_NEW;
	if (!m->first)
		r->saved = (uint32_t)clock_now();
	if (f->place != 0 && f->place <= s->order.listed.n)
		s->order.listed.v[f->place - 1] = i;
	box_added(m, i);
}

/* What was found becomes messages, in the order of UIDs. */
static void
add_found(struct scan *s)
{
	struct mailbox *m = s->m;
	uint64_t modseq = s->n > 0 ? box_modseq(m) : 0;
	const struct strbuf *names = &s->names;

	if (m->im.n == 0 && m->im.heap_len == 0) { /* all of them come now */
		image_take_names(&m->im, &s->names);
		image_room(&m->im, (uint32_t)s->n);
		names = &m->im.names;
	}
	for (size_t i = 0; i < s->n; i++)
		if (s->found[i].seen != 0)
			add_message(s, &s->found[i], names, modseq);
	if (m->state.uidnext < m->db.uidnext)
		m->state.uidnext = m->db.uidnext;
	if (m->state.uidnext <= m->maxuid)
		m->state.uidnext = m->maxuid + 1;
}

/* --- keywords -------------------------------------------------------- */

/* Most folders have no keywords: nothing is entered for those. */
static uint32_t
find_message(void *arg, struct span base)
{
	struct scan *s = arg;
	uint32_t number;

	if (!s->complete)
		scan_enter_messages(s);
	s->complete = true;
	number = scan_find(s, base);
	return number < s->count ? number : s->count;
}

static struct span
base_of(void *arg, uint32_t i)
{
	const struct scan *s = arg;

	return box_base(s->m, i);
}

/* Those from fresh on are new: they have not been shown without. */
static void
put_keywords(struct scan *s, const uint32_t *sets, uint32_t fresh)
{
	struct mailbox *m = s->m;

	for (uint32_t i = 0; i < m->im.n; i++) {
		if (sets[i] == 0 && m->im.rows[i].keywords == 0)
			continue;
		if (!box_is_live(m, i) || box_keywords(m, i) == sets[i])
			continue;
		if (i >= fresh) {
			box_put_keywords(m, i, sets[i]);
			image_seal(&m->im, i);
			follow_log_row(m, i);
			continue;
		}
		(void)box_edit(m, i);
		box_put_keywords(m, i, sets[i]);
		box_edited(m, i, true);
	}
}

static int
read_keywords(struct scan *s, const struct look *l)
{
	struct mailbox *m = s->m;
	struct keywords_load load = { m->a, &m->md, &m->keywords, s->may_write,
		find_message, base_of, s, m->im.n };
	size_t names = m->keywords.nnames;
	uint32_t *sets, known = s->count;
	struct stat st;
	int r;

	sets = malloc(((size_t)m->im.n + 1) * sizeof *sets);
	if (sets == NULL)
		oom();
	s->complete = false; /* those that have come since */
	r = keywords_load(&load, sets, &m->keywords_found);
	if (r == 0)
		put_keywords(s, sets, known);
	free(sets);
	if (m->keywords.nnames > names)
		m->state.keywords_new = true;
	if (r == -1)
		return -1;
	stamp_read(&m->keywords_stamp, or_null(&l->keywords), s->now);
	(void)stat_entry(m->md.dir, "courierimapkeywords", &st);
	if (st.st_mtim.tv_nsec != l->keywords.st_mtim.tv_nsec ||
	    st.st_mtim.tv_sec != l->keywords.st_mtim.tv_sec)
		stamp_own(&m->keywords_stamp, &st);
	if (m->keywords_found.unread)
		stamp_forget(&m->keywords_stamp);
	return 0;
}

/* --- a scan ---------------------------------------------------------- */

static bool
lacks_entry(const struct scan *s)
{
	for (uint32_t i = 0; i < s->count; i++)
		if (box_is_live(s->m, i) && !s->stored[i])
			return true;
	return false;
}

static int
load_db(struct scan *s)
{
	struct mailbox *m = s->m;
	struct uiddb *db = &m->db;
	bool first = m->state.uidvalidity == 0;

	if (uiddb_load(m->md.dir, db, scan_entry, s) == -1)
		return -1;
	if (first)
		return 0;
	if (m->first) { /* the index is no truth */
		s->odd |= db->uidvalidity != m->state.uidvalidity ||
			  db->uidnext < m->state.uidnext || lacks_entry(s);
		return 0;
	}
	if (db->uidvalidity != 0 && db->uidvalidity != m->state.uidvalidity) {
		lose(m);
		return -1;
	}
	/* somebody has removed it, or numbered from lower on: we know better */
	if (db->uidvalidity == 0 || db->uidnext < m->state.uidnext) {
		db->uidvalidity = m->state.uidvalidity;
		db->uidnext = m->state.uidnext;
		s->messy = true;
	}
	return 0;
}

static int
read_disk(struct scan *s, const struct look *l, bool *loaded)
{
	if (*loaded && load_db(s) == -1)
		return -1;
	if (s->m->first && s->odd)
		return 0;
	if (s->whole && scan_cur(s) == -1)
		return -1;
	/* who moved them here may have given them UIDs, too */
	if (!*loaded && s->m->state.sticky && uids_are_lacking(s)) {
		*loaded = true;
		if (load_db(s) == -1)
			return -1;
	}
	return l->new_due || s->whole ? scan_new(s) : 0;
}

/*
 * UIDs that cannot be stored are shown in one case only: when there are no
 * stored ones that would be contradicted.
 */
static bool
is_for_session_only(const struct scan *s)
{
	const struct mailbox *m = s->m;

	if (m->state.uidvalidity != 0)
		return !m->state.sticky;
	if (s->may_write)
		return false;
	return m->db.uidvalidity == 0 ||
	       (m->cannot_write && uids_are_lacking(s));
}

static void
stamp_dirs(struct scan *s, const struct look *l)
{
	struct mailbox *m = s->m;
	struct stat st;

	if (s->whole) {
		stamp_read(&m->cur_stamp, &l->cur, s->now);
		m->rescan = false;
	}
	if (s->whole || l->new_due)
		stamp_read(&m->new_stamp, &l->new, s->now);
	if (s->moved) {
		box_own_cur(m);
		if (fstat(m->md.new, &st) == 0)
			stamp_own(&m->new_stamp, &st);
	}
	if (s->left) /* a full disk, say: tried again at the next look */
		stamp_forget(&m->new_stamp);
}

/* Every change of the file that matters shows in its size or inode. */
static void
stamp_db(struct scan *s, const struct look *l)
{
	struct stat st = l->db;

	if (s->may_write)
		(void)stat_entry(s->m->md.dir, "courierimapuiddb", &st);
	stamp_read(&s->m->db_stamp, or_null(&st), INT64_MAX);
}

static void
number(struct scan *s, const struct look *l, bool loaded)
{
	struct mailbox *m = s->m;

	if (!is_for_session_only(s)) {
		if (uids_store(s, loaded) == 0) {
			stamp_db(s, l);
		} else if (!m->cannot_write) {
			/* tried again at the next look */
			stamp_forget(&m->cur_stamp);
			stamp_forget(&m->new_stamp);
			stamp_forget(&m->db_stamp);
		}
		if (m->db.uidvalidity != 0) {
			m->state.uidvalidity = m->db.uidvalidity;
			return;
		}
		/* no room for a first file: show what was not stored */
		for (size_t i = 0; i < s->n; i++)
			s->found[i].seen = 1;
	}
	m->state.sticky = false;
	follow_detach(m);
	uids_of_session(s);
}

/*
 * A look at the disk, l being what was seen before.  Other: what the index
 * told is not what courierimapuiddb says, and nothing was done.
 */
static int
scan_box(struct mailbox *m, const struct look *l, int64_t now, bool *other)
{
	bool loaded = l->db_due || m->state.uidvalidity == 0;
	bool keywords = l->keywords_due || m->keywords_found.orphans;
	struct scan s;
	int r;

	scan_init(&s, m, loaded || l->cur_due || keywords, now);
	r = read_disk(&s, l, &loaded);
	if (m->state.damaged) {
		errno = EBADMSG; /* what was found is not new, but not known */
		r = -1;
	}
	*other = r == 0 && m->first && s.odd && m->state.uidvalidity != 0;
	if (r == 0 && !*other) {
		stamp_dirs(&s, l);
		if (loaded)
			stamp_db(&s, l);
		number(&s, l, loaded);
		add_found(&s);
		numbers_clear(&m->listed);
		m->listed = s.order.listed;
		s.order.listed = (struct numbers){ .n = 0 };
		if (keywords)
			r = read_keywords(&s, l);
	}
	scan_clear(&s);
	return r;
}

/* Whether somebody has changed something, and not only we. */
static bool
is_other(const struct mailbox *m, const struct look *l)
{
	return stamp_is_other(&m->cur_stamp, &l->cur) ||
	       stamp_is_other(&m->new_stamp, &l->new) ||
	       stamp_is_other(&m->db_stamp, or_null(&l->db)) ||
	       stamp_is_other(&m->keywords_stamp, or_null(&l->keywords));
}

/*
 * STATUS has told the time where it saw what is_other() sees: no less may be
 * said now, even if all is as it was.
 */
static int
scan_other(struct mailbox *m, const struct look *l, int64_t now, bool *other)
{
	bool changed = is_other(m, l);
	uint64_t modseq = m->state.highestmodseq;
	int r = scan_box(m, l, now, other);

	if (r == 0 && changed && m->state.highestmodseq == modseq)
		(void)box_modseq(m);
	return r;
}

/* What is known must be from after the lock was taken. */
static int
scan_again(struct mailbox *m, int64_t now)
{
	struct look l;
	bool other;
	int r;

	if (look(m, &l) == -1)
		return -1;
	if (!is_due(&l))
		return 0;
	r = scan_other(m, &l, now, &other);
	if (r == -1 || !other)
		return r;
	follow_reset(m);
	if (look(m, &l) == -1)
		return -1;
	return scan_other(m, &l, now, &other);
}

/* Nothing can be written: what is seen is true for this session. */
static int
scan_unlocked(struct mailbox *m)
{
	int r;

	follow_detach(m);
	r = scan_again(m, 0);
	follow_commit(m);
	return r;
}

static int
lock_of(struct mailbox *m)
{
	return m->hasty ? lock_try(m->a, m->md.tmp, &m->lock)
			: lock_take(m->a, m->md.tmp, &m->lock);
}

static int
scan_locked(struct mailbox *m)
{
	int r;

	if (m->locked > 0) {
		if (m->lock.now == 0 && lock_raise(m->a, &m->lock) == -1)
			return -1;
		return scan_again(m, m->lock.now);
	}
	r = m->cannot_write ? -1 : lock_of(m);
	if (r == -1 && (m->cannot_write || box_is_unwritable(errno))) {
		m->cannot_write = true;
		return scan_unlocked(m);
	}
	if (r == -1 && (errno == ENOSPC || errno == EDQUOT))
		return scan_unlocked(m);
	if (r == -1)
		return -1;
	m->locked++;
	if (m->first)
		follow_open_again(m);
	else
		follow_look(m);
	r = scan_again(m, m->lock.now);
	if (r == 0 && box_hold_first(m))
		return 0;
	m->locked--;
	follow_commit(m);
	lock_drop(&m->lock);
	return r;
}

int
sync_box(struct mailbox *m)
{
	struct look l;
	int r;

	box_record_quota(m);
	if (m->renamed)
		box_own_cur(m);
	if (m->locked == 0) {
		follow_look(m);
		m->link.at_end = false; /* the lock is not held */
	}
	if ((r = look(m, &l)) == 0 && is_due(&l))
		r = scan_locked(m);
	m->state.owed = stamp_is_open(&m->cur_stamp) ||
			stamp_is_open(&m->new_stamp) ||
			stamp_is_open(&m->keywords_stamp);
	return r;
}
