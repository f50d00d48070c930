/* history.c: what went from a mailbox, and when the rest of it came. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "store/box.h"
#include "store/name.h"
#include "store/replay.h"
#include "store/root.h"
#include "sys/clock.h"
#include "sys/fs.h"

/* The UIDs of those that went after since, ascending. */
static void
gather(const struct strbuf *all, uint64_t since, struct numbers *uids)
{
	struct gone g;

	for (size_t at = 0; at + sizeof g <= all->len; at += sizeof g) {
		memcpy(&g, all->p + at, sizeof g);
		if (g.modseq > since)
			numbers_add(uids, g.uid);
	}
	numbers_sort(uids);
}

static void
give_ranges(const struct numbers *uids, mailbox_uids *each, void *arg)
{
	size_t from = 0;

	for (size_t i = 1; i <= uids->n; i++) {
		if (i < uids->n && uids->v[i] - uids->v[i - 1] <= 1)
			continue;
		each(arg, uids->v[from], uids->v[i - 1]);
		from = i;
	}
}

bool
mailbox_vanished(
    struct mailbox *m, uint64_t since, mailbox_uids *each, void *arg)
{
	struct numbers uids = { 0 };
	struct strbuf all = { 0 };

	if (since < m->counts.cut || since > m->state.highestmodseq)
		return false;
	if (m->link.fd != -1 && replay_history(&m->link, &all) == -1) {
		strbuf_clear(&all);
		return false;
	}
	strbuf_cat(&all, strbuf_span(&m->history));
	gather(&all, since, &uids);
	strbuf_clear(&all);
	if (uids.n > 0)
		give_ranges(&uids, each, arg);
	numbers_clear(&uids);
	return true;
}

int64_t
mailbox_saved(struct mailbox *m, uint32_t seq)
{
	uint32_t t = box_row(m, box_place(m, seq))->saved;

	return t != 0 ? (int64_t)t : -1;
}

/* --- folders that are not selected ----------------------------------- */

static bool
is_other(int dir, const char *name, const struct stamp *s)
{
	struct stat st;
	bool none = fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == -1;

	return stamp_is_other(s, none ? NULL : &st);
}

/* Who scans what has changed goes above the time (sync.c). */
static uint64_t
highest(int dir)
{
	uint64_t now = (uint64_t)clock_now_us();
	struct index_state s;

	if (dir == -1 || index_peek(dir, &s) == -1)
		return now;
	if (!is_other(dir, "cur", &s.cur) && !is_other(dir, "new", &s.new) &&
	    !is_other(dir, "courierimapuiddb", &s.db) &&
	    !is_other(dir, "courierimapkeywords", &s.keywords))
		return s.highestmodseq;
	return s.highestmodseq < now ? now : s.highestmodseq + 1;
}

uint64_t
mailbox_highest(struct account *a, struct span folder)
{
	const struct mailbox *m = box_of(a, folder);
	struct strbuf name = { 0 };
	uint64_t modseq;
	int dir = -1;

	if (name_to_dir(a, folder, &name))
		dir = fs_open_dir(a->fd, name.p);
	strbuf_clear(&name);
	modseq = highest(dir);
	if (m != NULL && modseq < m->state.highestmodseq)
		modseq = m->state.highestmodseq;
	if (dir != -1)
		fs_close(dir);
	return modseq;
}
