/* move.c: MOVE, a rename for each message (RFC 6851). */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "store/append.h"
#include "store/arrival.h"
#include "store/box.h"
#include "store/folder.h"
#include "store/quota.h"
#include "store/root.h"
#include "sys/fs.h"

enum { ROUNDS = 4 }; /* for files that others rename meanwhile */

struct move {
	struct mailbox *m;
	struct arrival_place to;
	struct arena ar;
	struct arrival *v;
	size_t *which; /* v[i] is seqs[which[i]] */
	size_t n;
	const uint32_t *seqs;
	uint32_t *uids;
};

/*
 * A new base: the old one may have an entry there from an earlier stay, with
 * a UID that must not come back.
 */
static void
add(struct move *mv, size_t k, const struct stat *st, int64_t born)
{
	struct mailbox *m = mv->m;
	uint32_t i = box_place(m, mv->seqs[k]);
	struct arrival *v = &mv->v[mv->n];
	struct span name = span_str(box_name(m, i));
	struct strbuf base = { 0 };

	maildir_copy_base(m->a, st, name.p, &base);
	v->base = arena_span(&mv->ar, strbuf_span(&base));
	strbuf_clear(&base);
	v->fromdir = m->md.cur;
	v->from = arena_span(&mv->ar, name).p;
	v->linked = true;
	v->seq = mv->seqs[k];
	v->young = arrival_is_young(st, born);
	v->old_name = arena_span(&mv->ar, name);
	v->flags = box_row(m, i)->flags & FLAGS_STORED;
	v->keywords = box_keywords(m, i);
	v->date = (int64_t)st->st_mtime;
	v->octets = box_row(m, i)->octets;
	if (!maildir_size(name, &v->size))
		v->size = (uint64_t)st->st_size;
	mv->which[mv->n++] = k;
}

/* Those of seqs that have no UID there yet and are still here. */
static void
gather(struct move *mv, size_t n)
{
	struct mailbox *m = mv->m;
	struct stat st;
	int64_t born;

	mv->n = 0;
	for (size_t k = 0; k < n; k++)
		if (mv->uids[k] == 0 &&
		    box_stat(m, box_place(m, mv->seqs[k]), &st, &born) == 0 &&
		    S_ISREG(st.st_mode))
			add(mv, k, &st, born);
}

/* Between folders that count nothing changes (maildirsize(5)). */
static int
check_quota(const struct move *mv, int64_t *bytes, int64_t *messages)
{
	bool from = quota_counts(mv->m->a, mailbox_folder(mv->m));
	bool to = quota_counts(mv->m->a, mv->to.folder);

	*bytes = *messages = 0;
	if (from == to)
		return 0;
	for (size_t i = 0; i < mv->n; i++) {
		if (mv->v[i].flags & FLAG_DELETED)
			continue;
		*bytes += (int64_t)mv->v[i].size;
		++*messages;
	}
	if (to)
		return quota_check(mv->m->a, *bytes, *messages);
	*bytes = -*bytes;
	*messages = -*messages;
	return 0;
}

/* How many of them have arrived; those are gone here. */
static size_t
settle(struct move *mv)
{
	size_t moved = 0;

	for (size_t i = 0; i < mv->n; i++) {
		size_t k = mv->which[i];

		mv->uids[k] = mv->v[i].uid;
		if (mv->v[i].uid == 0)
			continue;
		box_set_gone(mv->m, box_place(mv->m, mv->seqs[k]));
		moved++;
	}
	return moved;
}

static int
one_round(struct move *mv, size_t n, uint32_t *uidvalidity)
{
	int64_t bytes, messages;
	int r;

	gather(mv, n);
	if (mv->n == 0)
		return 0;
	/* what is told to be there is on the disk, bytes and all */
	if (check_quota(mv, &bytes, &messages) == -1 ||
	    arrival_sync(mv->v, mv->n, ARRIVAL_EACH) == -1)
		return -1;
	r = arrival_publish(&mv->to, mv->v, mv->n, ARRIVAL_EACH, uidvalidity);
	if (settle(mv) > 0 && messages != 0)
		quota_record(mv->m->a, bytes, messages);
	return r;
}

static bool
is_done(const struct move *mv, size_t n)
{
	for (size_t k = 0; k < n; k++)
		if (mv->uids[k] == 0 &&
		    box_is_live(mv->m, box_place(mv->m, mv->seqs[k])))
			return false;
	return true;
}

int
append_move(struct mailbox *m, const uint32_t *seqs, size_t n,
    struct span folder, struct append_moved *out)
{
	struct maildir md;
	struct move mv = { .m = m, .seqs = seqs, .uids = out->uids };
	int r = 0, saved;

	if (m->readonly || m->cannot_write) {
		errno = EROFS;
		return -1;
	}
	if (maildir_open(m->a, folder, &md) == -1)
		return -1;
	mv.to = (struct arrival_place){ m->a, &md, folder, &m->keywords, m };
	mv.v = arena_array(&mv.ar, n, sizeof *mv.v);
	mv.which = arena_array(&mv.ar, n, sizeof *mv.which);
	for (size_t k = 0; k < n; k++)
		out->uids[k] = 0;
	for (int i = 0; i < ROUNDS && r == 0 && !is_done(&mv, n); i++)
		r = one_round(&mv, n, &out->uidvalidity);
	saved = errno;
	mailbox_facts_end(m); /* known_carry() has used them */
	/* what is there is on disk; what is here no more may be lost now */
	if (fs_sync_dir(m->md.cur) == -1 && r == 0) {
		saved = errno;
		r = -1;
	}
	if (box_begin(m) == 0) {
		box_own_cur(m);
		box_end(m);
	}
	arena_clear(&mv.ar);
	maildir_close(&md);
	errno = saved;
	return r;
}
