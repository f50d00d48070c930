/* mailbox.c: a folder as a numbered sequence of messages. */
#include "store/mailbox.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/oom.h"
#include "store/box.h"
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

int
mailbox_open(
    struct account *a, struct span folder, bool readonly, struct mailbox **out)
{
	struct mailbox *m = calloc(1, sizeof *m);

	if (m == NULL)
		oom();
	m->a = a;
	m->readonly = readonly;
	m->md = m->trash = (struct maildir){ -1, -1, -1, -1 };
	m->state.sticky = true;
	strbuf_cat(&m->folder, folder);
	if (maildir_open(a, folder, &m->md) == -1)
		goto close_box;
	(void)name_to_dir(a, folder, &m->dirname); /* it was opened by it */
	mark_folder(m);
	maildir_clean_tmp(m->md.tmp);
	if (sync_box(m) == -1)
		goto close_box;
	m->state.keywords_new = false;
	history_begin(m);
	m->next = a->boxes;
	a->boxes = m;
	*out = m;
	return 0;
close_box:
	mailbox_close(m);
	return -1;
}

void
mailbox_close(struct mailbox *m)
{
	int saved = errno;

	if (m == NULL)
		return;
	unlink_box(m);
	box_record_quota(m);
	if (m->watch != NULL)
		watch_close(m->watch);
	maildir_close(&m->md);
	maildir_close(&m->trash);
	kwset_clear(&m->keywords);
	history_clear(m);
	strbuf_clear(&m->folder);
	strbuf_clear(&m->dirname);
	strbuf_clear(&m->names);
	known_clear(m);
	free(m->msgs);
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

struct message
mailbox_message(struct mailbox *m, uint32_t seq)
{
	return m->msgs[seq - 1];
}

void
mailbox_told(struct mailbox *m, uint32_t seq)
{
	m->msgs[seq - 1].state &= (uint16_t)~MSG_CHANGED;
}

uint32_t
mailbox_seq(struct mailbox *m, uint32_t uid)
{
	uint32_t lo = 0, hi = m->state.count;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (m->msgs[mid].uid < uid)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo + 1;
}

int
mailbox_sync(struct mailbox *m)
{
	return sync_box(m);
}

uint32_t
mailbox_forget(struct mailbox *m, uint32_t upto, mailbox_gone *each, void *arg)
{
	uint32_t kept = 0, told = 0;

	m->state.changed = false;
	for (uint32_t i = 0; i < m->state.count; i++) {
		struct message msg = m->msgs[i];

		if (msg.state & MSG_GONE) {
			m->dead_names +=
			    (unsigned char)m->names.p[msg.name - 1] + 2u;
			if (i < upto && each != NULL)
				each(arg, kept + 1, msg.uid);
			continue;
		}
		m->state.changed |= (msg.state & MSG_CHANGED) != 0;
		known_move(m, i, kept);
		m->msgs[kept++] = msg;
		told += i < upto;
	}
	m->state.count = kept;
	return told;
}

/* --- files ----------------------------------------------------------- */

static int
dir_of(const struct mailbox *m, const struct message *msg)
{
	return msg->state & MSG_IN_NEW ? m->md.new : m->md.cur;
}

int
mailbox_open_message(struct mailbox *m, uint32_t seq, struct stat *st)
{
	const struct message *msg = &m->msgs[seq - 1];
	struct stat here;
	int fd, tries = 0;

	do {
		if (!box_is_live(m, seq - 1)) {
			errno = ESTALE;
			return -1;
		}
		fd = fs_open_file(dir_of(m, msg), box_name(m, seq - 1), &here);
		if (fd != -1 || errno != ENOENT)
			break;
	} while (++tries < 4 && box_relocate(m, seq - 1) == 0);
	if (fd == -1)
		return -1;
	known_saw(m, seq - 1, &here);
	if (st != NULL)
		*st = here;
	return fd;
}

int
mailbox_stat_message(struct mailbox *m, uint32_t seq, struct stat *st)
{
	const struct message *msg = &m->msgs[seq - 1];
	int r, tries = 0;

	do {
		if (!box_is_live(m, seq - 1)) {
			errno = ESTALE;
			return -1;
		}
		r = fstatat(dir_of(m, msg), box_name(m, seq - 1), st,
		    AT_SYMLINK_NOFOLLOW);
		if (r == 0)
			known_saw(m, seq - 1, st);
		if (r == 0 || errno != ENOENT)
			return r;
	} while (++tries < 4 && box_relocate(m, seq - 1) == 0);
	return -1;
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
