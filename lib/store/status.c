/* status.c: what a folder has, without opening it as a mailbox. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "store/box.h"
#include "store/cachedir.h"
#include "store/flags.h"
#include "store/lock.h"
#include "store/maildir.h"
#include "store/mailbox.h"
#include "store/name.h"
#include "store/registry.h"
#include "store/root.h"
#include "store/summary.h"
#include "store/table.h"
#include "store/uiddb.h"
#include "sys/clock.h"
#include "sys/fs.h"
#include "text/bytes.h"

enum { EPOCH = 1000000000 };

struct counting {
	struct mailbox_status *out;
	int dir;
	bool in_new;
	bool want_size;
	struct strbuf names; /* of cur, each with its NUL, when wanted */
	bool want_names;
};

/* The octets of a message as it is sent: with CRLF. */
static uint64_t
crlf_len(int dir, const char *name)
{
	char buf[65536];
	uint64_t len = 0;
	int64_t at = 0;
	bool cr = false;
	ssize_t n;
	int fd = fs_open_file(dir, name, NULL);

	if (fd == -1)
		return 0;
	while ((n = fs_pread(fd, buf, sizeof buf, at)) > 0) {
		len += bytes_crlf_len(span_of(buf, (size_t)n), &cr);
		at += n;
	}
	fs_close(fd);
	return len;
}

/* The size of a file, from its name where that has it. */
static uint64_t
file_size(int dir, const char *name)
{
	struct stat st;
	uint64_t size;

	if (maildir_size(span_str(name), &size))
		return size;
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return 0;
	return (uint64_t)st.st_size;
}

static int
count_one(void *arg, const char *name, unsigned char type)
{
	struct counting *c = arg;
	unsigned flags = flags_parse(span_str(name));

	if (name[0] == '.' || !maildir_is_file(c->dir, name, type))
		return 0;
	c->out->messages++;
	c->out->recent += c->in_new;
	c->out->unseen += !(flags & FLAG_SEEN);
	if (flags & FLAG_DELETED) {
		c->out->deleted++;
		c->out->deleted_bytes += file_size(c->dir, name);
	}
	if (c->want_size)
		c->out->size += crlf_len(c->dir, name);
	if (c->want_names)
		strbuf_add(&c->names, name, strlen(name) + 1);
	return 0;
}

/* --- messages in cur that have no UID yet ---------------------------- */

static void
drop_known(void *arg, uint32_t uid, struct span base)
{
	struct table *t = arg;
	uint32_t at = table_find(t, base);

	(void)uid;
	if (at < TABLE_NONE - 1)
		table_put(t, at, TABLE_NONE - 1);
}

/* How many names have no entry; UIDNEXT is at least that much higher. */
static uint32_t
count_unknown(const struct maildir *md, const struct strbuf *names)
{
	struct uiddb db;
	struct table t;
	uint32_t unknown = 0;

	table_init(&t, names, names->len / 64);
	for (size_t at = 0; at < names->len; at += strlen(names->p + at) + 1)
		table_put(&t, (uint32_t)at, (uint32_t)at);
	if (uiddb_load(md->dir, &db, drop_known, &t) == 0)
		for (size_t at = 0; at < names->len;
		     at += strlen(names->p + at) + 1)
			unknown +=
			    table_find(
				&t, flags_base(span_str(names->p + at))) == at;
	table_clear(&t);
	return unknown;
}

/* Whether there can be such: cur has changed since UIDs were given last. */
static bool
is_newer(const struct maildir *md)
{
	struct stat cur, db;

	if (fstat(md->cur, &cur) == -1 || fstatat(md->dir, "courierimapuiddb",
					      &db, AT_SYMLINK_NOFOLLOW) == -1)
		return true;
	return cur.st_mtime >= db.st_mtime;
}

/* --- UIDVALIDITY ----------------------------------------------------- */

/*
 * What is shown once must last, so an empty file is made.  It is not synced:
 * nobody has seen a UID of the folder, and who gives the first one does that
 * (uiddb.c).  satchel-folders gets to know of it when the folder is removed or
 * renamed: to tell it here would write it anew for each of thousands of
 * folders.
 *
 * Courier takes its lock, looks, and writes its own file over what is there.
 * So a file that overwrites nothing needs no lock of Courier's, as long as
 * nobody has looked before it was there: such a one still holds the lock when
 * it is there, or has replaced it.
 */
static bool
make_first(const struct uiddb_place *at, struct uiddb *db)
{
	struct uiddb_place first = *at;
	struct stat st;

	first.first = true;
	*db = (struct uiddb){ .uidnext = 1 };
	return uiddb_replace(&first, db, span_of("", 0), 0) == 0 &&
	       !lock_is_raised(at->tmp) &&
	       fstatat(at->dir, "courierimapuiddb", &st, AT_SYMLINK_NOFOLLOW) ==
		   0 &&
	       st.st_ino == db->ino;
}

static int
make_db(struct account *a, struct span folder, const struct maildir *md,
    struct uiddb *db)
{
	struct uiddb_place at = {
		.a = a, .dir = md->dir, .tmp = md->tmp, .unsynced = true
	};
	struct lock lock;
	int r;

	if (lock_own(md->tmp, &lock) == -1)
		return -1;
	if ((r = maildir_has_name(a, folder, md)) == -1 ||
	    (r = registry_uidvalidity(a, folder, &at.above)) == -1)
		goto unlock;
	if (make_first(&at, db))
		goto unlock;
	r = lock_raise(a, &lock);
	if (r == 0)
		r = uiddb_head(md->dir, db);
	if (r == 0 && db->uidvalidity == 0) {
		*db = (struct uiddb){ .uidnext = 1 };
		r = uiddb_replace(&at, db, span_of("", 0), 0);
	}
unlock:
	lock_drop(&lock);
	return r;
}

/*
 * Where nothing can be written it is as for a session (uids.c); an error that
 * may pass must not show another UIDVALIDITY than the one that is stored.  Nor
 * may what has been renamed, and given another for its new name, show that.
 */
static int
uids(struct account *a, struct span folder, const struct maildir *md,
    struct mailbox_status *out)
{
	struct uiddb db = { 0 };
	int r = uiddb_head(md->dir, &db);

	if (r == 0 && db.uidvalidity == 0)
		r = make_db(a, folder, md, &db);
	else if (r == 0 && maildir_has_name(a, folder, md) == -1)
		return -1;
	if (r == -1 && !box_is_unwritable(errno))
		return -1;
	out->highestmodseq = r == -1 ? 0 : (uint64_t)clock_now_us();
	if (r == -1) {
		db.uidvalidity = (uint32_t)(clock_now() - EPOCH - 1);
		db.uidnext = 1;
	}
	out->uidvalidity = db.uidvalidity;
	out->uidnext = db.uidnext;
	return 0;
}

static int
peek(struct account *a, struct span folder, const struct maildir *md,
    struct index_state *out)
{
	struct strbuf dirname = { 0 };
	int r = -1, dir = -1;

	if (a->conf->no_index)
		return -1;
	if (name_to_dir(a, folder, &dirname))
		dir = cachedir_folder(a, dirname.p, md->dir);
	strbuf_clear(&dirname);
	if (dir != -1) {
		r = index_peek(dir, out);
		fs_close(dir);
	}
	return r;
}

/* The octets of all messages, if the index has seen all there is now. */
static bool
index_octets(struct account *a, struct span folder, const struct maildir *md,
    uint64_t *octets)
{
	struct index_state s;
	struct stat cur, new;

	if (peek(a, folder, md, &s) == -1 || s.unsized > 0 ||
	    fstat(md->cur, &cur) == -1 || fstat(md->new, &new) == -1 ||
	    stamp_is_due(&s.cur, &cur) || stamp_is_due(&s.new, &new))
		return false;
	*octets = s.octets;
	return true;
}

/* What was looked at may have made room for another of its name. */
static void
check_look(struct summary_look *look, const struct maildir *md)
{
	struct stat cur;

	if (fstat(md->cur, &cur) == -1 || cur.st_ino != look->cur.st_ino ||
	    cur.st_dev != look->cur.st_dev)
		look->now = 0; /* not to be kept */
}

/* Read the folder. */
static int
count(struct account *a, struct span folder, bool want_size,
    struct summary_look *look, struct mailbox_status *out)
{
	struct mailbox_status st = { 0 };
	struct counting c = { .out = &st, .want_size = want_size };
	struct maildir md;
	uint32_t unknown = 0;
	int r = -1;

	if (maildir_open(a, folder, &md) == -1)
		return -1;
	check_look(look, &md);
	if (uids(a, folder, &md, &st) == -1)
		goto close_dirs;
	if (want_size && index_octets(a, folder, &md, &st.size))
		c.want_size = false; /* no file has to be read */
	c.dir = md.new;
	c.in_new = true;
	if (fs_walk(md.new, count_one, &c) == -1)
		goto close_dirs;
	unknown = st.messages;
	c.dir = md.cur;
	c.in_new = false;
	c.want_names = is_newer(&md);
	if (fs_walk(md.cur, count_one, &c) == -1)
		goto close_dirs;
	if (c.want_names)
		unknown += count_unknown(&md, &c.names);
	if (unknown <= UINT32_MAX - st.uidnext)
		st.uidnext += unknown;
	*out = st;
	r = 0;
close_dirs:
	strbuf_clear(&c.names);
	maildir_close(&md);
	return r;
}

void
mailbox_status_begin(struct account *a)
{
	summary_begin(a);
}

void
mailbox_status_end(struct account *a)
{
	summary_end(a);
}

int
mailbox_status(struct account *a, struct span folder, bool want_size,
    struct mailbox_status *out)
{
	struct summary_look look;
	struct strbuf dir = { 0 };
	struct mailbox_status st;
	int r = 0;

	if (!name_to_dir(a, folder, &dir)) {
		errno = EINVAL;
		return -1;
	}
	strbuf_putc(&dir, '\0');
	if (summary_find(a, dir.p, want_size, &look, &st)) {
		st.highestmodseq = (uint64_t)clock_now_us();
	} else {
		r = count(a, folder, want_size, &look, &st);
		if (r == 0)
			summary_keep(a, &look, want_size, &st);
	}
	strbuf_clear(&dir);
	if (r == -1)
		return -1;
	*out = st;
	return 0;
}
