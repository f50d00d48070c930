/* compile.c: lines into a new database, which then takes the old one's name. */
#include "net/compile.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "net/access.h"
#include "net/rule.h"
#include "sys/fs.h"

enum { FILE_MAX_LEN = 64 << 20, FILES_MAX = 4096 };

struct compile {
	struct access *out;
	struct compile_error *e;
	bool stored; /* what failed was no line's fault */
	size_t n;
	char *names[FILES_MAX];
};

static void
blame(struct compile *c, const char *file, size_t line)
{
	(void)snprintf(c->e->file, sizeof c->e->file, "%s", file);
	c->e->line = line;
}

static int
store(void *arg, const char *key, struct span value)
{
	struct compile *c = arg;

	if (access_put(c->out, key, value) == 0)
		return 0;
	c->stored = false;
	return 1;
}

static int
add_lines(struct compile *c, const char *name, struct span all)
{
	struct span line;

	for (size_t n = 1; all.p < all.end; n++) {
		line = span_cut(&all, '\n');
		if (rule_line(line, store, c) == 0)
			continue;
		blame(c, name, c->stored ? n : 0);
		return -1;
	}
	return 0;
}

static int
add_file(struct compile *c, const char *name)
{
	struct strbuf b = { 0 };
	int r = -1, fd;
	struct stat st;

	/* a link is as good as a file here: who writes rules may make links */
	fd = open(name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd == -1 || fstat(fd, &st) == -1)
		goto done;
	errno = EINVAL;
	if (!S_ISREG(st.st_mode))
		goto done;
	errno = EFBIG;
	if (st.st_size > FILE_MAX_LEN)
		goto done;
	if (st.st_size > 0) {
		ssize_t n = fs_pread(fd, strbuf_room(&b, (size_t)st.st_size),
		    (size_t)st.st_size, 0);

		if (n == -1)
			goto done;
		b.len = (size_t)n;
	}
	r = 0;
done:
	if (fd != -1)
		fs_close(fd);
	if (r == -1)
		blame(c, name, 0);
	else
		r = add_lines(c, name, strbuf_span(&b));
	strbuf_clear(&b);
	return r;
}

static int
remember(void *arg, const char *name, unsigned char type)
{
	struct compile *c = arg;

	(void)type;
	if (*name == '.' || *name == '#' || name[strlen(name) - 1] == '~')
		return 0;
	errno = E2BIG;
	if (c->n == FILES_MAX || (c->names[c->n] = strdup(name)) == NULL)
		return -1;
	c->n++;
	return 0;
}

static int
by_name(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

static int
add_directory(struct compile *c, int dir, const char *name)
{
	struct strbuf path = { 0 };
	int r = fs_walk(dir, remember, c);

	if (r == -1)
		blame(c, name, 0);
	qsort(c->names, c->n, sizeof *c->names, by_name);
	for (size_t i = 0; i < c->n && r == 0; i++) {
		strbuf_reset(&path);
		strbuf_puts(&path, name);
		strbuf_putc(&path, '/');
		strbuf_puts(&path, c->names[i]);
		r = add_file(c, path.p);
	}
	for (size_t i = 0; i < c->n; i++)
		free(c->names[i]);
	strbuf_clear(&path);
	return r;
}

static int
add_all(struct compile *c, const char *from)
{
	int dir = open(from, O_RDONLY | O_DIRECTORY | O_CLOEXEC), r;

	if (dir == -1 && errno == ENOTDIR)
		return add_file(c, from);
	if (dir == -1) {
		blame(c, from, 0);
		return -1;
	}
	r = add_directory(c, dir, from);
	fs_close(dir);
	return r;
}

/* The directory that to lies in, synced. */
static int
sync_parent(const char *to)
{
	const char *slash = strrchr(to, '/');
	struct strbuf b = { 0 };
	int dir, r = -1;

	if (slash != NULL)
		strbuf_add(&b, to, (size_t)(slash - to) + 1);
	else
		strbuf_puts(&b, ".");
	if ((dir = open(b.p, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) != -1) {
		r = fs_sync_dir(dir);
		fs_close(dir);
	}
	strbuf_clear(&b);
	return r;
}

int
compile_access(const char *from, const char *to, struct compile_error *e)
{
	static struct compile c;
	struct strbuf temp = { 0 };
	int r = -1, saved;

	c = (struct compile){ .e = e, .stored = true };
	strbuf_puts(&temp, to);
	strbuf_puts(&temp, ".new");
	blame(&c, to, 0);
	if ((c.out = access_create(temp.p)) == NULL)
		goto clear_temp;
	if (add_all(&c, from) == -1)
		goto close_out;
	blame(&c, to, 0);
	r = access_sync(c.out);
close_out:
	saved = errno;
	access_close(c.out);
	errno = saved;
	if (r == 0 && (r = rename(temp.p, to)) == 0)
		r = sync_parent(to);
	saved = errno;
	if (r == -1)
		(void)unlink(temp.p);
	errno = saved;
clear_temp:
	strbuf_clear(&temp);
	return r;
}
