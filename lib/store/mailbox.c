/* mailbox.c: a folder as a numbered sequence of messages. */
#include "store/mailbox.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/oom.h"
#include "store/box.h"
#include "store/cachedir.h"
#include "store/follow.h"
#include "store/name.h"
#include "store/root.h"
#include "store/sync.h"
#include "sys/fs.h"
#include "sys/watch.h"

/*
 * Programs that deliver look for it to find the account's quota (
 * satchel-maildir(7)).
 */
static void
mark_folder(const struct mailbox *m)
{
	struct stat st;
	int fd;

	if (m->folder.len == 0 ||
	    fstatat(m->md.dir, "maildirfolder", &st, AT_SYMLINK_NOFOLLOW) == 0)
		return;
	fd = fs_create(m->md.dir, "maildirfolder", 0600);
	if (fd != -1)
		(void)close(fd); /* empty */
}

static void
unlink_box(struct mailbox *m)
{
	struct mailbox **at = &m->a->boxes;

	while (*at != NULL && *at != m)
		at = &(*at)->next;
	if (*at == m)
		*at = m->next;
}

/* An index that turns out to be garbage is as good as none. */
static int
first_look(struct mailbox *m)
{
	int r = sync_box(m);

	if (!m->state.damaged)
		return r;
	m->state.damaged = m->lost = false;
	follow_reset(m);
	return sync_box(m);
}

/* What the first look found is no change to anybody. */
static void
begin(struct mailbox *m)
{
	m->first = false;
	for (uint32_t i = 0; i < m->im.n && m->nchanged > 0; i++) {
		if (!(box_row(m, i)->state & MSG_CHANGED))
			continue;
		box_set_state(m, i, MSG_CHANGED, 0);
		m->nchanged--;
	}
	(void)mailbox_forget(m, 0, NULL, NULL);
	m->state.keywords_new = false;
}

static int
open_box(struct account *a, struct span folder, bool readonly, bool soon,
    struct mailbox **out)
{
	struct mailbox *m = calloc(1, sizeof *m);

	if (m == NULL)
		oom();
	m->a = a;
	m->readonly = readonly;
	m->soon = soon;
	m->md = m->trash = (struct maildir){ -1, -1, -1, -1 };
	m->link.fd = m->caches = -1;
	m->state.sticky = true;
	strbuf_cat(&m->folder, folder);
	if (maildir_open(a, folder, &m->md) == -1)
		goto close_box;
	(void)name_to_dir(a, folder, &m->dirname); /* it was opened by it */
	m->caches = cachedir_folder(a, m->dirname.p, m->md.dir);
	mark_folder(m);
	maildir_clean_tmp(m->md.tmp);
	follow_open(m);
	if (first_look(m) == -1)
		goto close_box;
	begin(m);
	m->next = a->boxes;
	a->boxes = m;
	*out = m;
	return 0;
close_box:
	mailbox_close(m);
	return -1;
}

int
mailbox_open(
    struct account *a, struct span folder, bool readonly, struct mailbox **out)
{
	return open_box(a, folder, readonly, false, out);
}

int
mailbox_open_soon(
    struct account *a, struct span folder, bool readonly, struct mailbox **out)
{
	return open_box(a, folder, readonly, true, out);
}

/*
 * Whether what was lent last is of this folder, and its index stands beside
 * the messages: as long as it is open no other directory has its number.
 */
static bool
is_lent(const struct mailbox *m, struct span folder, const struct maildir *md)
{
	struct stat was, is;

	return m != NULL && span_eq(strbuf_span(&m->folder), folder) &&
	       fstat(m->caches, &was) == 0 && fstat(md->dir, &is) == 0 &&
	       was.st_ino == is.st_ino && was.st_dev == is.st_dev;
}

struct mailbox *
box_borrow(struct account *a, struct span folder, const struct maildir *md)
{
	struct mailbox *m = a->lent;

	a->lent = NULL;
	if (is_lent(m, folder, md)) {
		m->md = *md;
		return m;
	}
	mailbox_close(m);
	m = calloc(1, sizeof *m);

	if (m == NULL)
		oom();
	m->a = a;
	m->md = *md;
	m->link.fd = m->caches = -1;
	m->trash = (struct maildir){ -1, -1, -1, -1 };
	m->state.sticky = true;
	strbuf_cat(&m->folder, folder);
	if (name_to_dir(a, folder, &m->dirname)) {
		m->caches = cachedir_folder(a, m->dirname.p, md->dir);
		if (follow_open_known(m) == 0)
			return m;
	}
	m->link.off = true;
	box_return(m);
	return NULL;
}

/* Messages come one after the other: one that is in order is kept. */
void
box_return(struct mailbox *m)
{
	const struct index_link *l = &m->link;

	m->md = (struct maildir){ -1, -1, -1, -1 }; /* the caller's */
	if (l->fd == -1 || l->off || l->rewrite || l->other || m->rescan ||
	    m->state.damaged || m->gone.n > 0)
		mailbox_close(m);
	else
		m->a->lent = m;
}

void
mailbox_close(struct mailbox *m)
{
	int saved = errno;

	if (m == NULL)
		return;
	mailbox_release(m);
	unlink_box(m);
	box_record_quota(m);
	if (m->watch != NULL)
		watch_close(m->watch);
	if (m->caches != -1)
		fs_close(m->caches);
	maildir_close(&m->md);
	maildir_close(&m->trash);
	kwset_clear(&m->keywords);
	strbuf_clear(&m->folder);
	strbuf_clear(&m->dirname);
	known_clear(m);
	follow_close(m);
	free(m);
	errno = saved;
}

struct span
mailbox_folder(const struct mailbox *m)
{
	return strbuf_span(&m->folder);
}

bool
mailbox_is_readonly(const struct mailbox *m)
{
	return m->readonly || m->cannot_write;
}

struct mailbox_state *
mailbox_state(struct mailbox *m)
{
	return &m->state;
}

void
mailbox_resume(struct mailbox *m)
{
	m->im.sound = 0;
}

struct message
mailbox_message(struct mailbox *m, uint32_t seq)
{
	uint32_t i = box_place(m, seq);
	const struct row *r = box_row(m, i);
	struct message msg = { .uid = r->uid,
		.keywords = r->keywords == 0 ? 0 : box_keywords(m, i),
		.flags = r->flags & FLAGS_STORED,
		.state = r->state & (MSG_CHANGED | MSG_GONE),
		.modseq = r->modseq,
		.date = r->date, /* what is not known is the same for both */
		.octets = r->octets };

	if (m->recent.n > 0 && box_is_recent(m, r->uid))
		msg.flags |= FLAG_RECENT;
	return msg;
}

void
mailbox_told(struct mailbox *m, uint32_t seq)
{
	uint32_t i = box_place(m, seq);

	if (!(box_row(m, i)->state & MSG_CHANGED))
		return;
	box_set_state(m, i, MSG_CHANGED, 0);
	m->nchanged--;
	m->state.changed = m->nchanged > 0 || m->gone.n > 0;
}

/* The seq of row i, or of the first behind it that has one. */
static uint32_t
number_of(const struct mailbox *m, uint32_t i)
{
	return i + 1 - (uint32_t)numbers_below(&m->im.holes, i);
}

uint32_t
mailbox_recent(struct mailbox *m, uint32_t from, uint32_t to)
{
	const struct numbers *r = &m->recent;
	uint32_t n = 0, lo, hi;

	for (size_t k = 0; k < r->n; k += 2) {
		lo = number_of(m, box_find(m, r->v[k]));
		hi = number_of(m, box_find(m, r->v[k + 1] + 1));
		lo = lo > from ? lo : from;
		hi = hi <= to ? hi : to + 1;
		n += hi > lo ? hi - lo : 0;
	}
	return n;
}

uint32_t
mailbox_first_unseen(struct mailbox *m)
{
	uint32_t i;

	if (m->counts.unseen == 0)
		return 0;
	i = box_find(m, m->counts.first_unseen);
	while (i < m->im.n &&
	       (!box_is_live(m, i) || box_row(m, i)->flags & FLAG_SEEN))
		i++;
	if (i == m->im.n)
		return 0;
	m->counts.first_unseen = m->im.rows[i].uid;
	return number_of(m, i);
}

uint32_t
mailbox_seq(struct mailbox *m, uint32_t uid)
{
	return number_of(m, box_find(m, uid));
}

int
mailbox_sync(struct mailbox *m)
{
	return sync_box(m);
}

int
mailbox_try_sync(struct mailbox *m)
{
	int r;

	m->hasty = true;
	r = sync_box(m);
	m->hasty = false;
	return r;
}

/* Their rows stay, without a number. */
uint32_t
mailbox_forget(struct mailbox *m, uint32_t upto, mailbox_gone *each, void *arg)
{
	uint32_t shown = upto > 0 ? box_place(m, upto) : 0, told = 0;

	numbers_sort(&m->gone);
	for (size_t k = 0; k < m->gone.n; k++) {
		uint32_t i = m->gone.v[k];
		const struct row *r = box_row(m, i);

		if (upto > 0 && i <= shown) {
			if (each != NULL)
				each(arg, number_of(m, i) - told, r->uid);
			told++;
		}
		if (r->state & MSG_CHANGED)
			m->nchanged--;
		box_set_state(m, i, MSG_CHANGED, MSG_GONE | MSG_FORGOTTEN);
	}
	for (size_t k = 0; k < m->gone.n; k++)
		numbers_add(&m->im.holes, m->gone.v[k]);
	numbers_sort(&m->im.holes);
	m->state.count -= (uint32_t)m->gone.n;
	m->gone.n = 0;
	m->state.changed = m->nchanged > 0;
	follow_catch_up(m);
	return upto - told;
}

/* --- files ----------------------------------------------------------- */

static int
dir_of(struct mailbox *m, uint32_t i)
{
	return box_row(m, i)->state & MSG_IN_NEW ? m->md.new : m->md.cur;
}

int
mailbox_open_message(struct mailbox *m, uint32_t seq, struct stat *st)
{
	uint32_t i = box_place(m, seq);
	struct stat here;
	int fd, tries = 0;

	do {
		if (!box_is_live(m, i)) {
			errno = ESTALE;
			return -1;
		}
		fd = fs_open_file(dir_of(m, i), box_name(m, i), &here);
		if (fd != -1 || errno != ENOENT)
			break;
	} while (++tries < 4 && box_relocate(m, i) == 0);
	if (fd == -1)
		return -1;
	known_saw(m, i, &here);
	if (st != NULL)
		*st = here;
	return fd;
}

int
box_stat(struct mailbox *m, uint32_t i, struct stat *st, int64_t *born)
{
	int r, tries = 0;

	do {
		if (!box_is_live(m, i)) {
			errno = ESTALE;
			return -1;
		}
		r = fs_stat(dir_of(m, i), box_name(m, i), st, born);
		if (r == 0)
			known_saw(m, i, st);
		if (r == 0 || errno != ENOENT)
			return r;
	} while (++tries < 4 && box_relocate(m, i) == 0);
	return -1;
}

int
mailbox_stat_message(struct mailbox *m, uint32_t seq, struct stat *st)
{
	int64_t born;

	return box_stat(m, box_place(m, seq), st, &born);
}

/* --- keywords -------------------------------------------------------- */

uint32_t
mailbox_keyword_count(const struct mailbox *m)
{
	return (uint32_t)m->keywords.nnames;
}

struct span
mailbox_keyword(const struct mailbox *m, uint32_t k)
{
	return m->keywords.names[k];
}

bool
mailbox_keyword_find(struct mailbox *m, struct span name, bool add, uint32_t *k)
{
	bool added = false;

	if (!kwset_name(&m->keywords, name, add, k, &added))
		return false;
	m->state.keywords_new |= added;
	return true;
}

const uint32_t *
mailbox_keyword_set(const struct mailbox *m, uint32_t id, size_t *n)
{
	struct kwlist l = kwset_list(&m->keywords, id);

	*n = l.n;
	return l.v;
}

/* --- watching -------------------------------------------------------- */

/* Made only to be watched: somebody else may put the first one in. */
static int
open_keywords(const struct mailbox *m)
{
	if (m->a->conf->keywords != 0 && !m->cannot_write)
		return keywords_open_dir(&m->md);
	return fs_open_dir(m->md.dir, "courierimapkeywords");
}

int
mailbox_watch(struct mailbox *m)
{
	int fd;

	if (m->watch != NULL)
		return watch_fd(m->watch);
	m->watch = watch_open();
	if (watch_add(m->watch, m->md.new) == -1 ||
	    watch_add(m->watch, m->md.cur) == -1) {
		watch_close(m->watch);
		m->watch = watch_open();
	} else if ((fd = open_keywords(m)) != -1) {
		(void)watch_add(m->watch, fd); /* else it is seen by polling */
		fs_close(fd);
	}
	return watch_fd(m->watch);
}

void
mailbox_watch_drain(struct mailbox *m)
{
	if (m->watch != NULL)
		watch_drain(m->watch);
}
