/* folder.c: which folders there are. */
#include "store/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "store/cachedir.h"
#include "store/flags.h"
#include "store/index.h"
#include "store/listed.h"
#include "store/maildir.h"
#include "store/name.h"
#include "store/registry.h"
#include "store/root.h"
#include "store/stamp.h"
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
	listed_forget(a);
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

/* Whether its index, when that is up to date, knows of unseen messages. */
static bool
index_tells(struct account *a, struct span name, int dir, bool *unseen)
{
	struct strbuf dirname = { 0 };
	struct index_state s;
	struct stat cur, new;
	int fd = -1, r;

	if (a->conf->no_index)
		return false;
	if (name_to_dir(a, name, &dirname))
		fd = cachedir_folder(a, dirname.p, dir);
	strbuf_clear(&dirname);
	if (fd == -1)
		return false;
	r = index_peek(fd, &s);
	fs_close(fd);
	if (r == -1 || fstatat(dir, "cur", &cur, AT_SYMLINK_NOFOLLOW) == -1 ||
	    fstatat(dir, "new", &new, AT_SYMLINK_NOFOLLOW) == -1 ||
	    stamp_is_due(&s.cur, &cur) || stamp_is_due(&s.new, &new))
		return false;
	*unseen = s.unseen > 0;
	return true;
}

bool
folder_marked(struct account *a, struct span name)
{
	static const char *const subdirs[] = { "new", "cur" };
	int dir = folder_open(a, name), fd;
	bool marked = false, told;

	if (dir == -1)
		return false;
	told = index_tells(a, name, dir, &marked);
	for (size_t i = 0; i < 2 && !marked && !told; i++) {
		if ((fd = fs_open_dir(dir, subdirs[i])) == -1)
			continue;
		marked = fs_walk(fd, is_unseen, &fd) > 0;
		(void)close(fd); /* opened for reading */
	}
	(void)close(dir); /* opened for reading */
	return marked;
}

/* --- all of them ----------------------------------------------------- */

enum {
	PATH_LEN = NAME_LEN + sizeof "/cur",
	FOLDERS_AT_FIRST = 8,
	FOLDERS_AT_ONCE = 4096
};

struct listing {
	struct account *a;
	struct arena *ar;
	struct folder_info *v;
	size_t n, max;
	struct strbuf text;
	struct listed known;
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

/* Whether the entry, which is a directory, has a cur; as is_dir(). */
static int
has_cur(const struct account *a, struct span entry)
{
	char path[PATH_LEN];
	size_t len = span_len(entry);

	if (len > NAME_LEN)
		return 0;
	memcpy(path, entry.p, len);
	memcpy(path + len, "/cur", sizeof "/cur");
	return is_dir(a->fd, path);
}

static int
is_folder(struct listing *l, struct span entry, uint64_t ino)
{
	enum listed_is is = listed_has(&l->known, entry, ino);
	int r;

	if (is == LISTED_YES)
		return 1;
	r = has_cur(l->a, entry);
	if (is == LISTED_DUE)
		l->known.wrong |= r == 0;
	else if (r == 1)
		listed_add(&l->known, entry, ino);
	return r;
}

static int
add_entry(void *arg, const char *entry, unsigned char type, uint64_t ino)
{
	struct listing *l = arg;
	struct span dir = span_str(entry), name = dir;
	int r;

	if (entry[0] != '.' || (type != DT_DIR && type != DT_UNKNOWN))
		return 0;
	if (type == DT_UNKNOWN && (r = is_dir(l->a->fd, entry)) != 1)
		return r;
	if ((r = is_folder(l, dir, ino)) != 1)
		return r;
	name.p++;
	if (name_is_simple(name)) {
		add(l, arena_span(l->ar, name), true);
		return 0;
	}
	strbuf_reset(&l->text);
	if (name_from_dir(l->a, dir, &l->text))
		add(l, arena_span(l->ar, strbuf_span(&l->text)), true);
	return 0;
}

/* --- in order -------------------------------------------------------- */

/* What is sorted in place of a folder: most names differ in their head. */
struct key {
	uint64_t head; /* the first bytes of the name, as a number */
	const struct folder_info *f;
};

static struct key
key_of(const struct folder_info *f)
{
	unsigned char head[8] = { 0 };
	size_t len = span_len(f->name);
	struct key k = { 0, f };

	memcpy(head, f->name.p, len < sizeof head ? len : sizeof head);
	for (size_t i = 0; i < sizeof head; i++)
		k.head = k.head << 8 | head[i];
	return k;
}

static bool
is_before(const struct key *a, const struct key *b)
{
	if (a->head != b->head)
		return a->head < b->head;
	return span_cmp(a->f->name, b->f->name) < 0;
}

/* Two runs that are in order, a[0..n-1] and a[n..n+m-1], into one. */
static void
merge(const struct key *a, size_t n, size_t m, struct key *to)
{
	const struct key *b = a + n, *aend = b, *bend = b + m;

	while (a < aend && b < bend)
		*to++ = is_before(b, a) ? *b++ : *a++;
	while (a < aend)
		*to++ = *a++;
	while (b < bend)
		*to++ = *b++;
}

static size_t
at_most(size_t n, size_t max)
{
	return n < max ? n : max;
}

/*
 * By names, and those of one name as they were.  qsort() spends more on a
 * LIST than all the rest of it.
 */
static void
sort(struct listing *l)
{
	struct key *from = arena_array(l->ar, l->n, sizeof *from);
	struct key *to = arena_array(l->ar, l->n, sizeof *to), *other;
	struct folder_info *v;
	size_t i, n, m;

	for (i = 0; i < l->n; i++)
		from[i] = key_of(&l->v[i]);
	for (size_t run = 1; run < l->n; run *= 2) {
		for (i = 0; i < l->n; i += n + m) {
			n = at_most(run, l->n - i);
			m = at_most(run, l->n - i - n);
			merge(from + i, n, m, to + i);
		}
		other = from;
		from = to;
		to = other;
	}
	v = arena_array(l->ar, l->n, sizeof *v);
	for (i = 0; i < l->n; i++)
		v[i] = *from[i].f;
	l->v = v;
	l->max = l->n;
}

static struct folder_info *
find(const struct folder_info *v, size_t n, struct span name)
{
	size_t lo = 0, hi = n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (span_cmp(v[mid].name, name) < 0)
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
	struct span last = { NULL, NULL }; /* whose own levels are there */

	for (size_t i = 0; i < folders; i++) {
		struct span up = name_parent(l->v[i].name);

		if (up.p == up.end || (last.p != NULL && span_eq(up, last)))
			continue;
		last = up;
		for (; up.p != up.end; up = name_parent(up))
			if (find(l->v, folders, up) == NULL)
				add(l, up, false);
	}
	if (l->n == folders)
		return;
	sort(l); /* one that exists was there before its level */
	folders = l->n;
	l->n = 0;
	for (size_t i = 0; i < folders; i++)
		if (l->n == 0 || !span_eq(l->v[l->n - 1].name, l->v[i].name))
			l->v[l->n++] = l->v[i];
}

/* The INBOX, first of all, is above all. */
static void
mark_parents(struct listing *l)
{
	struct folder_info *up = &l->v[0];

	for (size_t i = 1; i < l->n; i++) {
		struct span name = name_parent(l->v[i].name);

		if (name.p == name.end)
			up = &l->v[0];
		else if (!span_eq(up->name, name))
			up = find(l->v, l->n, name);
		up->children = true; /* add_levels() has seen to it */
	}
}

int
folder_list(
    struct account *a, struct arena *ar, struct folder_info **out, size_t *n)
{
	struct listing l = { .a = a, .ar = ar };
	int r;

	listed_begin(a, &l.known);
	/* about as many as last time; more if need be */
	l.max = FOLDERS_AT_FIRST + at_most(l.known.slots / 2, FOLDERS_AT_ONCE);
	l.v = arena_array(ar, l.max, sizeof *l.v);
	add(&l, span_of("", 0), true);
	r = fs_walk_inodes(a->fd, add_entry, &l);
	strbuf_clear(&l.text);
	if (r == -1) {
		listed_clear(&l.known);
		return -1;
	}
	listed_end(a, &l.known);
	sort(&l);
	add_levels(&l);
	mark_parents(&l);
	registry_uses(a, l.v, l.n);
	*out = l.v;
	*n = l.n;
	return 0;
}
