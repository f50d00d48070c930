/*
 * floor.c: the least work for a server that keeps one file a message and has
 * no daemon, done in plain C; prints the milliseconds it took.
 *
 *	floor KIND DIR [COUNT [SIZE]]
 *
 *	readdir		the names in DIR/cur
 *	heads		the names, and 4 KiB of each file
 *	bodies		the names, and all of each file
 *	send		the names, and all of each file written to a socket
 *	answer		COUNT octets written to a socket, 64 KiB at a time
 *	rename		COUNT files of DIR/cur get another name
 *	link		COUNT files linked into DIR/.Floor/cur, which is synced
 *	move		COUNT files renamed into it, both synced
 *	unlink		COUNT files removed
 *	append		COUNT files of SIZE octets, each synced, renamed to cur,
 *			and cur synced
 *	multi		the same, cur synced once
 *	folders		the folders of DIR listed, 40 octets written for each
 *	stats		cur and new of each folder looked at
 *
 * A socket is drained by another process.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/nelem.h"

enum { BUFFER = 1 << 20, BLOCK = 64 << 10 };

struct job {
	int dir, cur; /* DIR and DIR/cur */
	int to; /* DIR/.Floor/cur */
	int sink; /* a socket */
	size_t count, size;
	char **names; /* of DIR/cur; what is listed is part of some jobs */
	size_t n_names;
};

static char buf[BUFFER];

static void
die(const char *what)
{
	(void)fprintf(stderr, "floor: %s: %s\n", what, strerror(errno));
	_exit(1);
}

static int
directory(int at, const char *name)
{
	int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd == -1)
		die(name);
	return fd;
}

static void
sync_fd(int fd)
{
	if (fsync(fd) == -1)
		die("fsync");
}

/* Calls each for every name in the directory. */
static void
every_name(int fd, struct job *j, void (*each)(struct job *, const char *))
{
	DIR *d = fdopendir(directory(fd, "."));
	struct dirent *e;

	if (d == NULL)
		die("readdir");
	while ((e = readdir(d)) != NULL) {
		if (e->d_name[0] != '.' || fd != j->cur)
			each(j, e->d_name);
	}
	(void)closedir(d);
}

static void
keep_name(struct job *j, const char *name)
{
	if (j->n_names % 4096 == 0)
		j->names =
		    realloc(j->names, (j->n_names + 4096) * sizeof *j->names);
	if (j->names == NULL || (j->names[j->n_names++] = strdup(name)) == NULL)
		die("memory");
}

static void
nothing(struct job *j, const char *name)
{
	(void)j;
	(void)name;
}

static size_t
read_file(const struct job *j, const char *name, size_t most)
{
	int fd = openat(j->cur, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	ssize_t n = fd == -1 ? -1 : read(fd, buf, most);

	if (n == -1)
		die(name);
	(void)close(fd);
	return (size_t)n;
}

static void
send_all(const struct job *j, size_t n)
{
	for (size_t at = 0; at < n;) {
		ssize_t w = write(j->sink, buf + at, n - at);

		if (w == -1)
			die("write");
		at += (size_t)w;
	}
}

static void
head(struct job *j, const char *name)
{
	(void)read_file(j, name, 4096);
}

static void
body(struct job *j, const char *name)
{
	(void)read_file(j, name, BUFFER);
}

static void
send_body(struct job *j, const char *name)
{
	send_all(j, read_file(j, name, BUFFER));
}

/* --- jobs ---------------------------------------------------------------- */

static void
do_readdir(struct job *j)
{
	every_name(j->cur, j, nothing);
}

static void
do_heads(struct job *j)
{
	every_name(j->cur, j, head);
}

static void
do_bodies(struct job *j)
{
	every_name(j->cur, j, body);
}

static void
do_send(struct job *j)
{
	every_name(j->cur, j, send_body);
}

static void
do_answer(struct job *j)
{
	for (size_t n = j->count; n > 0;) {
		size_t part = n < BLOCK ? n : BLOCK;

		send_all(j, part);
		n -= part;
	}
}

/* The flag F is set where it was not, and the other way round. */
static void
do_rename(struct job *j)
{
	char name[512];

	for (size_t i = 0; i < j->count && i < j->n_names; i++) {
		const char *flags = strstr(j->names[i], ":2,");
		size_t base = flags != NULL ? (size_t)(flags - j->names[i]) : 0;

		(void)snprintf(name, sizeof name, "%.*s%s", (int)base,
		    j->names[i],
		    flags != NULL && flags[3] == 'F' ? ":2,S" : ":2,FS");
		if (renameat(j->cur, j->names[i], j->cur, name) == -1)
			die(name);
	}
}

static void
do_link(struct job *j)
{
	for (size_t i = 0; i < j->count && i < j->n_names; i++) {
		if (linkat(j->cur, j->names[i], j->to, j->names[i], 0) == -1)
			die(j->names[i]);
	}
	sync_fd(j->to);
}

static void
do_move(struct job *j)
{
	for (size_t i = 0; i < j->count && i < j->n_names; i++) {
		if (renameat(j->cur, j->names[i], j->to, j->names[i]) == -1)
			die(j->names[i]);
	}
	sync_fd(j->to);
	sync_fd(j->cur);
}

static void
do_unlink(struct job *j)
{
	for (size_t i = 0; i < j->count && i < j->n_names; i++) {
		if (unlinkat(j->cur, j->names[i], 0) == -1)
			die(j->names[i]);
	}
}

static void
append(const struct job *j, size_t i)
{
	char tmp[64], name[64];
	int fd;

	(void)snprintf(tmp, sizeof tmp, "tmp/floor.%zu", i);
	(void)snprintf(name, sizeof name, "1999999999.F%zuP%d.bench:2,S", i,
	    (int)getpid());
	fd = openat(j->dir, tmp, O_WRONLY | O_CREAT | O_EXCL, 0600);
	if (fd == -1)
		die(tmp);
	for (size_t left = j->size, n; left > 0; left -= n) {
		n = left < BUFFER ? left : BUFFER;
		if (write(fd, buf, n) != (ssize_t)n)
			die(tmp);
	}
	sync_fd(fd);
	(void)close(fd);
	if (renameat(j->dir, tmp, j->cur, name) == -1)
		die(name);
}

static void
do_append(struct job *j)
{
	for (size_t i = 0; i < j->count; i++) {
		append(j, i);
		sync_fd(j->cur);
	}
}

static void
do_multi(struct job *j)
{
	for (size_t i = 0; i < j->count; i++)
		append(j, i);
	sync_fd(j->cur);
}

static void
do_folders(struct job *j)
{
	size_t n;

	every_name(j->dir, j, keep_name);
	n = 40 * j->n_names;
	send_all(j, n < BUFFER ? n : BUFFER);
}

static void
look(struct job *j, const char *name)
{
	char path[600];
	struct stat st;

	if (name[0] != '.' || name[1] == '.' || name[1] == '\0')
		return;
	(void)snprintf(path, sizeof path, "%s/cur", name);
	(void)fstatat(j->dir, path, &st, 0);
	(void)snprintf(path, sizeof path, "%s/new", name);
	(void)fstatat(j->dir, path, &st, 0);
}

static void
do_stats(struct job *j)
{
	every_name(j->dir, j, look);
}

static const struct {
	const char *kind;
	void (*run)(struct job *);
	bool names; /* are known before */
} kinds[] = {
	/* clang-format off */
	{ "readdir", do_readdir, false },
	{ "heads", do_heads, false },
	{ "bodies", do_bodies, false },
	{ "send", do_send, false },
	{ "answer", do_answer, false },
	{ "rename", do_rename, true },
	{ "link", do_link, true },
	{ "move", do_move, true },
	{ "unlink", do_unlink, true },
	{ "append", do_append, false },
	{ "multi", do_multi, false },
	{ "folders", do_folders, false },
	{ "stats", do_stats, false },
	/* clang-format on */
};

/* --- around them --------------------------------------------------------- */

static pid_t
open_sink(struct job *j)
{
	int fds[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == -1)
		die("socketpair");
	pid = fork();
	if (pid == -1)
		die("fork");
	if (pid == 0) {
		(void)close(fds[0]);
		while (read(fds[1], buf, BLOCK) > 0)
			continue;
		_exit(0);
	}
	(void)close(fds[1]);
	j->sink = fds[0];
	return pid;
}

static double
now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

int
main(int argc, char **argv)
{
	struct job j = { 0 };
	double from;
	pid_t pid;

	if (argc < 3)
		return 100;
	j.count = argc > 3 ? strtoul(argv[3], NULL, 10) : 0;
	j.size = argc > 4 ? strtoul(argv[4], NULL, 10) : 0;
	j.dir = directory(AT_FDCWD, argv[2]);
	j.cur = directory(j.dir, "cur");
	(void)mkdirat(j.dir, ".Floor", 0700);
	(void)mkdirat(j.dir, ".Floor/cur", 0700);
	j.to = directory(j.dir, ".Floor/cur");
	(void)memset(buf, 'x', sizeof buf);
	for (size_t i = 0; i < NELEM(kinds); i++) {
		if (strcmp(kinds[i].kind, argv[1]) != 0)
			continue;
		if (kinds[i].names)
			every_name(j.cur, &j, keep_name);
		pid = open_sink(&j);
		from = now_ms();
		kinds[i].run(&j);
		printf("%.4f\n", now_ms() - from);
		(void)close(j.sink);
		(void)waitpid(pid, NULL, 0);
		return 0;
	}
	return 100;
}
