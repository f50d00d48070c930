/*
 * facts.c: satchel-cache, an append-only file of checked records.
 *
 * 1. Everything here can be read from the messages again, so nothing is ever
 *    synced, locked or repaired: what is wrong is missing.
 * 2. Sessions read and append at the same time.  An append is one write() on
 *    a descriptor with O_APPEND: the kernel orders those among themselves,
 *    and readers take what is whole.  A write that was cut off (no space, a
 *    crash) leaves a torn record, and what is appended later begins at any
 *    byte; so records begin with bytes to look for and nothing is aligned.
 * 3. A record may be found by an offset out of an index that is wrong, old,
 *    or of another file.  So it says itself whom it speaks of, and its checks
 *    begin with the file's own number: a record of another file is damaged,
 *    and so is one that somebody has put into a message in the hope of being
 *    found by (2).
 *    Blobs may have checks of their own for parts of them, which then are
 *    looked at by who uses those parts: a third of a blob, mostly.
 * 4. What is read goes to clients as it is.  The check tells accidents, not
 *    malice; so a file is believed only if no other user can write to it.
 * 5. Nothing is overwritten or truncated in place: mappings of others would
 *    change.  When too much of it is dead, a new file is renamed over it.
 *    Who has the old one open sees that it has no links any more, and may
 *    until then append to what nobody will read, which loses nothing that
 *    matters.
 *
 * Rejected: a file for each message (an open is what a warm answer saves); a
 * database (its locks and its syncs); reading with pread() (measured: a copy
 * and a call for each message cost more than the answer); a lock around
 * appends (O_APPEND does it).
 *
 * All numbers are of this machine's byte order, which the header tells.
 */
#include "store/facts.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/sum.h"
#include "base/sum_now.h"
#include "store/maildir.h"
#include "sys/clock.h"
#include "sys/fs.h"
#include "text/bytes.h"

static const char file_name[] = "satchel-cache";

/* satchel-cache(5) */
struct head {
	char magic[8];
	uint32_t version;
	uint32_t order;
	uint64_t id;
	uint32_t uidvalidity;
	uint32_t check;
};

struct entry {
	char magic[8];
	uint32_t uid;
	uint32_t len; /* of the blob, which follows */
	uint64_t base;
	uint64_t size;
	uint64_t octets;
	int64_t date;
	uint32_t blob; /* its check */
	uint32_t loose; /* bytes at its end that are not in that */
	uint64_t check; /* of all before */
};

enum {
	VERSION = 2,
	ORDER = 0x01020304,
	HEAD_LEN = sizeof(struct head),
	ENTRY_LEN = sizeof(struct entry),
	HEAD_CHECKED = offsetof(struct head, check),
	ENTRY_CHECKED = offsetof(struct entry, check),
	AHEAD_MIN = 64 * 1024, /* what a fault brings by itself */
	AHEAD_MAX = 1024 * 1024,
	LINE_LEN = 64, /* of a cache of the processor */
	NEXT_LINES = 16
};

_Static_assert(sizeof(struct head) == 32, "no padding");
_Static_assert(sizeof(struct entry) == FACTS_RECORD_LEN, "nor here");

static const char head_magic[8] = "satcache";
static const char entry_magic[8] = "\xfb"
				   "record\n";

uint64_t
facts_base(struct span base)
{
	return sum_bytes(0, base);
}

/* --- the file ---------------------------------------------------------- */

static uint32_t
head_check(const struct head *h)
{
	return (uint32_t)sum_bytes(VERSION, span_of(h, HEAD_CHECKED));
}

static bool
head_is_good(const struct head *h, uint32_t uidvalidity)
{
	return memcmp(h->magic, head_magic, sizeof h->magic) == 0 &&
	       h->version == VERSION && h->order == ORDER &&
	       h->uidvalidity == uidvalidity && h->check == head_check(h);
}

/* For appending if that may be, else for reading. */
static int
open_file(int dir, bool *can_append)
{
	int flags = O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	int fd = openat(dir, file_name, O_RDWR | O_APPEND | flags);

	*can_append = fd != -1;
	if (fd == -1)
		fd = openat(dir, file_name, O_RDONLY | flags);
	return fd;
}

static bool
is_ours(const struct stat *st)
{
	return S_ISREG(st->st_mode) && st->st_uid == geteuid() &&
	       (st->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

static void
drop_file(struct facts *f)
{
	map_close(&f->map);
	if (f->fd != -1)
		(void)close(f->fd); /* appended data is not ours to wait for */
	f->fd = -1;
	f->can_append = false;
}

/* *foreign: it is there and to be left alone. */
static bool
take_file(struct facts *f, bool *foreign)
{
	struct head h;
	struct stat st;

	f->fd = open_file(f->dir, &f->can_append);
	*foreign = f->fd == -1 && errno != ENOENT;
	if (f->fd == -1)
		return false;
	*foreign = fstat(f->fd, &st) == -1 || !is_ours(&st);
	if (!*foreign && fs_pread(f->fd, &h, sizeof h, 0) == sizeof h &&
	    head_is_good(&h, f->uidvalidity)) {
		f->id = h.id;
		f->size = (int64_t)st.st_size;
		f->seen = HEAD_LEN;
		return true;
	}
	drop_file(f);
	return false;
}

void
facts_open(struct facts *f, int dir, int tmp, uint32_t uidvalidity)
{
	bool foreign;

	*f = (struct facts){
		.dir = dir, .tmp = tmp, .uidvalidity = uidvalidity, .fd = -1
	};
	(void)take_file(f, &foreign); /* it is made when there is a record */
	f->off = foreign;
}

void
facts_close(struct facts *f)
{
	if (f->dir == 0 && f->fd == 0)
		return; /* never opened */
	drop_file(f);
	strbuf_clear(&f->batch);
}

/* Whether the file that is open, *st, is the one that is in place. */
static bool
is_in_place(const struct facts *f, struct stat *st)
{
	return fstat(f->fd, st) == 0 && st->st_nlink > 0 &&
	       st->st_size >= f->seen && !f->map.torn;
}

bool
facts_look(struct facts *f)
{
	struct stat st;
	bool foreign;

	if (f->fd == -1)
		return true;
	if (is_in_place(f, &st)) {
		f->size = (int64_t)st.st_size;
		return true;
	}
	drop_file(f);
	(void)take_file(f, &foreign); /* as in facts_open() */
	return false;
}

/*
 * Who reads on from where the last pages ended gets more of them at once, and
 * twice as many each time: to be faulted in one by one takes longer.
 */
static void
look_ahead(struct facts *f, int64_t from)
{
	bool on = (uint64_t)(from - f->ahead) < AHEAD_MIN;

	if (!on)
		f->step = AHEAD_MIN;
	else if (f->step < AHEAD_MAX)
		f->step *= 2;
	f->ahead = from + f->step;
	if (on)
		map_ahead(&f->map, (size_t)from, (size_t)f->step);
}

/* Map what there is, if it has the bytes up to to. */
static bool
map_up_to(struct facts *f, int64_t to)
{
	struct stat st;

	if (f->fd == -1)
		return false;
	if (to > f->size) {
		if (fstat(f->fd, &st) == -1 || st.st_size < to)
			return false;
		f->size = (int64_t)st.st_size;
	}
	map_close(&f->map);
	f->ahead = 0;
	f->step = AHEAD_MIN;
	return map_open(&f->map, f->fd, (size_t)f->size, 0, MAP_READING) == 0;
}

/* Whether from is not in the pages that were asked for last. */
static inline bool
is_beyond(const struct facts *f, int64_t from)
{
	return (uint64_t)(f->ahead - 1 - from) >= (uint64_t)f->step;
}

static bool
go_on(struct facts *f, int64_t from, int64_t to)
{
	if (to > (int64_t)f->map.len && !map_up_to(f, to))
		return false;
	if (is_beyond(f, from))
		look_ahead(f, from);
	return true;
}

/* Whether the bytes from..to-1 are mapped. */
static inline bool
reach(struct facts *f, int64_t from, int64_t to)
{
	if (from < HEAD_LEN || to < from)
		return false;
	if (to > (int64_t)f->map.len || is_beyond(f, from))
		return go_on(f, from, to);
	return true;
}

/* --- records ----------------------------------------------------------- */

static uint64_t
entry_check(const struct facts *f, const struct entry *e)
{
	return sum_now(f->id, span_of(e, ENTRY_CHECKED));
}

/* The entry at offset, its blob not looked at. */
static bool
read_entry(struct facts *f, int64_t offset, struct entry *e)
{
	if (offset > INT64_MAX - FACTS_BLOB_MAX - ENTRY_LEN ||
	    !reach(f, offset, offset + ENTRY_LEN))
		return false;
	memcpy(e, f->map.p + offset, sizeof *e);
	return memcmp(e->magic, entry_magic, sizeof e->magic) == 0 &&
	       e->len <= FACTS_BLOB_MAX && e->loose <= e->len &&
	       e->check == entry_check(f, e);
}

static struct facts_record
record_of(const struct entry *e)
{
	return (struct facts_record){ .uid = e->uid,
		.base = e->base,
		.size = e->size,
		.octets = e->octets,
		.date = e->date,
		.len = e->len,
		.loose = e->loose };
}

/* The check of a blob, as far as it has no other. */
static uint32_t
blob_check(const struct facts *f, struct span blob, uint32_t loose)
{
	blob.end -= loose;
	return (uint32_t)sum_bytes(f->id, blob);
}

/*
 * Have the record behind this one come nearer while this one is used: mostly
 * it is the next that is asked for, and memory is what takes the time.
 */
static void
fetch_next(const struct facts *f, int64_t at)
{
	const char *p = f->map.p + at;

#pragma GCC unroll 16
	for (int i = 0; i < NEXT_LINES; i++)
		__builtin_prefetch(p + i * LINE_LEN);
}

bool
facts_get(struct facts *f, int64_t offset, struct facts_record *r)
{
	struct entry e;
	struct span s;
	int64_t blob;

	if (!read_entry(f, offset, &e))
		return false;
	blob = offset + ENTRY_LEN;
	if (!reach(f, blob, blob + e.len))
		return false;
	s = span_of(f->map.p + blob, e.len);
	if (f->map.len - (size_t)(blob + e.len) > NEXT_LINES * LINE_LEN)
		fetch_next(f, blob + e.len);
	if (blob_check(f, s, e.loose) != e.blob)
		return false;
	*r = record_of(&e);
	r->blob = s;
	return true;
}

bool
facts_head(struct facts *f, int64_t offset, struct facts_record *r)
{
	struct entry e;

	if (!read_entry(f, offset, &e))
		return false;
	*r = record_of(&e);
	return true;
}

void
facts_skip(struct facts *f)
{
	if (f->fd != -1)
		f->seen = f->size;
}

/* Where the next record may begin, from..; the size when nowhere. */
static int64_t
find_entry(struct facts *f, int64_t from)
{
	const char *at;

	if (!reach(f, from, f->size))
		return f->size;
	at = bytes_find(span_of(f->map.p + from, (size_t)(f->size - from)),
	    span_of(entry_magic, sizeof entry_magic));
	return at == NULL ? f->size : at - f->map.p;
}

/*
 * Whether the entry at offset, whose header is good, is a record: there is
 * another one behind it, or it is the last, or its blob is good.  Of one that
 * was cut off only the header may be there, and then others.
 */
static bool
is_record(struct facts *f, int64_t offset, uint32_t len)
{
	int64_t next = offset + ENTRY_LEN + len;
	struct facts_record r;
	struct entry e;

	return next == f->size || read_entry(f, next, &e) ||
	       facts_get(f, offset, &r);
}

void
facts_each(struct facts *f, facts_found *each, void *arg)
{
	int64_t at = f->seen;
	struct facts_record r;
	struct entry e;

	if (f->fd == -1)
		return;
	while (at <= f->size - ENTRY_LEN) {
		bool good = read_entry(f, at, &e);

		if (good && e.len > f->size - at - ENTRY_LEN)
			break; /* its writer is at it */
		if (!good || !is_record(f, at, e.len)) {
			at = find_entry(f, at + 1);
			continue;
		}
		r = record_of(&e);
		each(arg, at, &r);
		at += ENTRY_LEN + e.len;
	}
	f->seen = at < f->size ? at : f->size;
}

/* --- writing ----------------------------------------------------------- */

static void
put_record(struct facts *f, const struct facts_record *r)
{
	struct entry e = { .uid = r->uid,
		.len = (uint32_t)span_len(r->blob),
		.base = r->base,
		.size = r->size,
		.octets = r->octets,
		.date = r->date,
		.blob = blob_check(f, r->blob, r->loose),
		.loose = r->loose };

	memcpy(e.magic, entry_magic, sizeof e.magic);
	e.check = entry_check(f, &e);
	strbuf_add(&f->batch, &e, sizeof e);
	strbuf_cat(&f->batch, r->blob);
}

/* A number that no other file has had. */
static uint64_t
new_id(const struct facts *f, const char *name)
{
	return sum_bytes(
	    (uint64_t)clock_now_us() ^ f->uidvalidity, span_str(name));
}

static int
put_head(const struct facts *f, int fd)
{
	struct head h = { .version = VERSION,
		.order = ORDER,
		.id = f->id,
		.uidvalidity = f->uidvalidity };

	memcpy(h.magic, head_magic, sizeof h.magic);
	h.check = head_check(&h);
	return fs_write(fd, span_of(&h, sizeof h));
}

/* A file with nothing in it yet, put in place.  Whether it is there. */
static bool
make_file(struct facts *f, struct account *a)
{
	struct strbuf name = { 0 };
	bool foreign, good = false;
	int fd;

	maildir_tmp_name(a, "cache", &name);
	if ((fd = fs_create(f->tmp, name.p, 0600)) != -1) {
		f->id = new_id(f, name.p);
		good = put_head(f, fd) == 0 &&
		       renameat(f->tmp, name.p, f->dir, file_name) == 0;
		(void)close(fd); /* a cache: not synced */
		if (!good)
			(void)unlinkat(f->tmp, name.p, 0);
	}
	strbuf_clear(&name);
	return good && take_file(f, &foreign);
}

void
facts_add(struct facts *f, struct account *a, const struct facts_record *r)
{
	if (f->off || span_len(r->blob) > FACTS_BLOB_MAX)
		return;
	if (f->fd == -1 && !make_file(f, a))
		f->off = true;
	f->off = f->off || !f->can_append;
	if (!f->off)
		put_record(f, r);
}

/* The records in the batch, which begins at the offset at in the file. */
static void
give_batch(struct facts *f, int64_t at, facts_found *each, void *arg)
{
	struct facts_record r;
	struct entry e;

	for (size_t i = 0; i < f->batch.len; i += ENTRY_LEN + e.len) {
		memcpy(&e, f->batch.p + i, sizeof e);
		r = record_of(&e);
		each(arg, at + (int64_t)i, &r);
	}
}

void
facts_flush(struct facts *f, facts_found *each, void *arg)
{
	int64_t end = 0;
	ssize_t n = -1;
	struct stat st;

	if (f->batch.len == 0)
		return;
	/*
	 * The checks of the batch begin with the number of a file; where that
	 * is gone its mapping stays, since somebody may hold blobs of it.
	 */
	if (f->fd != -1 && f->can_append && is_in_place(f, &st)) {
		n = write(f->fd, f->batch.p, f->batch.len);
		end = (int64_t)lseek(f->fd, 0, SEEK_CUR);
		f->off = n != (ssize_t)f->batch.len;
	}
	if (n > 0 && !f->off) {
		if (f->seen == end - n)
			f->seen = end;
		f->size = end;
		give_batch(f, end - n, each, arg);
	}
	strbuf_reset(&f->batch);
}

bool
facts_is_large(const struct facts *f)
{
	return f->map.p != NULL || f->batch.p != NULL;
}

void
facts_rest(struct facts *f)
{
	map_close(&f->map);
	strbuf_clear(&f->batch);
}

/* Records that are whole, with the checks of the file that to is. */
static int
copy_records(
    struct facts *f, struct facts *to, const int64_t *offsets, size_t n, int fd)
{
	enum { PIECE = 256 * 1024 };
	struct facts_record r;
	int result = put_head(to, fd);

	for (size_t i = 0; i < n && result == 0; i++) {
		if (facts_get(f, offsets[i], &r))
			put_record(to, &r);
		if (to->batch.len < PIECE)
			continue;
		result = fs_write(fd, strbuf_span(&to->batch));
		strbuf_reset(&to->batch);
	}
	if (result == 0)
		result = fs_write(fd, strbuf_span(&to->batch));
	strbuf_clear(&to->batch);
	return result;
}

void
facts_rewrite(
    struct facts *f, struct account *a, const int64_t *offsets, size_t n)
{
	struct facts to = { .uidvalidity = f->uidvalidity };
	struct strbuf name = { 0 };
	int fd;

	if (f->off || !f->can_append)
		return;
	maildir_tmp_name(a, "cache", &name);
	to.id = new_id(f, name.p);
	if ((fd = fs_create(f->tmp, name.p, 0600)) != -1) {
		if (copy_records(f, &to, offsets, n, fd) == -1 ||
		    renameat(f->tmp, name.p, f->dir, file_name) == -1) {
			(void)unlinkat(f->tmp, name.p, 0);
			f->off = true;
		}
		(void)close(fd); /* a cache: not synced */
	}
	strbuf_clear(&name);
}
