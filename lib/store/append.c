/*
 * append.c: new messages in a folder, all or none.
 *
 * The order, and what a kill at each step leaves:
 *
 *	1. the bytes, in tmp, synced	files in tmp, removed after 36 hours
 *	   when all have come (of copies, where links can be made, the first)
 *	2. the quota is checked
 *	3. keyword files, for bases	removed by the first load that finds
 *	   that are no messages yet	them old
 *	4. under the folder's lock:
 *	   UIDs for all, synced		entries without files: skipped numbers
 *	5. all files from tmp to cur,	the first of them are there, with the
 *	   or links			UIDs they were to have
 *	6. cur is synced		all are there
 *	7. the lock goes, usage is	the next recalculation finds it
 *	   recorded
 *
 * UIDs come before names, since a scan that finds a name without one gives
 * it another.  Nobody scans in between: the lock is held, Courier's too.
 */
#include "store/append.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/oom.h"
#include "store/arrival.h"
#include "store/box.h"
#include "store/folder.h"
#include "store/quota.h"
#include "store/root.h"
#include "sys/fs.h"
#include "text/bytes.h"

enum { BUFFER = 65536 };

struct append {
	struct account *a;
	struct span folder;
	struct maildir md;
	struct arena ar;
	struct kwset kw;
	struct arrival *v;
	size_t n, max;
	uint32_t *uids;
	size_t synced; /* v[0..synced-1] are */
	bool published;
	struct mailbox *source; /* of copies */
	bool can_link; /* the first of them was */
	int written; /* the last message's file, or -1 */

	/* the message that is being written */
	int fd;
	int error; /* errno of the first failure */
	char *buf;
	size_t used;
	uint64_t size;
	int64_t date;
	bool literal8;
	bool cr; /* held back until it is known what follows */
	char last;
	uint64_t octets; /* of what has been written, with CRLF */
	bool written_cr; /* that ends with CR */
	bool in_header, at_line, high; /* high: 8-bit in the header */
};

int
append_begin(struct account *a, struct span folder, struct append **out)
{
	struct append *ap;
	struct maildir md;

	if (maildir_open(a, folder, &md) == -1)
		return -1;
	if ((ap = calloc(1, sizeof *ap)) == NULL ||
	    (ap->buf = malloc(BUFFER)) == NULL)
		oom();
	ap->a = a;
	ap->md = md;
	ap->fd = ap->written = -1;
	ap->folder = arena_span(&ap->ar, folder);
	*out = ap;
	return 0;
}

static struct arrival *
last(struct append *ap)
{
	return &ap->v[ap->n - 1];
}

/* A name in tmp. */
static void
name_in_tmp(struct append *ap, struct arrival *v)
{
	struct strbuf name = { 0 };

	maildir_tmp_name(ap->a, "", &name);
	v->fromdir = ap->md.tmp;
	v->from = arena_span(&ap->ar, strbuf_span(&name)).p;
	v->stays = v->linked = false;
	strbuf_clear(&name);
}

/* One more message. */
static struct arrival *
add(struct append *ap)
{
	struct arrival *v;

	ap->v = arena_grow(&ap->ar, ap->v, ap->n, &ap->max, sizeof *ap->v);
	v = &ap->v[ap->n++];
	*v = (struct arrival){ .fromdir = ap->md.tmp, .octets = ROW_NO_OCTETS };
	v->base = v->old_name = span_of("", 0);
	return v;
}

static void
discard(const struct append *ap, const struct arrival *v)
{
	int saved = errno;

	if (!v->stays && v->from != NULL)
		(void)unlinkat(ap->md.tmp, v->from, 0);
	errno = saved;
}

/* The last message is no more. */
static void
drop(struct append *ap)
{
	discard(ap, last(ap));
	ap->n--;
}

/* The disk may begin with it while the next one comes. */
static void
leave_written(struct append *ap)
{
	if (ap->written == -1)
		return;
	fs_start_sync(ap->written);
	fs_close(ap->written);
	ap->written = -1;
}

static uint32_t
keyword_set(struct append *ap, const struct span *names, size_t n)
{
	uint32_t *v = arena_array(&ap->ar, n, sizeof *v);
	size_t k = 0;

	for (size_t i = 0; i < n; i++)
		k += kwset_name(&ap->kw, names[i], true, &v[k], NULL);
	return kwset_set(&ap->kw, v, k);
}

/* --- a message's bytes ----------------------------------------------- */

/* What counts for the quota (maildirsize(5)). */
static void
sum(const struct append *ap, int64_t *bytes, int64_t *messages)
{
	*bytes = *messages = 0;
	if (!quota_counts(ap->a, ap->folder))
		return;
	for (size_t i = 0; i < ap->n; i++) {
		if (ap->v[i].flags & FLAG_DELETED)
			continue;
		*bytes += (int64_t)ap->v[i].size;
		++*messages;
	}
}

/*
 * Who is over the limit need not send it all to be told.  Without its CRs a
 * message may be half as long.
 */
static int
check_room(const struct append *ap, const struct append_info *info)
{
	int64_t bytes, messages;

	if ((info->flags & FLAG_DELETED) || !quota_counts(ap->a, ap->folder))
		return 0;
	sum(ap, &bytes, &messages);
	return quota_check(
	    ap->a, bytes + (int64_t)(info->octets / 2), messages + 1);
}

int
append_message(struct append *ap, const struct append_info *info, bool literal8)
{
	struct arrival *v;

	if (info->octets > 0 && check_room(ap, info) == -1)
		return -1;
	leave_written(ap);
	v = add(ap);
	name_in_tmp(ap, v);
	v->flags = info->flags & FLAGS_STORED;
	if (ap->a->conf->keywords != 0)
		v->keywords = keyword_set(ap, info->keywords, info->nkeywords);
	ap->date = info->date;
	ap->literal8 = literal8;
	ap->error = 0;
	ap->used = 0;
	ap->size = ap->octets = 0;
	ap->cr = ap->high = ap->written_cr = false;
	ap->last = '\n';
	ap->in_header = ap->at_line = true;
	ap->fd = fs_create(ap->md.tmp, v->from, MODE_FILE);
	if (ap->fd != -1)
		return 0;
	ap->error = errno;
	ap->n--;
	return -1;
}

static void
flush(struct append *ap)
{
	struct span s = span_of(ap->buf, ap->used);

	if (ap->error == 0 && fs_write(ap->fd, s) == -1)
		ap->error = errno;
	ap->octets += bytes_crlf_len(s, &ap->written_cr);
	ap->used = 0;
}

static void
put(struct append *ap, const char *p, size_t len)
{
	if (len == 0)
		return;
	ap->size += len;
	ap->last = p[len - 1];
	while (len > 0) {
		size_t n = BUFFER - ap->used;

		if (n > len)
			n = len;
		memcpy(ap->buf + ap->used, p, n);
		ap->used += n;
		p += n;
		len -= n;
		if (ap->used == BUFFER)
			flush(ap);
	}
}

/* Look for 8-bit bytes, up to the first empty line. */
static void
watch_header(struct append *ap, struct span s)
{
	for (; s.p < s.end && ap->in_header; s.p++) {
		if (*s.p == '\n') {
			ap->in_header = !ap->at_line;
			ap->at_line = true;
		} else if (*s.p != '\r') {
			ap->at_line = false;
			ap->high |= (unsigned char)*s.p >= 0x80;
		}
	}
}

/* Up to the next byte that is not simply copied. */
static struct span
plain_run(const struct append *ap, struct span s)
{
	const char *p = memchr(s.p, '\r', span_len(s));

	if (p != NULL)
		s.end = p;
	if (!ap->literal8 && (p = memchr(s.p, '\0', span_len(s))) != NULL)
		s.end = p;
	return s;
}

void
append_write(struct append *ap, struct span bytes)
{
	if (ap->fd == -1 || ap->error != 0)
		return;
	watch_header(ap, bytes);
	while (bytes.p < bytes.end) {
		struct span run;

		if (ap->cr && *bytes.p != '\n')
			put(ap, "\r", 1);
		ap->cr = false;
		run = plain_run(ap, bytes);
		put(ap, run.p, span_len(run));
		bytes.p = run.end;
		if (bytes.p == bytes.end)
			break;
		if (*bytes.p++ == '\r')
			ap->cr = true;
		else
			put(ap, "\x80", 1);
	}
}

/* Files have the message's own time as their mtime: the INTERNALDATE. */
static int
set_date(int fd, int64_t date)
{
	struct timespec t[2] = { { .tv_nsec = UTIME_OMIT }, { 0 } };

	if (date == INT64_MIN)
		return 0;
	t[1].tv_sec = (time_t)date;
	return futimens(fd, t);
}

/* The base that a file in tmp will have; source: what it is a copy of. */
static void
name_arrival(struct append *ap, struct arrival *v, const struct stat *st,
    const char *source)
{
	struct strbuf base = { 0 };

	v->size = (uint64_t)st->st_size;
	v->date = (int64_t)st->st_mtime;
	if (source != NULL)
		maildir_copy_base(ap->a, st, source, &base);
	else
		maildir_base(ap->a, st, v->size, &base);
	v->base = arena_span(&ap->ar, strbuf_span(&base));
	strbuf_clear(&base);
}

int
append_end(struct append *ap, bool *header_8bit)
{
	struct stat st;

	if (ap->fd == -1) {
		errno = ap->error != 0 ? ap->error : EINVAL;
		return -1;
	}
	if (ap->cr)
		put(ap, "\r", 1);
	if (ap->last != '\n')
		put(ap, "\n", 1);
	flush(ap);
	if (ap->error == 0 &&
	    (set_date(ap->fd, ap->date) == -1 || fstat(ap->fd, &st) == -1))
		ap->error = errno;
	ap->written = ap->fd;
	ap->fd = -1;
	if (ap->error != 0) {
		leave_written(ap);
		drop(ap);
		errno = ap->error;
		return -1;
	}
	name_arrival(ap, last(ap), &st, NULL);
	last(ap)->octets = ap->octets;
	if (header_8bit != NULL)
		*header_8bit = ap->high;
	return 0;
}

/* --- copies ---------------------------------------------------------- */

static int
source_dir(const struct append *ap, uint32_t i)
{
	const struct mailbox *m = ap->source;

	return m->im.rows[i].state & MSG_IN_NEW ? m->md.new : m->md.cur;
}

static int
stat_source(struct append *ap, struct arrival *v, struct stat *st)
{
	int64_t born;

	if (box_stat(ap->source, box_place(ap->source, v->seq), st, &born) ==
	    -1)
		return -1;
	if (!S_ISREG(st->st_mode)) {
		errno = ESTALE;
		return -1;
	}
	v->young = arrival_is_young(st, born);
	return 0;
}

/* A copy, or a link, in tmp; *st tells of it. */
static int
copy_to_tmp(struct append *ap, struct arrival *v, struct stat *st)
{
	uint32_t i = box_place(ap->source, v->seq);
	int tries = 0, r;

	name_in_tmp(ap, v);
	do {
		r = stat_source(ap, v, st);
		if (r == -1)
			return -1;
		r = arrival_copy(v, !account_is_purged(ap->a, ap->folder),
		    source_dir(ap, i), box_name(ap->source, i));
	} while (r == -1 && errno == ENOENT && ++tries < 4);
	if (r == -1)
		return -1;
	return fstatat(ap->md.tmp, v->from, st, AT_SYMLINK_NOFOLLOW);
}

/* What links will be made to must stand in tmp after all. */
static int
bring_to_tmp(struct append *ap, size_t i)
{
	struct stat st;

	return ap->v[i].stays ? copy_to_tmp(ap, &ap->v[i], &st) : 0;
}

static int
bring_all_to_tmp(struct append *ap)
{
	for (size_t i = 0; i < ap->n; i++)
		if (bring_to_tmp(ap, i) == -1)
			return -1;
	return 0;
}

/* The link is made where it is to be, when all are. */
static int
link_later(struct append *ap, struct arrival *v, struct stat *st)
{
	uint32_t i = box_place(ap->source, v->seq);

	if (stat_source(ap, v, st) == -1)
		return -1;
	v->stays = v->linked = true;
	v->fromdir = source_dir(ap, i);
	v->from = arena_span(&ap->ar, span_str(box_name(ap->source, i))).p;
	return 0;
}

static uint32_t
copy_keywords(struct append *ap, struct mailbox *m, uint32_t id)
{
	struct kwlist l = kwset_list(&m->keywords, id);
	struct span *names;

	if (l.n == 0)
		return 0;
	names = arena_array(&ap->ar, l.n, sizeof *names);
	for (size_t i = 0; i < l.n; i++)
		names[i] = m->keywords.names[l.v[i]];
	return keyword_set(ap, names, l.n);
}

int
append_copy(struct append *ap, struct mailbox *m, uint32_t seq)
{
	uint32_t i = box_place(m, seq);
	struct arrival *v;
	struct stat st;
	int r;

	leave_written(ap);
	v = add(ap);
	v->seq = seq;
	ap->source = m;
	r = ap->can_link ? link_later(ap, v, &st) : copy_to_tmp(ap, v, &st);
	if (r == -1) {
		drop(ap);
		return -1;
	}
	ap->can_link = v->linked;
	v->flags = box_row(m, i)->flags & FLAGS_STORED;
	v->octets = box_row(m, i)->octets;
	v->old_name = arena_span(&ap->ar, span_str(box_name(m, i)));
	v->keywords = copy_keywords(ap, m, box_keywords(m, i));
	name_arrival(ap, v, &st, v->old_name.p);
	return 0;
}

int
append_reopen(struct append *ap, size_t i)
{
	if (i >= ap->n) {
		errno = ENOENT;
		return -1;
	}
	return bring_to_tmp(ap, i) == -1
		   ? -1
		   : fs_open_file(ap->md.tmp, ap->v[i].from, NULL);
}

/* --- all of them ----------------------------------------------------- */

static int
sync_files(struct append *ap)
{
	size_t n = ap->n - (ap->written != -1);

	if (arrival_sync(ap->v + ap->synced, n - ap->synced, ARRIVAL_ALL) == -1)
		return -1;
	if (ap->written != -1) {
		if (fsync(ap->written) == -1)
			return -1;
		fs_close(ap->written);
		ap->written = -1;
	}
	ap->synced = ap->n;
	return 0;
}

static int
sync_all(struct append *ap)
{
	if (ap->synced == ap->n || sync_files(ap) == 0)
		return 0;
	if (errno != ENOENT)
		return -1;
	/* somebody has renamed what would be linked */
	return bring_all_to_tmp(ap) == -1 ? -1 : sync_files(ap);
}

/* A link can fail when all is said to be well: one more time without. */
static int
publish(struct append *ap, uint32_t *uidvalidity)
{
	struct arrival_place to = { ap->a, &ap->md, ap->folder, &ap->kw,
		ap->source };

	if (arrival_publish(&to, ap->v, ap->n, ARRIVAL_ALL, uidvalidity) == 0)
		return 0;
	if (!ap->can_link || errno == ENOSPC || errno == EDQUOT)
		return -1;
	ap->synced = 0;
	if (bring_all_to_tmp(ap) == -1 || sync_all(ap) == -1)
		return -1;
	return arrival_publish(&to, ap->v, ap->n, ARRIVAL_ALL, uidvalidity);
}

int
append_check(struct append *ap)
{
	int64_t bytes, messages;

	if (sync_all(ap) == -1)
		return -1;
	sum(ap, &bytes, &messages);
	return messages == 0 ? 0 : quota_check(ap->a, bytes, messages);
}

int
append_commit(
    struct append *ap, uint32_t *uidvalidity, const uint32_t **uids, size_t *n)
{
	int64_t bytes, messages;
	uint32_t v;

	if (append_check(ap) == -1 || publish(ap, &v) == -1)
		return -1;
	if (ap->source != NULL)
		mailbox_facts_end(ap->source); /* known_carry() has used them */
	ap->published = true;
	sum(ap, &bytes, &messages);
	if (messages > 0)
		quota_record(ap->a, bytes, messages);
	ap->uids = arena_array(&ap->ar, ap->n, sizeof *ap->uids);
	for (size_t i = 0; i < ap->n; i++)
		ap->uids[i] = ap->v[i].uid;
	*uidvalidity = v;
	*uids = ap->uids;
	*n = ap->n;
	return 0;
}

void
append_free(struct append *ap)
{
	int saved = errno;

	if (ap == NULL)
		return;
	if (ap->fd != -1)
		fs_close(ap->fd);
	leave_written(ap);
	for (size_t i = 0; i < ap->n && !ap->published; i++)
		discard(ap, &ap->v[i]);
	maildir_close(&ap->md);
	kwset_clear(&ap->kw);
	arena_clear(&ap->ar);
	free(ap->buf);
	free(ap);
	errno = saved;
}
