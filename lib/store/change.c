/* change.c: flags and keywords of a message, and its end. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/oom.h"
#include "store/box.h"
#include "store/folder.h"
#include "store/follow.h"
#include "store/keywords.h"
#include "store/name.h"
#include "store/quota.h"
#include "store/root.h"
#include "store/sync.h"
#include "store/trash.h"
#include "sys/clock.h"
#include "sys/fs.h"

enum {
	TRIES = 8, /* against others who rename the same file */
	HOLD_MS = 20 /* a burst of changes that others wait for */
};

static int
check_writable(const struct mailbox *m)
{
	if (!m->readonly && !m->cannot_write)
		return 0;
	errno = EROFS;
	return -1;
}

static int
check_live(struct mailbox *m, uint32_t i)
{
	if (box_is_live(m, i))
		return 0;
	errno = ESTALE;
	return -1;
}

/* UNCHANGEDSINCE (RFC 7162 section 3.1.3); to be asked before any change. */
static int
check_unchanged(struct mailbox *m, uint32_t i, const struct flag_change *c)
{
	if (!c->conditional || box_row(m, i)->modseq <= c->unchanged_since)
		return 0;
	errno = ECANCELED;
	return -1;
}

/* --- flags ----------------------------------------------------------- */

static unsigned
new_flags(unsigned now, const struct flag_change *c)
{
	unsigned flags = c->flags & FLAGS_STORED;

	switch (c->op) {
	case FLAG_SET:
		return flags;
	case FLAG_ADD:
		return now | flags;
	case FLAG_REMOVE:
		return now & ~flags;
	}
	return now;
}

static uint64_t
size_of(struct mailbox *m, uint32_t i)
{
	struct span name = span_str(box_name(m, i));
	struct stat st;
	uint64_t size;

	if (maildir_size(name, &size))
		return size;
	if (fstatat(m->md.cur, name.p, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return 0;
	return (uint64_t)st.st_size;
}

/* Asked once for a batch of changes, not for each. */
static bool
keeps_quota(struct mailbox *m)
{
	if (m->quota == -1)
		m->quota = quota_is_kept(m->a);
	return m->quota == 1;
}

/*
 * What is \Deleted does not count (maildirsize(5)): the sign by which usage
 * changes; 0 for not at all.
 */
static int
quota_sign(struct mailbox *m, unsigned was, unsigned is)
{
	if (!((was ^ is) & FLAG_DELETED) || !keeps_quota(m) ||
	    !quota_counts(m->a, strbuf_span(&m->folder)))
		return 0;
	return is & FLAG_DELETED ? -1 : 1;
}

static int
rename_message(struct mailbox *m, uint32_t i, unsigned flags)
{
	unsigned was = box_row(m, i)->flags & FLAGS_STORED;
	int sign = quota_sign(m, was, flags);
	int64_t size = sign != 0 ? (int64_t)size_of(m, i) : 0;
	struct strbuf to = { 0 };
	struct row *row;
	int r = -1;

	if (sign > 0 && quota_check(m->a, m->quota_bytes + size,
			    m->quota_messages + 1) == -1)
		return -1;
	flags_name(span_str(box_name(m, i)), flags, &to);
	if (to.len > NAME_LEN)
		errno = ENAMETOOLONG;
	else
		r = fs_rename_new(m->md.cur, box_name(m, i), m->md.cur, to.p);
	if (r == 0) {
		row = box_edit(m, i);
		row->flags = (uint16_t)flags;
		image_put_name(&m->im, i, strbuf_span(&to));
		box_edited(m, i, false);
		box_renamed(m);
		m->quota_bytes += sign * size; /* one line for a burst */
		m->quota_messages += sign;
	}
	strbuf_clear(&to);
	return r;
}

static int
store_flags(
    struct mailbox *m, uint32_t i, const struct flag_change *c, bool *did)
{
	for (int tries = 0; tries < TRIES; tries++) {
		unsigned now = box_row(m, i)->flags & FLAGS_STORED;
		unsigned flags = new_flags(now, c);

		if (check_unchanged(m, i, c) == -1)
			return -1;
		if (flags == now)
			return 0;
		if (rename_message(m, i, flags) == 0) {
			*did = true;
			return 0;
		}
		if (errno == ENOENT && box_relocate(m, i) == 0)
			continue;
		if (errno != EEXIST)
			return -1;
		/* two files of one base: a scan parts them */
		stamp_forget(&m->cur_stamp);
		if (sync_box(m) == -1 || check_live(m, i) == -1)
			return -1;
	}
	errno = EBUSY;
	return -1;
}

/* --- keywords -------------------------------------------------------- */

/* Append those of the list that are (or are not) in v[0..n-1]. */
static size_t
filter(struct kwlist l, const uint32_t *v, size_t n, uint32_t *out)
{
	size_t kept = 0, j = 0;

	for (size_t i = 0; i < l.n; i++) {
		while (j < n && v[j] < l.v[i])
			j++;
		if (j == n || v[j] != l.v[i])
			out[kept++] = l.v[i];
	}
	return kept;
}

static uint32_t
new_set(struct mailbox *m, uint32_t now, const struct flag_change *c)
{
	struct kwlist l = kwset_list(&m->keywords, now);
	uint32_t *v, id;
	size_t n = 0;

	if ((v = malloc((l.n + c->nkeywords + 1) * sizeof *v)) == NULL)
		oom();
	if (c->op != FLAG_SET)
		n = filter(l, c->keywords, c->nkeywords, v);
	if (c->op != FLAG_REMOVE && c->nkeywords > 0) {
		memcpy(v + n, c->keywords, c->nkeywords * sizeof *v);
		n += c->nkeywords;
	}
	id = kwset_set(&m->keywords, v, n);
	free(v);
	return id;
}

/* Others may have changed keywords since they were read. */
static int
refresh(struct mailbox *m, uint32_t i)
{
	struct stat st;
	bool none = fstatat(m->md.dir, "courierimapkeywords", &st,
			AT_SYMLINK_NOFOLLOW) == -1;

	if (!stamp_has_moved(&m->keywords_stamp, none ? NULL : &st))
		return 0;
	return sync_box(m) == -1 ? -1 : check_live(m, i);
}

static void
put_keywords(struct mailbox *m, uint32_t i, uint32_t id, bool tell)
{
	if (box_keywords(m, i) == id)
		return;
	(void)box_edit(m, i);
	box_put_keywords(m, i, id);
	box_edited(m, i, tell);
}

/* Somebody's change is pending: take it into account. */
static int
meet_pending(struct mailbox *m, uint32_t i, const struct keywords_update *u)
{
	uint32_t pending;

	if (keywords_pending(u, &pending) == 0) {
		put_keywords(m, i, pending, true);
		return 0;
	}
	if (errno != ENOENT)
		return -1;
	/* it has been consolidated at this moment */
	stamp_forget(&m->keywords_stamp);
	return refresh(m, i);
}

static int
store_keywords(
    struct mailbox *m, uint32_t i, const struct flag_change *c, bool *did)
{
	struct strbuf base = { 0 };
	struct keywords_update u = {
		.a = m->a, .md = &m->md, .set = &m->keywords
	};
	int r = refresh(m, i);

	strbuf_cat(&base, box_base(m, i));
	u.base = strbuf_span(&base);
	u.step = m->keywords_found.step;
	for (int tries = 0; r == 0 && tries < TRIES; tries++) {
		uint32_t id = new_set(m, box_keywords(m, i), c);

		if (!*did && (r = check_unchanged(m, i, c)) == -1)
			break;
		if (id == box_keywords(m, i))
			break;
		if ((r = keywords_write(&u, id)) == 0) {
			put_keywords(m, i, id, false);
			*did = true;
			box_own_keywords(m);
			break;
		}
		if (errno == EEXIST)
			r = meet_pending(m, i, &u);
	}
	strbuf_clear(&base);
	return r;
}

static int
store_one(
    struct mailbox *m, uint32_t i, const struct flag_change *c, bool *changed)
{
	bool did = false, keywords = c->nkeywords > 0;
	int r;

	if (check_live(m, i) == -1)
		return -1;
	if (c->op == FLAG_SET && box_keywords(m, i) != 0)
		keywords = true;
	if (c->conditional && keywords && refresh(m, i) == -1)
		return -1; /* before the flags are changed */
	r = store_flags(m, i, c, &did);
	if (r == 0 && keywords && m->a->conf->keywords != 0)
		r = store_keywords(m, i, c, &did);
	if (r == 0)
		*changed = did;
	return r;
}

int
mailbox_store(
    struct mailbox *m, uint32_t seq, const struct flag_change *c, bool *changed)
{
	int r;

	if (check_writable(m) == -1 || box_begin(m) == -1)
		return -1;
	r = store_one(m, box_place(m, seq), c, changed);
	box_end(m);
	return r;
}

/* --- many changes ---------------------------------------------------- */

/*
 * Lock, a look at the index, its new end and a stat of cur cost as much as the
 * rename that a STORE is; clients send many STOREs one after the other.  So
 * the lock is kept while the next one comes at once, and the rest is done when
 * none does.  Others see renamed files before the index tells of them, as they
 * did before, and wait for the lock rather than scan.
 *
 * STATUS of another session may have told the time as HIGHESTMODSEQ in
 * between: what is logged gets its mod-sequences at the end, above that.  A
 * client that was told of earlier ones could not be served so: no holding.
 *
 * A process that ends while it holds loses no more than one that ends between
 * rename and log: the stamp of cur is another, and the next look scans.
 *
 * Rejected: to log later without the lock (everybody else would scan cur
 * meanwhile, and find new mod-sequences for the same changes).
 */

int
mailbox_begin(struct mailbox *m)
{
	if (check_writable(m) == -1)
		return -1;
	if (m->state.held) {
		m->state.held = false;
		m->batch = true;
		return 0;
	}
	if (box_begin(m) == -1)
		return -1;
	m->batch = true;
	if (m->locked == 1)
		m->since_ms = clock_mono_ms();
	return 0;
}

void
mailbox_end(struct mailbox *m)
{
	box_end(m);
}

void
mailbox_hold(struct mailbox *m)
{
	m->state.held =
	    m->locked == 1 && clock_mono_ms() - m->since_ms < HOLD_MS;
	if (!m->state.held)
		box_end(m);
}

void
mailbox_release(struct mailbox *m)
{
	if (!m->state.held)
		return;
	m->state.held = false;
	box_end(m);
	follow_catch_up(m); /* mailbox_forget() could not */
}

/* --- the end --------------------------------------------------------- */

static bool
goes_to_trash(struct mailbox *m, uint32_t i)
{
	const struct store_conf *c = m->a->conf;

	return c->expunge_to_trash && c->trash != NULL &&
	       !(box_row(m, i)->state & MSG_COPIED) &&
	       !span_is(strbuf_span(&m->folder), c->trash);
}

/* Where the file is, for the log. */
static void
put_path(struct span dir, struct span name, struct strbuf *out)
{
	if (!span_is(dir, ".")) {
		strbuf_cat(out, dir);
		strbuf_putc(out, '/');
	}
	strbuf_puts(out, "cur/");
	strbuf_cat(out, name);
}

/*
 * What was \Deleted did not count for the quota, and a Trash of another name
 * does (maildirsize(5)).
 */
static void
count_in_trash(struct mailbox *m, uint64_t size)
{
	if (!quota_counts(m->a, span_str(m->a->conf->trash)))
		return;
	m->quota_bytes += (int64_t)size;
	m->quota_messages++;
}

static int
trash_file(struct mailbox *m, uint32_t i, struct strbuf *to)
{
	if (m->trash.dir == -1 && trash_open(m->a, &m->trash) == -1)
		return -1;
	return trash_put(m->a, m->md.cur, box_name(m, i), &m->trash, to);
}

static void
tell(struct mailbox *m, uint32_t i, struct span new_name)
{
	const struct store_conf *c = m->a->conf;
	struct strbuf was = { 0 }, is = { 0 }, dir = { 0 };

	if (!c->log_deletions || c->on_expunge == NULL)
		return;
	put_path(strbuf_span(&m->dirname), span_str(box_name(m, i)), &was);
	if (new_name.p < new_name.end &&
	    name_to_dir(m->a, span_str(c->trash), &dir))
		put_path(strbuf_span(&dir), new_name, &is);
	strbuf_clear(&dir);
	c->on_expunge(c->arg, strbuf_span(&was), strbuf_span(&is));
	strbuf_clear(&was);
	strbuf_clear(&is);
}

/* The name that goes has T in it, so nobody can have taken the flag away. */
static int
end_message(struct mailbox *m, uint32_t i)
{
	struct strbuf to = { 0 };
	uint64_t size;
	int r;

	if (goes_to_trash(m, i)) {
		size = size_of(m, i);
		r = trash_file(m, i, &to);
		if (r == 0)
			count_in_trash(m, size);
	} else {
		r = unlinkat(m->md.cur, box_name(m, i), 0);
	}
	if (r == 0)
		tell(m, i, strbuf_span(&to));
	strbuf_clear(&to);
	return r;
}

int
mailbox_expunge(struct mailbox *m, uint32_t seq)
{
	uint32_t i = box_place(m, seq);

	if (check_writable(m) == -1)
		return -1;
	for (int tries = 0; tries < TRIES; tries++) {
		if (!box_is_live(m, i) ||
		    !(box_row(m, i)->flags & FLAG_DELETED))
			return 0;
		if (end_message(m, i) == 0) {
			box_set_gone(m, i);
			return 0;
		}
		if (errno != ENOENT)
			return -1;
		if (box_relocate(m, i) == -1 && errno != ESTALE)
			return -1;
	}
	errno = EBUSY;
	return -1;
}

/* What went to Trash must be on disk there before it can be lost here. */
int
mailbox_expunge_end(struct mailbox *m)
{
	int r = 0;

	/* without the lock the next look does it */
	if (m->unlogged.n > 0 && box_begin(m) == 0) {
		box_own_cur(m);
		box_end(m);
	}
	box_record_quota(m);
	if (m->trash.dir != -1)
		r = fs_sync_dir(m->trash.cur);
	maildir_close(&m->trash);
	return r;
}

void
mailbox_note_copied(struct mailbox *m, uint32_t seq)
{
	box_set_state(m, box_place(m, seq), 0, MSG_COPIED);
}
