/*
 * listed.c: which directories of a Maildir have been found to be folders.
 *
 * The problem: a directory whose name begins with a dot is a folder when it
 * has a cur.  To look for that costs a LIST more than to read the Maildir,
 * sort the names and answer, and it is so each time.
 *
 * The choice: a file with a table of those that had one, as sums over name
 * and inode, which the Maildir's entries tell without being looked at.  What
 * is removed, renamed or made anew is another entry.  What is not in the table
 * is looked at, so that a folder is there as soon as it has its cur.
 *
 * What can be wrong is a directory that stays when its cur is removed, which
 * no program does but by a kill in between.  It is listed as a folder until
 * somebody tries to open it, or its turn comes: each LIST looks at some of the
 * known ones, another choice each time, and all are looked at after a day.
 *
 * Rejected: the stamp of the Maildir (it changes whenever courierimapuiddb of
 * the INBOX does, and not when a folder's cur comes later than the folder);
 * the slots of satchel-status (their key is the inode of cur, which is what
 * is not to be asked for); every directory with a dot is a folder (a message
 * store has others, and clients would show what they cannot open).
 */
#include "store/listed.h"

#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sum.h"
#include "store/cachedir.h"
#include "store/root.h"
#include "sys/clock.h"
#include "sys/fs.h"

enum {
	MAGIC = 0x6c697374, /* also tells another byte order */
	VERSION = 1,
	SLOTS_MIN = 64,
	SLOTS_MAX = 1 << 20, /* 8 MiB */
	LEN = sizeof(uint64_t),
	WORTH = 32, /* new ones: fewer are looked at each time */
	DUE = 16, /* known ones that are looked at again, at most on average */
	AGE = 24 * 60 * 60
};

static const char file[] = "satchel-list";

struct header {
	uint64_t check; /* of what follows, the table too */
	uint32_t magic, version;
	uint64_t dev; /* of the Maildir */
	int64_t written; /* seconds since 1970 */
	uint32_t slots, reserved;
};

static uint64_t
key_of(struct span entry, uint64_t ino)
{
	uint64_t key = sum_bytes(ino, entry);

	return key == 0 ? 1 : key; /* 0 is an empty slot */
}

/*
 * The slot of key, or the empty one for it, and what it holds.  A file of
 * somebody else's making may have neither.
 */
static size_t
place(const char *table, uint32_t slots, uint64_t key, uint64_t *is)
{
	size_t i = (size_t)key & (slots - 1);

	for (uint32_t n = 0; n < slots; n++, i = (i + 1) & (slots - 1)) {
		memcpy(is, table + i * LEN, LEN);
		if (*is == key || *is == 0)
			break;
	}
	return i;
}

static uint64_t
check_of(const struct strbuf *b)
{
	return sum_bytes(MAGIC, span_of(b->p + LEN, b->len - LEN));
}

static bool
is_good(const struct account *a, const struct strbuf *b)
{
	struct header h;
	struct stat st;
	int64_t now = clock_now();

	if (b->len < sizeof h || fstat(a->fd, &st) == -1)
		return false;
	memcpy(&h, b->p, sizeof h);
	return h.magic == MAGIC && h.version == VERSION &&
	       h.dev == (uint64_t)st.st_dev && h.written <= now &&
	       now - h.written < AGE && h.slots > 0 && h.slots <= SLOTS_MAX &&
	       (h.slots & (h.slots - 1)) == 0 &&
	       b->len == sizeof h + (size_t)h.slots * LEN &&
	       h.check == check_of(b);
}

void
listed_begin(struct account *a, struct listed *l)
{
	struct header h;

	*l = (struct listed){ .slots = 0 };
	if (fs_slurp(a->caches, file, sizeof h + (size_t)SLOTS_MAX * LEN,
		&l->file) == -1 ||
	    !is_good(a, &l->file))
		return;
	memcpy(&h, l->file.p, sizeof h);
	l->slots = h.slots;
	l->turns = h.slots / 2 > DUE ? h.slots / 2 / DUE : 1;
	l->turn = (uint32_t)clock_now_us() & (l->turns - 1);
}

enum listed_is
listed_has(const struct listed *l, struct span entry, uint64_t ino)
{
	uint64_t key = key_of(entry, ino), is;

	if (l->slots == 0)
		return LISTED_NO;
	(void)place(l->file.p + sizeof(struct header), l->slots, key, &is);
	if (is != key)
		return LISTED_NO;
	return (key >> 32 & (l->turns - 1)) == l->turn ? LISTED_DUE
						       : LISTED_YES;
}

void
listed_add(struct listed *l, struct span entry, uint64_t ino)
{
	uint64_t key = key_of(entry, ino);

	strbuf_add(&l->news, &key, LEN);
}

static void
put_keys(const char *keys, size_t n, struct strbuf *b, uint32_t slots)
{
	char *table = b->p + sizeof(struct header);
	uint64_t key, is;

	for (size_t i = 0; i < n; i++) {
		memcpy(&key, keys + i * LEN, LEN);
		if (key != 0)
			memcpy(table + place(table, slots, key, &is) * LEN,
			    &key, LEN);
	}
}

static size_t
count_taken(const struct listed *l)
{
	const char *table;
	size_t taken = 0;
	uint64_t key;

	if (l->slots == 0)
		return 0;
	table = l->file.p + sizeof(struct header);
	for (size_t i = 0; i < l->slots; i++) {
		memcpy(&key, table + i * LEN, LEN);
		taken += key != 0;
	}
	return taken;
}

/*
 * The old ones and the new.  What is gone is in the old file, too, and goes
 * when that is a day old.  Other file systems than a disk's may have another
 * inode for the same entry each time: it would never end.
 */
static void
save(struct account *a, const struct listed *l)
{
	struct header h = { .magic = MAGIC, .version = VERSION };
	size_t news = l->news.len / LEN, all = count_taken(l) + news;
	size_t slots = SLOTS_MIN;
	struct strbuf b = { 0 };
	struct stat st;

	while (slots < all * 2)
		slots *= 2;
	if (slots > SLOTS_MAX || !fs_is_local(a->fd) || fstat(a->fd, &st) == -1)
		return;
	if (l->slots != 0) /* they were looked at then */
		memcpy(&h, l->file.p, sizeof h);
	else
		h.written = clock_now();
	h.dev = (uint64_t)st.st_dev;
	h.slots = (uint32_t)slots;
	strbuf_add(&b, &h, sizeof h);
	memset(strbuf_room(&b, slots * LEN), 0, slots * LEN);
	b.len += slots * LEN;
	if (l->slots != 0)
		put_keys(l->file.p + sizeof h, l->slots, &b, h.slots);
	put_keys(l->news.p, news, &b, h.slots);
	h.check = check_of(&b);
	memcpy(b.p, &h, sizeof h);
	(void)cachedir_replace(a, file, strbuf_span(&b));
	strbuf_clear(&b);
}

void
listed_end(struct account *a, struct listed *l)
{
	if (l->wrong)
		listed_forget(a);
	else if (l->news.len >= WORTH * LEN)
		save(a, l);
	listed_clear(l);
}

void
listed_clear(struct listed *l)
{
	strbuf_clear(&l->file);
	strbuf_clear(&l->news);
}

void
listed_forget(struct account *a)
{
	(void)unlinkat(a->caches, file, 0);
}
