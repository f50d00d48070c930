/*
 * tickets.c: a file of one or two keys.
 *
 * The problems:
 * 1. Each connection is a process of its own, so a ticket is opened by another
 *    process than the one that sealed it: the key must be shared.
 * 2. Whoever has the key can read what was recorded of resumed sessions, with
 *    TLS 1.2 also of the first: it must not live long, and on no disk.
 * 3. Nobody is there to change it: there is no daemon.
 * 4. Tickets that are out must stay good while the key changes.
 *
 * The answer: the file holds the keys, newest first, 64 octets each; its mtime
 * is the age of the first.  It belongs in a tmpfs.  The first connection that
 * finds it PERIOD old puts a new key in front and drops all but one old one.
 * So a key opens tickets for one to two periods, and tickets live for half of
 * one.  Who changes it holds a flock() on the file that it replaces; those that
 * do not get it go on with the keys they have read, which are good as well.
 * The new file is complete before it has its name (rename, and link for the
 * first one, which must not replace another's).
 *
 * Rejected: a key from the certificate's private key (no forward secrecy); a
 * timer that writes keys (one more thing to install, and to forget); a cache of
 * sessions in a file (shared, written at each handshake, and readable by the
 * unprivileged engine).
 */
#include "tls/tickets.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/span.h"
#include "base/strbuf.h"
#include "sys/fs.h"

enum { PERIOD = 12 * 3600 };

/* A clock that was set back must not keep a key for years. */
static bool
is_due(const struct stat *st, int64_t now)
{
	int64_t age = now - (int64_t)st->st_mtime;

	return age >= PERIOD || age < -PERIOD;
}

/* Open the file, which must be one that nobody else reads. */
static int
open_own(const char *path, struct stat *st)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	if (fd == -1)
		return -1;
	if (fstat(fd, st) == 0 && S_ISREG(st->st_mode) &&
	    (st->st_mode & 077) == 0 && st->st_uid == geteuid())
		return fd;
	(void)close(fd); /* read only */
	errno = EPERM;
	return -1;
}

static int
read_keys(int fd, const struct stat *st, struct tickets *out)
{
	ssize_t len = fs_pread(fd, out->key, sizeof out->key, 0);

	if (len < TICKETS_KEY_LEN || len % TICKETS_KEY_LEN != 0 ||
	    (int64_t)st->st_size != len) {
		explicit_bzero(out, sizeof *out);
		errno = EBADMSG;
		return -1;
	}
	out->n = (uint32_t)(len / TICKETS_KEY_LEN);
	return 0;
}

/* Write the keys to a file that has no name yet but a temporary one. */
static int
write_keys(int fd, const struct tickets *t)
{
	int r = fs_write(fd, span_of(t->key, t->n * sizeof t->key[0]));

	return close(fd) == -1 ? -1 : r;
}

/* Put the keys in place; is_new: only if there is no file. */
static int
publish(const char *path, const struct tickets *t, bool is_new)
{
	struct strbuf name = { 0 };
	int fd, r;

	strbuf_puts(&name, path);
	strbuf_puts(&name, ".XXXXXX");
	fd = mkstemp(name.p); /* mode 0600 */
	r = fd == -1 ? -1 : write_keys(fd, t);
	if (r == 0 && is_new)
		r = link(name.p, path);
	else if (r == 0)
		r = rename(name.p, path);
	if (fd != -1 && (is_new || r == -1))
		(void)unlink(name.p); /* its content is elsewhere */
	strbuf_clear(&name);
	return r;
}

static int
new_key(unsigned char key[TICKETS_KEY_LEN])
{
	return getrandom(key, TICKETS_KEY_LEN, 0) == TICKETS_KEY_LEN ? 0 : -1;
}

/* fd is the file that was read; *t becomes what is there afterwards. */
static void
rotate(const char *path, int fd, int64_t now, struct tickets *t)
{
	struct tickets next = { .n = TICKETS_KEYS };
	struct stat here, there;

	if (flock(fd, LOCK_EX | LOCK_NB) == -1)
		return;
	/* somebody may have been quicker */
	if (fstat(fd, &here) == -1 || stat(path, &there) == -1 ||
	    here.st_dev != there.st_dev || here.st_ino != there.st_ino ||
	    !is_due(&here, now))
		return;
	memcpy(next.key[1], t->key[0], TICKETS_KEY_LEN);
	if (new_key(next.key[0]) == 0 && publish(path, &next, false) == 0)
		*t = next;
	explicit_bzero(&next, sizeof next);
}

static int
create(const char *path)
{
	struct tickets first = { .n = 1 };
	int r = new_key(first.key[0]);

	if (r == 0)
		r = publish(path, &first, true);
	explicit_bzero(&first, sizeof first);
	return r == -1 && errno == EEXIST ? 0 : r;
}

int
tickets_load(const char *path, int64_t now, struct tickets *out)
{
	struct stat st;
	int fd = open_own(path, &st);

	if (fd == -1 && errno == ENOENT) {
		if (create(path) == -1)
			return -1;
		fd = open_own(path, &st);
	}
	if (fd == -1)
		return -1;
	if (read_keys(fd, &st, out) == -1) {
		fs_close(fd);
		return -1;
	}
	if (is_due(&st, now))
		rotate(path, fd, now, out);
	(void)close(fd); /* and with it the lock */
	return 0;
}
