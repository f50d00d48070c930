/*
 * summary.c: what STATUS said last.
 *
 * The problem: clients ask for the STATUS of all their folders every few
 * minutes, hundreds at a time, and nearly all of them are as they were.  To
 * open a folder and its index, and to close them, is a dozen system calls.
 *
 * The choice: one file for the account, a hash table of slots of fixed size
 * that are read and written one at a time.  A folder costs a stat call for
 * each of the three things its numbers come from, and one pread().  The key
 * is the identity of the folder's cur, so that no name stands in the file and
 * a folder keeps its slot when it is renamed.
 *
 * A slot is written in place, without a lock.  Its checksum tells of one that
 * was torn, or written by two at once: it is as if nothing were kept.  Slots
 * of folders that are gone stay until the table is as large as it may be, and
 * begins anew.
 *
 * Where all folders are asked for at once, by a LIST with RETURN (STATUS), the
 * file is mapped for that time, which saves the reads.
 *
 * Rejected: a line for each folder in a text file, replaced as a whole
 * (hundreds of rewrites for hundreds of STATUS commands); the folder's index
 * alone (twice the calls, measured); a mapping that stays (memory, of a
 * session that waits for its client most of the time).
 *
 * The path "folder/cur" could lead through a link that stands in the place of
 * a folder.  It is only looked at: what a slot tells was counted through
 * descriptors, with no link followed, by this account's own session.
 */
#include "store/summary.h"

#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/oom.h"
#include "base/sum.h"
#include "store/cachedir.h"
#include "store/root.h"
#include "store/stamp.h"
#include "sys/clock.h"
#include "sys/fs.h"

enum {
	MAGIC = 0x73746174, /* also tells another byte order */
	VERSION = 2,
	PROBES = 8, /* slots that may hold a key, one after the other */
	SLOTS_MIN = 128,
	SLOTS_MAX = 1 << 17, /* 16 MiB: then it begins anew */
	HAS_SIZE = 1
};

static const char file[] = "satchel-status";

struct seen {
	uint64_t ino;
	int64_t size;
	int64_t modified, changed;
};

struct slot {
	uint64_t check; /* of what follows */
	uint64_t dev;
	struct seen cur, new, db;
	uint64_t size, deleted_bytes;
	uint32_t messages, recent, unseen, deleted;
	uint32_t uidnext, uidvalidity;
	uint32_t has;
	uint32_t reserved;
};

struct header {
	uint32_t magic, version;
	uint32_t slot_len; /* octets */
	uint32_t slots; /* a power of two */
	uint64_t reserved[2];
};

static struct seen
seen_of(const struct stat *st)
{
	struct seen s = { st->st_ino, st->st_size, clock_ns(st->st_mtim),
		clock_ns(st->st_ctim) };

	return s;
}

static uint64_t
check_of(const struct slot *s)
{
	return sum_bytes(MAGIC, span_of((const char *)&s->dev,
				    sizeof *s - offsetof(struct slot, dev)));
}

static uint32_t
home_of(uint64_t dev, uint64_t ino, uint32_t slots)
{
	uint64_t h = sum_bytes(dev, span_of((const char *)&ino, sizeof ino));

	return (uint32_t)h & (slots - 1);
}

/* --- the file ---------------------------------------------------------- */

static bool
read_header(int fd, struct header *h)
{
	return fs_pread(fd, h, sizeof *h, 0) == (ssize_t)sizeof *h &&
	       h->magic == MAGIC && h->version == VERSION &&
	       h->slot_len == sizeof(struct slot) && h->slots >= SLOTS_MIN &&
	       h->slots <= SLOTS_MAX && (h->slots & (h->slots - 1)) == 0;
}

static int64_t
offset_of(uint32_t slot)
{
	return (int64_t)sizeof(struct header) +
	       (int64_t)slot * (int64_t)sizeof(struct slot);
}

/* Open it, for as long as the account is. */
static bool
open_file(struct account *a)
{
	int flags = O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	struct header h;
	struct stat st;

	if (a->summary != -1)
		return true;
	a->summary = openat(a->caches, file, O_RDWR | flags);
	if (a->summary == -1)
		a->summary = openat(a->caches, file, O_RDONLY | flags);
	if (a->summary == -1)
		return false;
	if (fstat(a->summary, &st) == 0 && S_ISREG(st.st_mode) &&
	    read_header(a->summary, &h)) {
		a->summary_slots = h.slots;
		return true;
	}
	summary_close(a);
	return false;
}

void
summary_begin(struct account *a)
{
	struct stat st;
	size_t len;

	if (a->summary_map.p != NULL || !open_file(a))
		return;
	len = (size_t)offset_of(a->summary_slots + PROBES);
	if (fstat(a->summary, &st) == 0 && st.st_size >= (int64_t)len)
		(void)map_open(
		    &a->summary_map, a->summary, len, len, MAP_READING);
}

void
summary_end(struct account *a)
{
	map_close(&a->summary_map);
}

void
summary_close(struct account *a)
{
	summary_end(a);
	if (a->summary != -1)
		fs_close(a->summary);
	a->summary = -1;
}

/*
 * The slots where a key may stand, PROBES of them from home on, into v.  The
 * table has so many more at its end, so that nothing goes round.
 */
static void
read_slots(const struct account *a, uint32_t home, struct slot *v)
{
	memset(v, 0, PROBES * sizeof *v);
	(void)fs_pread(a->summary, v, PROBES * sizeof *v, offset_of(home));
}

/*
 * The slot of that directory, as it is at this moment: what is mapped may be
 * written to by others, so that only a copy can be checked.
 */
static bool
read_slot(const struct account *a, const struct stat *cur, struct slot *out)
{
	uint32_t home = home_of(cur->st_dev, cur->st_ino, a->summary_slots);
	const char *at = a->summary_map.p;
	struct slot v[PROBES];

	if (at == NULL) {
		read_slots(a, home, v);
		at = (const char *)v;
	} else {
		at += offset_of(home);
	}
	for (size_t i = 0; i < PROBES; i++, at += sizeof *out) {
		memcpy(out, at, sizeof *out);
		if (out->cur.ino == cur->st_ino && out->dev == cur->st_dev)
			return true;
	}
	return false;
}

/* Which of v belongs to that directory, or else may be taken; or PROBES. */
static size_t
find_slot(const struct slot *v, uint64_t dev, uint64_t ino)
{
	size_t i, unused = PROBES;

	for (i = 0; i < PROBES; i++) {
		if (v[i].cur.ino == ino && v[i].dev == dev)
			return i;
		if (unused == PROBES && v[i].check != check_of(&v[i]))
			unused = i;
	}
	return unused;
}

/* --- a larger table ------------------------------------------------------ */

static int
write_table(struct account *a, uint32_t slots, const struct slot *v)
{
	struct header h = { MAGIC, VERSION, sizeof *v, slots, { 0, 0 } };
	struct strbuf b = { 0 };
	int r;

	strbuf_add(&b, &h, sizeof h);
	strbuf_add(&b, v, (slots + PROBES) * sizeof *v);
	r = cachedir_replace(a, file, strbuf_span(&b));
	strbuf_clear(&b);
	return r;
}

/* Take along what was there: false when the table is too small for that. */
static bool
take_along(const struct account *a, uint32_t slots, struct slot *v)
{
	struct slot old;

	for (uint32_t i = 0; i < a->summary_slots + PROBES; i++) {
		struct slot *home;
		size_t at;

		if (fs_pread(a->summary, &old, sizeof old, offset_of(i)) !=
		    (ssize_t)sizeof old)
			break;
		if (old.check != check_of(&old))
			continue;
		home = v + home_of(old.dev, old.cur.ino, slots);
		if ((at = find_slot(home, old.dev, old.cur.ino)) == PROBES)
			return false;
		home[at] = old;
	}
	return true;
}

/* Make the first table, or one that is at least twice as large. */
static bool
grow(struct account *a)
{
	uint32_t slots = a->summary == -1 ? SLOTS_MIN : a->summary_slots * 2;
	struct slot *v = NULL;
	int r;

	for (; slots <= SLOTS_MAX; slots *= 2) {
		free(v);
		if ((v = calloc(slots + PROBES, sizeof *v)) == NULL)
			oom();
		if (a->summary == -1 || take_along(a, slots, v))
			break;
	}
	if (slots > SLOTS_MAX) { /* of folders that were: begin anew */
		free(v);
		slots = SLOTS_MIN;
		if ((v = calloc(slots + PROBES, sizeof *v)) == NULL)
			oom();
	}
	r = write_table(a, slots, v);
	free(v);
	summary_close(a);
	return r == 0 && open_file(a);
}

/* --- a folder ------------------------------------------------------------ */

static bool
stat_parts(const struct account *a, const char *dirname, struct summary_look *l)
{
	static const char db[] = "courierimapuiddb";
	char path[NAME_LEN + sizeof db + 1], *part;
	size_t len = strlen(dirname);

	if (len > NAME_LEN)
		return false;
	memcpy(path, dirname, len);
	part = path + len;
	*part++ = '/';
	memcpy(part, "cur", sizeof "cur");
	if (fstatat(a->fd, path, &l->cur, AT_SYMLINK_NOFOLLOW) == -1)
		return false;
	memcpy(part, "new", sizeof "new");
	if (fstatat(a->fd, path, &l->new, AT_SYMLINK_NOFOLLOW) == -1)
		return false;
	memcpy(part, db, sizeof db);
	return fstatat(a->fd, path, &l->db, AT_SYMLINK_NOFOLLOW) == 0;
}

static bool
is_unchanged(const struct seen *was, const struct stat *st)
{
	struct seen is = seen_of(st);

	return was->ino == is.ino && was->size == is.size &&
	       was->modified == is.modified && was->changed == is.changed;
}

static bool
is_current(const struct slot *s, const struct summary_look *l)
{
	return s->check == check_of(s) && is_unchanged(&s->cur, &l->cur) &&
	       is_unchanged(&s->new, &l->new) && is_unchanged(&s->db, &l->db);
}

static void
tell(const struct slot *s, struct mailbox_status *out)
{
	*out = (struct mailbox_status){
		.messages = s->messages,
		.recent = s->recent,
		.unseen = s->unseen,
		.deleted = s->deleted,
		.deleted_bytes = s->deleted_bytes,
		.uidnext = s->uidnext,
		.uidvalidity = s->uidvalidity,
		.size = s->size,
	};
}

/* The time of the file system, from a file that is touched now. */
static int64_t
time_there(struct account *a)
{
	static const struct timespec now[2] = { { 0, UTIME_NOW },
		{ 0, UTIME_NOW } };
	struct stat st;

	if (!open_file(a) && !grow(a))
		return 0;
	if (futimens(a->summary, now) == -1 || fstat(a->summary, &st) == -1)
		return 0;
	if (st.st_nlink == 0) /* others have a larger one */
		summary_close(a);
	return clock_ns(st.st_mtim);
}

bool
summary_find(struct account *a, const char *dirname, bool want_size,
    struct summary_look *look, struct mailbox_status *out)
{
	struct slot s;

	memset(look, 0, sizeof *look);
	if (!stat_parts(a, dirname, look))
		return false; /* nothing can be kept either */
	if (open_file(a) && read_slot(a, &look->cur, &s) &&
	    is_current(&s, look) && (!want_size || (s.has & HAS_SIZE) != 0)) {
		tell(&s, out);
		return true;
	}
	look->now = time_there(a);
	if (!stat_parts(a, dirname, look))
		look->now = 0;
	return false;
}

/* Whether st was quiet when it was looked at (stamp.h). */
static bool
is_quiet(const struct stat *st, int64_t now)
{
	struct stamp s = { 0 };

	stamp_read(&s, st, now);
	return s.state == STAMP_CLEAN;
}

void
summary_keep(struct account *a, const struct summary_look *l, bool has_size,
    const struct mailbox_status *st)
{
	struct slot v[PROBES], s = { .dev = l->cur.st_dev };
	uint32_t home;
	size_t i;

	if (l->now == 0 || !is_quiet(&l->cur, l->now) ||
	    !is_quiet(&l->new, l->now) || !is_quiet(&l->db, l->now))
		return;
	s.cur = seen_of(&l->cur);
	s.new = seen_of(&l->new);
	s.db = seen_of(&l->db);
	s.messages = st->messages;
	s.recent = st->recent;
	s.unseen = st->unseen;
	s.deleted = st->deleted;
	s.deleted_bytes = st->deleted_bytes;
	s.uidnext = st->uidnext;
	s.uidvalidity = st->uidvalidity;
	s.size = st->size;
	s.has = has_size ? HAS_SIZE : 0;
	s.check = check_of(&s);
	if (!open_file(a))
		return;
	for (i = PROBES; i == PROBES;) {
		home = home_of(l->cur.st_dev, l->cur.st_ino, a->summary_slots);
		read_slots(a, home, v);
		i = find_slot(v, l->cur.st_dev, l->cur.st_ino);
		if (i == PROBES && !grow(a))
			return;
	}
	(void)fs_pwrite(a->summary, span_of((const char *)&s, sizeof s),
	    offset_of(home + (uint32_t)i));
}
