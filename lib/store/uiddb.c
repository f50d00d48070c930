/*
 * uiddb.c: courierimapuiddb, which message has which UID.
 *
 * The file is Courier's (courierimapuiddb(5)): a line "1 uidvalidity
 * uidnext", then a line "uid base" for each message.  Courier writes all of
 * it anew whenever a message comes or goes.  What a UID has once meant it
 * must mean for ever, to both servers, through any crash; and delivering one
 * message to a folder of 100,000 must not write 100,000 lines.
 *
 * Problem 1: adding lines in place, when the process may be killed, or the
 * machine lose power, between any two system calls.
 *   An entry whose uid is not below the header's uidnext makes Courier give
 *   that UID a second time.  So uidnext is raised first, in place, and
 *   synced; then the lines are appended, and synced.  Whoever finds the
 *   raised uidnext without the lines skips some numbers, which is harmless.
 *   To be raised in place the number has a fixed width: ten digits, with
 *   zeros in front.  Courier reads that (spaces too, but zeros keep to its
 *   grammar of one space) and drops the zeros when it rewrites the file; we
 *   then write it anew, once.
 *   Of the first sync only the order counts: the header is written to the
 *   disk, and waited for, but the disk's own memory is flushed once, by the
 *   second.  Lines behind the old end are no part of the file before that has
 *   flushed and committed its new length.
 *   That is for messages which are in the folder (a scan).  Those on their
 *   way into it (uiddb_give()) are renamed only when both are on the disk,
 *   so one sync is enough: an entry that came there without the header has
 *   no file, and no client knows of it.
 *
 * Problem 2: a line that is cut (a kill in the middle of write(), a full
 * disk).
 *   Such a line has no LF.  It is read as an entry like any other, since a
 *   base that is cut is the name of no file, but nothing is appended behind
 *   it: the file is not neat, and is rewritten.  A write that fails is also
 *   cut off again by ftruncate(): nobody has been told of those UIDs.
 *
 * Problem 3: entries of messages that are gone.
 *   They do no harm: no file has their name, and the header keeps their UIDs
 *   from being given again.  So an expunge writes nothing here.  The next
 *   rewriting leaves them out (Courier's scan does so at once), and sync.c
 *   asks for one when they are more than an eighth.  What must not happen is
 *   that such a base comes back as another message: bases are never used
 *   twice, MOVE and COPY make new ones.
 *
 * Problem 4: rewriting.
 *   The new file is complete and synced in tmp before it is renamed over the
 *   old one.  When it cannot be written the old one stays.  (Courier removes
 *   the old one then: every client loads all mail again when the disk was
 *   full for a moment.)
 *
 *   The first file of a folder is not synced.  What is lost with it is its
 *   UIDVALIDITY, and all that was said under that; the next one is greater,
 *   since it is noted in satchel-folders.  The name is synced, so that it is
 *   there for what is appended later.  Where it has no entry (STATUS makes
 *   such a file, for hundreds of folders in a row), that is done by whoever
 *   appends the first one.
 *
 * Problem 5: readers.
 *   They take no lock.  They see the old file or the new one, or a prefix of
 *   what is being appended, with a header that is already ahead of it.
 *
 * Rejected: a journal beside the file, read by us alone (Courier would give
 * other UIDs to the same messages); padding the file with empty lines to be
 * filled in later (Courier skips them, but a reader in between sees half
 * lines with an LF behind them); reserving UIDs ahead (UIDNEXT may not change
 * while no message comes: RFC 9051 section 2.3.1.1); one write() of header
 * and lines (there is no such thing as one write in two places).
 */
#include "store/uiddb.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/ckd.h"
#include "base/num.h"
#include "store/maildir.h"
#include "store/root.h"
#include "sys/fs.h"

static const char file_name[] = "courierimapuiddb";

enum {
	WIDTH = 10, /* of uidnext in the header */
	HEAD_LEN = 512, /* enough for any first line of ours or Courier's */
	EPOCH = 1000000000 /* taken off the time, courierimapuiddb(5) */
};

static const size_t max_len = (size_t)1 << 30;

/* --- reading --------------------------------------------------------- */

static void
skip_spaces(struct span *s)
{
	while (s->p < s->end && (*s->p == ' ' || *s->p == '\t'))
		s->p++;
}

/*
 * header = "1" SP uidvalidity SP uidnext LF, and words after it are ignored.
 * It is neat if it is just as we write it.
 */
static bool
p_header(struct span *in, struct uiddb *db)
{
	struct span s = span_cut(in, '\n'), line = s;
	uint32_t version, uidvalidity, uidnext;
	const char *next;

	skip_spaces(&s);
	if (!num_u32(&s, &version) || version != 1)
		return false;
	skip_spaces(&s);
	if (!num_u32(&s, &uidvalidity) || uidvalidity == 0)
		return false;
	skip_spaces(&s);
	next = s.p;
	if (!num_u32(&s, &uidnext))
		return false;
	db->uidvalidity = uidvalidity;
	db->uidnext = uidnext > 0 ? uidnext : 1;
	db->neat = uidnext > 0 && s.p == s.end && s.p - next == WIDTH &&
		   line.end < in->p && span_at(&line, '1') && next[-1] == ' ';
	return true;
}

/*
 * entry = uid SP base LF; what is none is skipped (courierimapuiddb(5)), and so
 * is UINT32_MAX, behind which there is no UIDNEXT.
 */
static bool
p_entry(struct span line, uint32_t *uid, struct span *base)
{
	uint32_t n;

	if (!num_u32(&line, &n) || n == 0 || n == UINT32_MAX ||
	    !span_eat(&line, ' '))
		return false;
	*base = span_cut(&line, ':');
	if (base->p == base->end || span_find(*base, '\0') != NULL)
		return false;
	*uid = n;
	return true;
}

void
uiddb_parse(struct span text, struct uiddb *db, uiddb_each *each, void *arg)
{
	struct span line, base;
	uint32_t uid;

	if (db->uidvalidity == 0 && !p_header(&text, db))
		return;
	if (text.p < text.end && text.end[-1] != '\n')
		db->neat = false;
	while (text.p < text.end) {
		line = span_cut(&text, '\n');
		if (!p_entry(line, &uid, &base)) {
			db->neat = false;
			continue;
		}
		db->entries++;
		if (uid >= db->uidnext) {
			db->uidnext = uid + 1;
			db->neat = false;
		}
		each(arg, uid, base);
	}
}

/* 1 when there is nothing that counts as a file. */
static int
open_file(int dir, int flags, struct stat *st)
{
	int fd = openat(dir, file_name,
	    flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	if (fd == -1)
		return -1;
	if (fstat(fd, st) == -1)
		goto close_file;
	if (S_ISREG(st->st_mode))
		return fd;
	errno = EINVAL;
close_file:
	fs_close(fd);
	return -1;
}

/* What stands in the file's place and is no file is replaced like none. */
static bool
counts_as_none(void)
{
	return errno == ENOENT || errno == ELOOP || errno == EINVAL ||
	       errno == EISDIR || errno == ENXIO;
}

int
uiddb_load(int dir, struct uiddb *db, uiddb_each *each, void *arg)
{
	struct strbuf text = { 0 };
	struct uiddb new = { 0 };
	struct stat st;
	int fd = open_file(dir, O_RDONLY, &st);
	ssize_t n;

	if (fd == -1 && !counts_as_none())
		return -1;
	if (fd == -1) {
		*db = new;
		return 0;
	}
	if ((size_t)st.st_size > max_len) {
		errno = EFBIG;
		n = -1;
	} else {
		n = fs_pread(fd, strbuf_room(&text, (size_t)st.st_size),
		    (size_t)st.st_size, 0);
	}
	fs_close(fd);
	if (n == -1) {
		strbuf_clear(&text);
		return -1;
	}
	new.ino = st.st_ino;
	new.len = n;
	uiddb_parse(span_of(text.p, (size_t)n), &new, each, arg);
	*db = new;
	strbuf_clear(&text);
	return 0;
}

static int
read_head(int fd, const struct stat *st, struct uiddb *db)
{
	char head[HEAD_LEN], last = '\n';
	struct uiddb new = { 0 };
	struct span s;
	ssize_t n = fs_pread(fd, head, sizeof head, 0);

	if (n == -1 || (n > 0 && fs_pread(fd, &last, 1, st->st_size - 1) == -1))
		return -1;
	s = span_of(head, (size_t)n);
	if (p_header(&s, &new) && last != '\n')
		new.neat = false;
	new.ino = st->st_ino;
	new.len = st->st_size;
	*db = new;
	return 0;
}

/* The same, and the file stays open as *fd; that is -1 where it is none. */
static int
open_head(int dir, int flags, struct uiddb *db, int *fd)
{
	struct stat st;

	*fd = open_file(dir, flags, &st);
	if (*fd == -1 && !counts_as_none())
		return -1;
	if (*fd == -1) {
		*db = (struct uiddb){ 0 };
		return 0;
	}
	if (read_head(*fd, &st, db) == 0)
		return 0;
	fs_close(*fd);
	*fd = -1;
	return -1;
}

int
uiddb_head(int dir, struct uiddb *db)
{
	int fd;

	if (open_head(dir, O_RDONLY, db, &fd) == -1)
		return -1;
	if (fd != -1)
		fs_close(fd);
	return 0;
}

/* --- writing --------------------------------------------------------- */

void
uiddb_put(struct strbuf *lines, uint32_t uid, struct span base)
{
	strbuf_num(lines, uid);
	strbuf_putc(lines, ' ');
	strbuf_cat(lines, base);
	strbuf_putc(lines, '\n');
}

static int
put_header(const struct uiddb *db, char *out, size_t max)
{
	return snprintf(out, max, "1 %u %0*u\n", (unsigned)db->uidvalidity,
	    WIDTH, (unsigned)db->uidnext);
}

/*
 * The file as it is now must be the one that db tells of; *first is whether it
 * has given no UID yet.
 */
static bool
is_same(int fd, const struct stat *st, const struct uiddb *db, bool *first)
{
	char head[HEAD_LEN];
	struct uiddb now = { 0 };
	struct span s;
	ssize_t n;

	if (!db->neat || st->st_ino != db->ino || st->st_size != db->len)
		return false;
	if ((n = fs_pread(fd, head, sizeof head, 0)) == -1)
		return false;
	s = span_of(head, (size_t)n);
	*first = p_header(&s, &now) && now.uidnext == 1;
	return now.neat && now.uidvalidity == db->uidvalidity &&
	       now.uidnext <= db->uidnext;
}

/* Here: the messages are in the folder. */
static int
append(int fd, struct uiddb *db, struct span lines, uint32_t n, bool here)
{
	char head[HEAD_LEN];
	int len = put_header(db, head, sizeof head), saved;

	if (fs_pwrite(fd, span_of(head, (size_t)len), 0) == -1 ||
	    (here && fs_wait_sync(fd) == -1))
		return -1;
	if (fs_pwrite(fd, lines, db->len) == -1 || fdatasync(fd) == -1) {
		saved = errno;
		if (ftruncate(fd, db->len) == -1)
			db->neat = false; /* as the next one will find it */
		errno = saved;
		return -1;
	}
	db->len += (int64_t)span_len(lines);
	db->entries += n;
	return 0;
}

int
uiddb_append(int dir, struct uiddb *db, struct span lines, uint32_t n)
{
	struct stat st;
	int fd = open_file(dir, O_RDWR, &st), r = -1;
	bool first;

	if (fd == -1)
		return -1;
	if (is_same(fd, &st, db, &first))
		r = append(fd, db, lines, n, true);
	else
		errno = EBADMSG;
	fs_close(fd);
	if (r == 0 && first)
		r = fs_sync_dir(dir); /* its name */
	return r;
}

/* courierimapuiddb(5): the mtime of the file that will become the database. */
static int
choose_uidvalidity(int fd, uint32_t above, uint32_t *out)
{
	struct stat st;
	uint32_t v = above;

	if (fstat(fd, &st) == -1)
		return -1;
	if (st.st_mtim.tv_sec > EPOCH &&
	    (uint64_t)(st.st_mtim.tv_sec - EPOCH) <= UINT32_MAX)
		v = (uint32_t)(st.st_mtim.tv_sec - EPOCH);
	if (v <= above && ckd_add(&v, above, 1)) {
		errno = EOVERFLOW;
		return -1;
	}
	*out = v;
	return 0;
}

static int
write_file(int fd, const struct uiddb *db, struct span lines, bool sync)
{
	char head[HEAD_LEN];
	int len = put_header(db, head, sizeof head);

	if (fs_write(fd, span_of(head, (size_t)len)) == -1 ||
	    fs_write(fd, lines) == -1)
		return -1;
	return sync ? fsync(fd) : 0;
}

int
uiddb_replace(const struct uiddb_place *at, struct uiddb *db, struct span lines,
    uint32_t n)
{
	struct uiddb new = *db;
	struct strbuf name = { 0 };
	struct stat st;
	int fd, r = -1;

	maildir_tmp_name(at->a, "imapuid", &name);
	if ((fd = fs_create(at->tmp, name.p, MODE_FILE)) == -1)
		goto clear_name;
	if (new.uidvalidity == 0 &&
	    choose_uidvalidity(fd, at->above, &new.uidvalidity) == -1)
		goto unlink_file;
	if (new.uidnext == 0)
		new.uidnext = 1;
	if (write_file(fd, &new, lines, !at->unsynced) == -1 ||
	    fstat(fd, &st) == -1)
		goto unlink_file;
	r = at->first ? fs_rename_excl(at->tmp, name.p, at->dir, file_name)
		      : renameat(at->tmp, name.p, at->dir, file_name);
	if (r == -1)
		goto unlink_file;
	fs_close(fd);
	r = at->unsynced ? 0 : fs_sync_dir(at->dir);
	new.ino = st.st_ino;
	new.len = st.st_size;
	new.entries = n;
	new.neat = true;
	*db = new;
	goto clear_name;
unlink_file:
	r = errno;
	fs_close(fd);
	(void)unlinkat(at->tmp, name.p, 0);
	errno = r;
	r = -1;
clear_name:
	strbuf_clear(&name);
	return r;
}

/* --- giving UIDs to what is not in the folder yet -------------------- */

struct keeping {
	struct strbuf lines;
	uint32_t n;
};

static void
keep(void *arg, uint32_t uid, struct span base)
{
	struct keeping *k = arg;

	uiddb_put(&k->lines, uid, base);
	k->n++;
}

static bool
has_begun(const struct uiddb *db)
{
	return db->uidvalidity != 0 && db->uidnext > 1 &&
	       db->uidnext < UINT32_MAX;
}

static void
put_new(struct strbuf *lines, struct span bases, uint32_t uid)
{
	while (bases.p < bases.end)
		uiddb_put(lines, uid++, span_cut(&bases, '\n'));
}

int
uiddb_give(const struct uiddb_place *at, struct span bases, uint32_t n,
    struct uiddb *was, struct uiddb *now)
{
	struct keeping k = { .n = 0 };
	struct uiddb head, db;
	uint32_t next;
	int fd, r = -1;

	if (open_head(at->dir, O_RDWR, &head, &fd) == -1)
		return -1;
	db = head;
	if (at->begun && !has_begun(&head)) {
		errno = EAGAIN;
		goto clear_lines;
	}
	if (!db.neat && uiddb_load(at->dir, &db, keep, &k) == -1)
		goto clear_lines;
	next = db.uidnext > 0 ? db.uidnext : 1;
	if (ckd_add(&next, next, at->skip) || ckd_add(&db.uidnext, next, n)) {
		errno = EOVERFLOW;
		goto clear_lines;
	}
	put_new(&k.lines, bases, next);
	r = head.neat ? append(fd, &db, strbuf_span(&k.lines), n, false)
		      : uiddb_replace(at, &db, strbuf_span(&k.lines), k.n + n);
	if (r == 0 && head.neat && head.uidnext == 1)
		r = fs_sync_dir(at->dir); /* its name */
	if (r == 0) {
		*was = head;
		*now = db;
	}
clear_lines:
	if (fd != -1)
		fs_close(fd);
	strbuf_clear(&k.lines);
	return r;
}
