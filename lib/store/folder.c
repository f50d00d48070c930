/* folder.c: which folders there are. */
#include "store/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/flags.h"
#include "store/maildir.h"
#include "store/name.h"
#include "store/registry.h"
#include "store/root.h"
#include "sys/fs.h"

int
folder_open(struct account *a, struct span name)
{
	struct strbuf dir = { 0 };
	struct stat st;
	int fd = -1, why = ENOENT;

	if (!name_to_dir(a, name, &dir)) {
		errno = EINVAL;
		goto clear_dir;
	}
	fd = fs_open_dir(a->fd, dir.p);
	if (fd == -1) {
		/* whatever else stands there, it is no folder */
		if (errno == ENOTDIR || errno == ELOOP)
			errno = ENOENT;
		goto clear_dir;
	}
	if (fstatat(fd, "cur", &st, AT_SYMLINK_NOFOLLOW) == -1)
		why = errno;
	else if (S_ISDIR(st.st_mode))
		goto clear_dir;
	(void)close(fd); /* opened for reading */
	fd = -1;
	errno = why;
clear_dir:
	strbuf_clear(&dir);
	return fd;
}

int
folder_exists(struct account *a, struct span name)
{
	int fd = folder_open(a, name);

	if (fd == -1)
		return -1;
	(void)close(fd); /* opened for reading */
	return 0;
}

static int
is_unseen(void *arg, const char *name, unsigned char type)
{
	const int *dir = arg;

	if (name[0] == '.' || flags_parse(span_str(name)) & FLAG_SEEN)
		return 0;
	return maildir_is_file(*dir, name, type);
}

bool
folder_marked(struct account *a, struct span name)
{
	static const char *const subdirs[] = { "new", "cur" };
	int dir = folder_open(a, name), fd;
	bool marked = false;

	if (dir == -1)
		return false;
	for (size_t i = 0; i < 2 && !marked; i++) {
		if ((fd = fs_open_dir(dir, subdirs[i])) == -1)
			continue;
		marked = fs_walk(fd, is_unseen, &fd) > 0;
		(void)close(fd); /* opened for reading */
	}
	(void)close(dir); /* opened for reading */
	return marked;
}

/* --- all of them ----------------------------------------------------- */

struct listing {
	struct account *a;
	struct arena *ar;
	struct folder_info *v;
	size_t n, max;
	struct strbuf text;
};

static void
add(struct listing *l, struct span name, bool exists)
{
	l->v = arena_grow(l->ar, l->v, l->n, &l->max, sizeof *l->v);
	l->v[l->n++] = (struct folder_info){ .name = name, .exists = exists };
}

/*
 * 1 when path is a directory, 0 when it is not, or not ours to see; -1 when
 * the disk does not say: what is then left out would be taken for removed.
 */
static int
is_dir(int dir, const char *path)
{
	struct stat st;

	if (fstatat(dir, path, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return S_ISDIR(st.st_mode);
	return errno == EIO || errno == ENOMEM || errno == ESTALE ? -1 : 0;
}

static int
add_entry(void *arg, const char *entry, unsigned char type)
{
	struct listing *l = arg;
	int r;

	if (entry[0] != '.' || (type != DT_DIR && type != DT_UNKNOWN))
		return 0;
	if (type == DT_UNKNOWN && (r = is_dir(l->a->fd, entry)) != 1)
		return r;
	strbuf_reset(&l->text);
	strbuf_puts(&l->text, entry);
	strbuf_puts(&l->text, "/cur");
	if ((r = is_dir(l->a->fd, l->text.p)) != 1)
		return r;
	strbuf_reset(&l->text);
	if (name_from_dir(l->a, span_str(entry), &l->text))
		add(l, arena_span(l->ar, strbuf_span(&l->text)), true);
	return 0;
}

static int
compare(const void *va, const void *vb)
{
	const struct folder_info *a = va, *b = vb;
	int order = span_cmp(a->name, b->name);

	/* of two of one name the one that exists stands first */
	return order != 0 ? order : (int)b->exists - (int)a->exists;
}

static struct folder_info *
find(const struct folder_info *v, size_t n, struct span name)
{
	struct folder_info key = { .name = name };
	size_t lo = 0, hi = n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (span_cmp(v[mid].name, key.name) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == n || !span_eq(v[lo].name, name))
		return NULL;
	return (struct folder_info *)(uintptr_t)&v[lo];
}

/* Add the levels that exist only because of what is below them. */
static void
add_levels(struct listing *l)
{
	size_t folders = l->n;

	for (size_t i = 0; i < folders; i++) {
		struct span up = name_parent(l->v[i].name);

		for (; up.p != up.end; up = name_parent(up))
			if (find(l->v, folders, up) == NULL)
				add(l, up, false);
	}
	if (l->n > folders)
		qsort(l->v, l->n, sizeof *l->v, compare);
	folders = l->n;
	l->n = 0;
	for (size_t i = 0; i < folders; i++)
		if (l->n == 0 || !span_eq(l->v[l->n - 1].name, l->v[i].name))
			l->v[l->n++] = l->v[i];
}

static void
mark_parents(struct listing *l)
{
	for (size_t i = 0; i < l->n; i++) {
		struct span name = l->v[i].name;
		struct folder_info *up;

		if (name.p == name.end)
			continue;
		if ((up = find(l->v, l->n, name_parent(name))) != NULL)
			up->children = true;
	}
}

int
folder_list(
    struct account *a, struct arena *ar, struct folder_info **out, size_t *n)
{
	struct listing l = { .a = a, .ar = ar };
	int r;

	add(&l, span_of("", 0), true);
	r = fs_walk(a->fd, add_entry, &l);
	strbuf_clear(&l.text);
	if (r == -1)
		return -1;
	qsort(l.v, l.n, sizeof *l.v, compare);
	add_levels(&l);
	mark_parents(&l);
	registry_uses(a, l.v, l.n);
	*out = l.v;
	*n = l.n;
	return 0;
}
