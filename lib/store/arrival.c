/* arrival.c: files that become messages of a folder, with UIDs. */
#include "store/arrival.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "store/box.h"
#include "store/keywords.h"
#include "store/lock.h"
#include "store/root.h"
#include "store/sync.h"
#include "sys/clock.h"
#include "sys/fs.h"

enum { YOUNG_S = 3600, AT_ONCE = 64, BUFFER = 65536 };

bool
arrival_is_young(const struct stat *st, int64_t born)
{
	int64_t now = clock_now();

	return now - st->st_ctim.tv_sec < YOUNG_S &&
	       (now - st->st_mtim.tv_sec < YOUNG_S || now - born < YOUNG_S);
}

/* --- bytes ----------------------------------------------------------- */

static int
copy_bytes(const struct arrival *v, int dir, const char *name)
{
	struct timespec t[2] = { { .tv_nsec = UTIME_OMIT }, { 0 } };
	char buf[BUFFER];
	struct stat st;
	int64_t at = 0;
	ssize_t n = -1;
	int in = fs_open_file(dir, name, &st), out;

	if (in == -1)
		return -1;
	if ((out = fs_create(v->fromdir, v->from, MODE_FILE)) == -1)
		goto close_in;
	while ((n = fs_pread(in, buf, sizeof buf, at)) > 0) {
		at += n;
		if (fs_write(out, span_of(buf, (size_t)n)) == -1) {
			n = -1;
			break;
		}
	}
	t[1] = st.st_mtim;
	if (n == 0 && futimens(out, t) == -1)
		n = -1;
	if (n == 0)
		fs_start_sync(out);
	fs_close(out);
close_in:
	fs_close(in);
	return n == 0 ? 0 : -1;
}

int
arrival_copy(struct arrival *v, bool link, int dir, const char *name)
{
	v->linked = link && linkat(dir, name, v->fromdir, v->from, 0) == 0;
	if (v->linked)
		return 0;
	/* other file systems, too many links, links that are not allowed */
	return copy_bytes(v, dir, name);
}

static bool
is_safe(const struct arrival *v)
{
	return v->linked && !v->young;
}

/* Begun with all, so that the first waits for all; fds has their files. */
static int
start_some(const struct arrival *v, size_t n, enum arrival_mode mode, int *fds)
{
	int r = 0;

	for (size_t i = 0; i < n; i++) {
		fds[i] = -1;
		if (r == -1 || is_safe(&v[i]))
			continue;
		fds[i] = fs_open_file(v[i].fromdir, v[i].from, NULL);
		if (fds[i] == -1 && (mode == ARRIVAL_ALL || errno != ENOENT))
			r = -1;
		if (fds[i] != -1 && v[i].linked)
			fs_start_sync(fds[i]);
	}
	return r;
}

static int
sync_some(const struct arrival *v, size_t n, enum arrival_mode mode)
{
	int fds[AT_ONCE], r = start_some(v, n, mode, fds);

	for (size_t i = 0; i < n; i++) {
		if (fds[i] == -1)
			continue;
		if (r == 0)
			r = v[i].linked ? fs_wait_sync(fds[i]) : fsync(fds[i]);
		fs_close(fds[i]);
	}
	return r;
}

int
arrival_sync(const struct arrival *v, size_t n, enum arrival_mode mode)
{
	for (size_t i = 0; i < n; i += AT_ONCE)
		if (sync_some(v + i, n - i < AT_ONCE ? n - i : AT_ONCE, mode) ==
		    -1)
			return -1;
	return 0;
}

/* --- in the folder --------------------------------------------------- */

/* By the try before this one: nobody else has a message of this base. */
static bool
is_written(const struct arrival_place *to, struct span base)
{
	struct strbuf name = { 0 };
	struct stat st;
	int saved = errno, dir = keywords_open_dir(to->md);
	bool is;

	strbuf_cat(&name, base);
	is = dir != -1 && fstatat(dir, name.p, &st, AT_SYMLINK_NOFOLLOW) == 0;
	strbuf_clear(&name);
	fs_close(dir);
	errno = saved;
	return is;
}

/* Keywords stand there before the message is seen (courierimapkeywords(5)). */
static int
write_keywords(
    const struct arrival_place *to, const struct arrival *v, size_t n)
{
	struct keywords_update u = { .a = to->a, .md = to->md, .set = to->kw };
	int dir, r = 0;
	bool any = false;

	for (size_t i = 0; i < n; i++) {
		if (v[i].keywords == 0)
			continue;
		any = true;
		u.base = v[i].base;
		if (keywords_write(&u, v[i].keywords) == -1 &&
		    (errno != EEXIST || !is_written(to, v[i].base)))
			return -1;
	}
	if (!any)
		return 0;
	dir = fs_open_dir(to->md->dir, "courierimapkeywords");
	if (dir == -1)
		return -1;
	r = fs_sync_dir(dir);
	fs_close(dir);
	return r;
}

/*
 * A folder that never gave a UID does so first, so that what is there already
 * stands before what arrives; and one that has none left is numbered anew.
 */
static int
prepare(const struct arrival_place *to)
{
	struct mailbox *m = box_of(to->a, to->folder);

	if (m != NULL)
		return sync_box(m);
	if (mailbox_open(to->a, to->folder, false, &m) == -1)
		return -1;
	mailbox_close(m);
	return 0;
}

static int
count_one(void *arg, const char *name, unsigned char type)
{
	uint32_t *n = arg;

	(void)type;
	*n += name[0] != '.';
	return 0;
}

/*
 * STATUS has raised UIDNEXT by what waits in new: no UID below
 * what it said may be given to a message that comes later.
 */
static uint32_t
count_waiting(const struct arrival_place *to)
{
	uint32_t n = 0;

	(void)fs_walk(to->md->new, count_one, &n);
	return n;
}

struct given {
	struct uiddb was, now;
	bool prepared; /* the folder is; else it may have to be */
	bool waits; /* for that */
};

static int
give_uids(const struct arrival_place *to, struct arrival *v, size_t n,
    struct given *g)
{
	struct uiddb_place at = { .a = to->a,
		.dir = to->md->dir,
		.tmp = to->md->tmp,
		.skip = count_waiting(to),
		.begun = !g->prepared };
	struct strbuf bases = { 0 };
	uint32_t first;
	int r;

	for (size_t i = 0; i < n; i++) {
		strbuf_cat(&bases, v[i].base);
		strbuf_putc(&bases, '\n');
	}
	r = uiddb_give(&at, strbuf_span(&bases), (uint32_t)n, &g->was, &g->now);
	strbuf_clear(&bases);
	if (r == -1)
		return -1;
	first = g->now.uidnext - (uint32_t)n;
	for (size_t i = 0; i < n; i++)
		v[i].uid = first + (uint32_t)i;
	return 0;
}

/* The name it will have. */
static const char *
final_name(const struct arrival *v, struct strbuf *out)
{
	struct strbuf name = { 0 };
	struct span info = v->old_name;

	info.p += span_len(flags_base(info));
	strbuf_cat(&name, v->base);
	strbuf_cat(&name, info);
	strbuf_reset(out);
	flags_name(strbuf_span(&name), v->flags, out);
	strbuf_clear(&name);
	return out->p;
}

/* Where it was, so that it can be tried again. */
static void
undo(const struct arrival_place *to, struct arrival *v, size_t n)
{
	struct strbuf name = { 0 };
	int saved = errno;

	for (size_t i = 0; i < n; i++) {
		const char *is = final_name(&v[i], &name);

		if (v[i].stays ||
		    renameat(to->md->cur, is, v[i].fromdir, v[i].from) == -1)
			(void)unlinkat(to->md->cur, is, 0);
		v[i].uid = 0;
	}
	strbuf_clear(&name);
	errno = saved;
}

static int
put(const struct arrival_place *to, const struct arrival *v, const char *name)
{
	if (v->stays)
		return linkat(v->fromdir, v->from, to->md->cur, name, 0);
	return fs_rename_new(v->fromdir, v->from, to->md->cur, name);
}

static int
rename_all(const struct arrival_place *to, struct arrival *v, size_t n,
    enum arrival_mode mode)
{
	struct strbuf name = { 0 };
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++) {
		r = put(to, &v[i], final_name(&v[i], &name));
		if (r == 0)
			continue;
		if (mode == ARRIVAL_ALL)
			undo(to, v, i + 1); /* link() may have done it */
		else if (errno == ENOENT)
			r = 0;
		for (size_t k = i; k < (r == 0 ? i + 1 : n); k++)
			v[k].uid = 0;
	}
	strbuf_clear(&name);
	if (r == -1 && mode == ARRIVAL_ALL)
		return -1;
	if (fs_sync_dir(to->md->cur) == 0)
		return r;
	if (mode == ARRIVAL_ALL)
		undo(to, v, n);
	return -1;
}

/* The index of the folder, too, so that nobody has to look for them. */
static void
tell(const struct arrival_place *to, const struct arrival *v, size_t n,
    const struct given *g)
{
	struct mailbox *m = box_of(to->a, to->folder), *borrowed = NULL;
	struct box_arrival *b;
	struct arena ar = { 0 };
	struct strbuf name = { 0 };
	size_t k = 0;

	if (m == NULL)
		m = borrowed = box_borrow(to->a, to->folder, to->md);
	if (m == NULL)
		return;
	b = arena_array(&ar, n, sizeof *b);
	for (size_t i = 0; i < n; i++) {
		if (v[i].uid == 0)
			continue;
		b[k].uid = v[i].uid;
		(void)final_name(&v[i], &name);
		b[k].name = arena_span(&ar, strbuf_span(&name));
		b[k].date = v[i].date;
		b[k].octets = v[i].octets;
		b[k].source = to->source;
		b[k].seq = v[i].seq;
		b[k].facts = 0;
		b[k].keywords = kwset_list(to->kw, v[i].keywords);
		b[k++].kw = to->kw;
	}
	box_arrive(m, b, k, &g->was, &g->now);
	strbuf_clear(&name);
	arena_clear(&ar);
	if (borrowed != NULL)
		box_return(borrowed);
}

static int
publish(const struct arrival_place *to, struct arrival *v, size_t n,
    enum arrival_mode mode, struct given *g)
{
	struct lock lock;
	int r;

	if (lock_take(to->a, to->md->tmp, &lock) == -1)
		return -1;
	r = maildir_has_name(to->a, to->folder, to->md);
	if (r == 0)
		r = give_uids(to, v, n, g);
	g->waits = r == -1 && !g->prepared && errno == EAGAIN;
	if (r == 0) {
		r = rename_all(to, v, n, mode);
		if (r == 0 || mode == ARRIVAL_EACH)
			tell(to, v, n, g);
	}
	lock_drop(&lock);
	return r;
}

int
arrival_publish(const struct arrival_place *to, struct arrival *v, size_t n,
    enum arrival_mode mode, uint32_t *uidvalidity)
{
	struct given g = { .prepared = false };
	int r;

	for (size_t i = 0; i < n; i++)
		v[i].uid = 0;
	if (write_keywords(to, v, n) == -1)
		return -1;
	r = publish(to, v, n, mode, &g);
	if (g.waits) {
		g.prepared = true;
		r = prepare(to) == -1 ? -1 : publish(to, v, n, mode, &g);
	}
	*uidvalidity = g.now.uidvalidity;
	return r;
}
