/*
 * keywords.c: courierimapkeywords/, the keywords of messages.
 *
 * No lock protects this directory (courierimapkeywords(5)).  ":list" holds what
 * is consolidated; a file named as a message's base is a newer complete set
 * for it, made by link() so that nobody's pending change is overwritten;
 * ".N.base" is such a file after it has been taken into ":list", kept so that
 * one who still reads an older ":list" sees it all the same.
 *
 * A change that meets a pending one does not load everything to get it out of
 * the way: the pending file is renamed to what a load would have called it,
 * read, and the change made anew on what it says.  Every reader takes the
 * ".N.base" for the truth, and the new file stands for its message until
 * somebody consolidates it.  So a change costs the same in a folder of any
 * size, even if it is the tenth of one message.
 */
#include "store/keywords.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/num.h"
#include "base/oom.h"
#include "store/flags.h"
#include "store/root.h"
#include "sys/clock.h"
#include "sys/fs.h"

static const char dir_name[] = "courierimapkeywords";

enum {
	STEP_S = 300, /* N is the time in these */
	STALE_S = 15 * 60,
	RESTARTS = 1000,
	FILE_LEN = 1 << 20, /* of one message's keywords */
	LIST_LEN = 1 << 30
};

/* --- reading text ---------------------------------------------------- */

/* Numbers of keywords, gathered. */
struct numbers {
	uint32_t *v;
	size_t n, max;
};

static void
add_number(struct numbers *a, uint32_t number)
{
	if (a->n == a->max) {
		a->max = a->max > 0 ? a->max * 2 : 16;
		if ((a->v = realloc(a->v, a->max * sizeof *a->v)) == NULL)
			oom();
	}
	a->v[a->n++] = number;
}

uint32_t
keywords_parse_file(struct span text, struct kwset *k)
{
	struct numbers found = { NULL, 0, 0 };
	uint32_t number, id;

	while (text.p < text.end)
		if (kwset_name(k, span_cut(&text, '\n'), true, &number, NULL))
			add_number(&found, number);
	id = kwset_set(k, found.v, found.n);
	free(found.v);
	return id;
}

/* index *( SP index ), behind base ":" */
static void
parse_line(struct span line, const struct numbers *names, struct numbers *set)
{
	uint32_t i;

	set->n = 0;
	while (line.p < line.end) {
		struct span word = span_cut(&line, ' ');

		if (num_u32(&word, &i) && i < names->n)
			add_number(set, names->v[i]);
	}
}

void
keywords_parse_list(
    struct span text, struct kwset *k, keywords_each *each, void *arg)
{
	struct numbers names = { NULL, 0, 0 }, set = { NULL, 0, 0 };
	struct span line, base;
	uint32_t number;

	while (text.p < text.end) {
		line = span_cut(&text, '\n');
		if (line.p == line.end)
			break;
		if (kwset_name(k, line, true, &number, NULL))
			add_number(&names, number);
	}
	while (text.p < text.end) {
		line = span_cut(&text, '\n');
		base = span_cut(&line, ':');
		parse_line(line, &names, &set);
		if (base.p < base.end && set.n > 0)
			each(arg, base, kwset_set(k, set.v, set.n));
	}
	free(names.v);
	free(set.v);
}

/*
 * What stands in the place of the directory or of ":list" and is no such
 * thing must not keep anybody from the mail: it is as if nothing were there.
 */
static bool
counts_as_none(void)
{
	return errno == ENOENT || errno == ENOTDIR || errno == ELOOP ||
	       errno == EISDIR || errno == EINVAL;
}

/* --- the files of messages ------------------------------------------- */

struct file {
	struct span base;
	uint64_t n; /* of ".N.base"; NEWEST for "base" */
	uint32_t message; /* or that of keywords_load.n: none */
};

static const uint64_t newest = UINT64_MAX;

struct loading {
	const struct keywords_load *l;
	int dir;
	int64_t now;
	struct arena ar;
	struct file *files;
	size_t n, max;
	uint32_t *sets;
	struct keywords_found found;
	bool stale; /* ":list" has to be written anew */
};

static const uint32_t unset = UINT32_MAX;

static void
add_file(struct loading *g, struct span base, uint64_t n)
{
	struct file *f;

	g->files =
	    arena_grow(&g->ar, g->files, g->n, &g->max, sizeof *g->files);
	f = &g->files[g->n++];
	f->base = arena_span(&g->ar, base);
	f->n = n;
	f->message = g->l->find(g->l->arg, f->base);
}

static void
remove_if_old(struct loading *g, const char *name)
{
	struct stat st;

	if (g->l->may_write &&
	    fstatat(g->dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    g->now - st.st_mtime > STALE_S)
		(void)unlinkat(g->dir, name, 0);
}

static int
note_entry(void *arg, const char *name, unsigned char type)
{
	struct loading *g = arg;
	struct span s = span_str(name);
	uint64_t n;

	(void)type;
	if (span_is(s, ":list"))
		return 0;
	if (!span_at(&s, '.')) {
		add_file(g, s, newest);
		return 0;
	}
	s.p++;
	if (num_u64(&s, &n) && n != newest && span_eat(&s, '.') &&
	    s.p < s.end) {
		add_file(g, s, n);
		if (g->found.step < n)
			g->found.step = n;
	} else {
		remove_if_old(g, name);
	}
	return 0;
}

/* By base; what counts for a base stands first. */
static int
by_base(const void *va, const void *vb)
{
	const struct file *a = va, *b = vb;
	int order = span_cmp(a->base, b->base);

	if (order != 0)
		return order;
	return a->n > b->n ? -1 : a->n < b->n;
}

static const char *
file_name(const struct file *f, struct strbuf *out)
{
	strbuf_reset(out);
	if (f->n != newest) {
		strbuf_putc(out, '.');
		strbuf_num(out, f->n);
		strbuf_putc(out, '.');
	}
	strbuf_cat(out, f->base);
	return out->p;
}

/* It was kept long enough: consolidated once more, it can go. */
static bool
is_aged(const struct loading *g, uint64_t n)
{
	return n < (uint64_t)((g->now - STALE_S) / STEP_S);
}

/* An error that may be none next time. */
static bool
is_passing(void)
{
	return !counts_as_none() && errno != EACCES && errno != EPERM &&
	       errno != EFBIG;
}

/*
 * -1 with ENOENT: it has been renamed, begin again.  What is no file, or
 * cannot be read, is passed over like one of no message.
 */
static int
read_file(struct loading *g, struct file *f, const char *name)
{
	struct strbuf text = { 0 };

	if (fs_slurp(g->dir, name, FILE_LEN, &text) == -1) {
		f->message = g->l->n;
		g->found.unread |= is_passing();
		return errno == ENOENT ? -1 : 0;
	}
	g->sets[f->message] =
	    keywords_parse_file(strbuf_span(&text), g->l->set);
	g->stale |= f->n == newest || is_aged(g, f->n);
	strbuf_clear(&text);
	return 0;
}

static int
read_files(struct loading *g)
{
	struct strbuf name = { 0 };
	int r = 0;

	for (size_t i = 0; i < g->n && r == 0; i++) {
		struct file *f = &g->files[i];
		bool first = i == 0 || !span_eq(f->base, f[-1].base);

		(void)file_name(f, &name);
		if (f->message == g->l->n) {
			g->found.orphans = true;
			remove_if_old(g, name.p);
		} else if (first) {
			r = read_file(g, f, name.p);
		} else if (f[-1].n != newest && g->l->may_write) {
			/* an older one beside a larger N */
			(void)unlinkat(g->dir, name.p, 0);
		}
	}
	strbuf_clear(&name);
	return r;
}

static void
take_line(void *arg, struct span base, uint32_t set)
{
	struct loading *g = arg;
	uint32_t i = g->l->find(g->l->arg, base);

	if (i == g->l->n)
		g->stale = true;
	else if (g->sets[i] == unset)
		g->sets[i] = set;
}

static int
read_list(struct loading *g)
{
	struct strbuf text = { 0 };

	if (fs_slurp(g->dir, ":list", LIST_LEN, &text) == -1)
		return counts_as_none() ? 0 : -1;
	keywords_parse_list(strbuf_span(&text), g->l->set, take_line, g);
	strbuf_clear(&text);
	return 0;
}

static int
try_load(struct loading *g)
{
	g->n = 0;
	g->found = (struct keywords_found){ .step = 0 };
	g->stale = false;
	for (uint32_t i = 0; i < g->l->n; i++)
		g->sets[i] = unset;
	if (fs_walk(g->dir, note_entry, g) == -1)
		return -1;
	if (g->n > 1)
		qsort(g->files, g->n, sizeof *g->files, by_base);
	if (read_files(g) == -1)
		return -1;
	return read_list(g);
}

/* --- consolidating --------------------------------------------------- */

static void
put_list(const struct loading *g, struct strbuf *out)
{
	const struct kwset *k = g->l->set;

	for (size_t i = 0; i < k->nnames; i++) {
		strbuf_cat(out, k->names[i]);
		strbuf_putc(out, '\n');
	}
	strbuf_putc(out, '\n');
	for (uint32_t i = 0; i < g->l->n; i++) {
		struct kwlist l;

		if (g->sets[i] == unset || g->sets[i] == 0)
			continue;
		l = kwset_list(k, g->sets[i]);
		strbuf_cat(out, g->l->base(g->l->arg, i));
		for (size_t j = 0; j < l.n; j++) {
			strbuf_putc(out, j == 0 ? ':' : ' ');
			strbuf_num(out, l.v[j]);
		}
		strbuf_putc(out, '\n');
	}
}

/* A new file in tmp with this content, on disk. */
static int
write_tmp(struct account *a, int tmp, struct span text, struct strbuf *name)
{
	int fd;

	maildir_tmp_name(a, "keywords", name);
	if ((fd = fs_create(tmp, name->p, MODE_FILE)) == -1)
		return -1;
	if (fs_write(fd, text) == 0 && fdatasync(fd) == 0) {
		fs_close(fd);
		return 0;
	}
	fs_close(fd);
	fd = errno;
	(void)unlinkat(tmp, name->p, 0);
	errno = fd;
	return -1;
}

/*
 * The directory's time is changed by a rename into it, which everyone who
 * watches has to look at: no new ":list" with the same content.
 */
static int
write_list(const struct loading *g)
{
	struct strbuf text = { 0 }, name = { 0 };
	int r;

	put_list(g, &text);
	r = write_tmp(g->l->a, g->l->md->tmp, strbuf_span(&text), &name);
	if (r == 0) {
		r = renameat(g->l->md->tmp, name.p, g->dir, ":list");
		if (r == -1)
			(void)unlinkat(g->l->md->tmp, name.p, 0);
	}
	if (r == 0) /* before the files go that it was made of */
		r = fs_sync_dir(g->dir);
	strbuf_clear(&name);
	strbuf_clear(&text);
	return r;
}

static void
age_files(struct loading *g)
{
	struct strbuf name = { 0 }, aged = { 0 };
	uint64_t step = (uint64_t)(g->now / STEP_S) + 1;

	for (size_t i = 0; i < g->n; i++) {
		struct file f = g->files[i];

		(void)file_name(&f, &name);
		if (f.message == g->l->n)
			continue;
		if (f.n != newest) {
			/* alone, and old enough that nobody misses it */
			remove_if_old(g, name.p);
			continue;
		}
		f.n = step;
		if (i + 1 < g->n && g->files[i + 1].n > step &&
		    span_eq(g->files[i + 1].base, f.base))
			f.n = g->files[i + 1].n;
		/* the fifteen minutes begin now */
		(void)utimensat(g->dir, name.p, NULL, AT_SYMLINK_NOFOLLOW);
		(void)renameat(g->dir, name.p, g->dir, file_name(&f, &aged));
	}
	strbuf_clear(&name);
	strbuf_clear(&aged);
}

int
keywords_load(
    const struct keywords_load *l, uint32_t *sets, struct keywords_found *found)
{
	struct loading g = { .l = l, .sets = sets, .now = clock_now() };
	int r = -1;

	for (uint32_t i = 0; i < l->n; i++)
		sets[i] = 0;
	g.dir = fs_open_dir(l->md->dir, dir_name);
	if (g.dir == -1) {
		found->orphans = false;
		return counts_as_none() ? 0 : -1;
	}
	for (int i = 0; i < RESTARTS && r == -1; i++)
		if ((r = try_load(&g)) == -1 && errno != ENOENT)
			break;
	if (r == 0 && g.stale && l->may_write && write_list(&g) == 0) {
		age_files(&g);
		g.stale = false;
	}
	if (r == 0) {
		*found = g.found;
		found->orphans |= g.stale;
	}
	for (uint32_t i = 0; i < l->n; i++)
		if (sets[i] == unset)
			sets[i] = 0;
	arena_clear(&g.ar);
	fs_close(g.dir);
	return r;
}

/* --- one message's change -------------------------------------------- */

/* The directory is made at its first use, with the folder's mode. */
int
keywords_open_dir(const struct maildir *md)
{
	int fd = fs_open_dir(md->dir, dir_name);
	struct stat st;

	if (fd != -1 || errno != ENOENT)
		return fd;
	if (mkdirat(md->dir, dir_name, MODE_DIR) == -1 && errno != EEXIST)
		return -1;
	if ((fd = fs_open_dir(md->dir, dir_name)) == -1)
		return -1;
	if (fstat(md->dir, &st) == 0)
		(void)fchmod(fd, st.st_mode & 0777); /* as Courier does */
	if (fs_sync_dir(md->dir) == 0)
		return fd;
	fs_close(fd);
	return -1;
}

/* By way of ".tmp.", and by the link count, as everybody else does. */
static int
link_new(int tmp, const char *name, int dir, const char *base)
{
	struct strbuf scratch = { 0 };
	struct stat st;
	int r = -1;

	strbuf_puts(&scratch, ".tmp.");
	strbuf_num(&scratch, (uint64_t)clock_now());
	strbuf_puts(&scratch, name);
	if (renameat(tmp, name, dir, scratch.p) == -1)
		goto clear_scratch;
	if (linkat(dir, scratch.p, dir, base, 0) == -1)
		errno = EEXIST; /* the count tells */
	if (fstatat(dir, scratch.p, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    st.st_nlink == 2)
		r = 0;
	(void)unlinkat(dir, scratch.p, 0); /* else a load finds it */
	if (r == -1)
		errno = EEXIST;
clear_scratch:
	strbuf_clear(&scratch);
	return r;
}

int
keywords_write(const struct keywords_update *u, uint32_t id)
{
	struct kwlist l = kwset_list(u->set, id);
	struct strbuf text = { 0 }, name = { 0 }, base = { 0 };
	int dir, r;

	for (size_t i = 0; i < l.n; i++) {
		strbuf_cat(&text, u->set->names[l.v[i]]);
		strbuf_putc(&text, '\n');
	}
	strbuf_cat(&base, u->base);
	r = write_tmp(u->a, u->md->tmp, strbuf_span(&text), &name);
	if (r == 0 && (dir = keywords_open_dir(u->md)) != -1) {
		r = link_new(u->md->tmp, name.p, dir, base.p);
		fs_close(dir);
	} else if (r == 0) {
		r = -1;
	}
	strbuf_clear(&text);
	strbuf_clear(&name);
	strbuf_clear(&base);
	return r;
}

int
keywords_pending(const struct keywords_update *u, uint32_t *id)
{
	struct strbuf text = { 0 }, base = { 0 }, aged = { 0 };
	uint64_t step = (uint64_t)(clock_now() / STEP_S) + 1;
	int dir = fs_open_dir(u->md->dir, dir_name), r;

	if (dir == -1)
		return -1;
	/* a clock may have been set back since an older one was named */
	if (step < u->step)
		step = u->step;
	strbuf_cat(&base, u->base);
	strbuf_putc(&aged, '.');
	strbuf_num(&aged, step);
	strbuf_putc(&aged, '.');
	strbuf_cat(&aged, u->base);
	(void)utimensat(dir, base.p, NULL, AT_SYMLINK_NOFOLLOW);
	r = renameat(dir, base.p, dir, aged.p);
	if (r == 0)
		r = fs_slurp(dir, aged.p, FILE_LEN, &text);
	if (r == 0)
		*id = keywords_parse_file(strbuf_span(&text), u->set);
	fs_close(dir);
	strbuf_clear(&text);
	strbuf_clear(&base);
	strbuf_clear(&aged);
	return r;
}
