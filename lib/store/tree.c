/*
 * tree.c: make, remove and rename folders.
 *
 * A folder comes and goes by one rename, from or to the Maildir's tmp: what a
 * kill leaves there is removed when it is old.  A rename of a folder with
 * others below is one rename for each.  Each of them is a whole folder at any
 * moment, under its old name or its new one, with its UIDs.
 *
 * UIDVALIDITY (design: what a name and a UID have meant once they mean for
 * ever): satchel-folders keeps the highest that a name has had, and is
 * written before the folder moves.  A folder that gets a name which has had
 * a higher one, or the same, takes a new one, before it has the name.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/append.h"
#include "store/box.h"
#include "store/cachedir.h"
#include "store/folder.h"
#include "store/lock.h"
#include "store/maildir.h"
#include "store/name.h"
#include "store/quota.h"
#include "store/registry.h"
#include "store/root.h"
#include "store/uiddb.h"
#include "sys/fs.h"

enum { PLACE_TRIES = 8 }; /* each time another was quicker */

static bool
is_inbox(struct span name)
{
	return name.p == name.end;
}

static bool
is_trash(const struct account *a, struct span name)
{
	return a->conf->trash != NULL && span_is(name, a->conf->trash);
}

/* --- create ---------------------------------------------------------- */

/* The four directories of a new folder, and the file that says so. */
static int
fill(int dir)
{
	static const char *const subdirs[] = { "tmp", "new", "cur" };
	int fd;

	for (size_t i = 0; i < 3; i++)
		if (mkdirat(dir, subdirs[i], MODE_DIR) == -1)
			return -1;
	if ((fd = fs_create(dir, "maildirfolder", 0600)) == -1)
		return -1;
	return close(fd); /* empty */
}

/* A UIDVALIDITY above all that name has had, on disk. */
static int
begin_uids(struct account *a, int dir, struct span name, uint32_t *uidvalidity)
{
	struct uiddb_place at = {
		.a = a, .dir = dir, .tmp = fs_open_dir(dir, "tmp")
	};
	struct uiddb db = { .uidnext = 1 };
	int r;

	if (at.tmp == -1)
		return -1;
	r = registry_uidvalidity(a, name, &at.above);
	if (r == 0)
		r = uiddb_replace(&at, &db, span_of("", 0), 0);
	fs_close(at.tmp);
	*uidvalidity = db.uidvalidity;
	return r;
}

/* What is ready in tmp gets its name. */
static int
place(struct account *a, struct registry_entry *e, int tmp, const char *from,
    const char *dir)
{
	int fd = fs_open_dir(tmp, from), r = -1;

	if (fd == -1)
		return -1;
	for (int i = 0; i < PLACE_TRIES; i++) {
		r = begin_uids(a, fd, e->name, &e->uidvalidity);
		if (r == 0)
			r = registry_place(a, e, tmp, from, dir);
		if (r == 0 || errno != ERANGE)
			break;
	}
	fs_close(fd);
	return r;
}

static int
create(struct account *a, struct registry_entry *e, const char *dir)
{
	struct strbuf tmp_name = { 0 };
	int tmp = fs_open_dir(a->fd, "tmp"), fd, r = -1, saved;

	if (tmp == -1)
		return -1;
	maildir_tmp_name(a, "folder", &tmp_name);
	if (mkdirat(tmp, tmp_name.p, MODE_DIR) == -1)
		goto close_tmp;
	if ((fd = fs_open_dir(tmp, tmp_name.p)) != -1) {
		r = fill(fd);
		fs_close(fd);
	}
	if (r == 0)
		r = place(a, e, tmp, tmp_name.p, dir);
	if (r == 0) {
		r = fs_sync_dir(a->fd);
		goto close_tmp;
	}
	saved = errno;
	(void)fs_remove_tree(tmp, tmp_name.p);
	errno = saved;
close_tmp:
	fs_close(tmp);
	strbuf_clear(&tmp_name);
	return r;
}

int
folder_create(struct account *a, struct span name, unsigned uses)
{
	struct registry_entry e = { .name = name, .uses = uses };
	struct strbuf dir = { 0 };
	struct stat st;
	int r = -1;

	if (!name_to_dir(a, name, &dir))
		errno = EINVAL;
	else if (fstatat(a->fd, dir.p, &st, AT_SYMLINK_NOFOLLOW) == 0)
		errno = EEXIST;
	else
		r = create(a, &e, dir.p);
	strbuf_clear(&dir);
	return r;
}

/* --- delete ---------------------------------------------------------- */

/* fd is open on it. */
static int
remove_folder(struct account *a, struct span name, int fd, const char *dir)
{
	struct registry_entry e = { .name = name };
	struct strbuf to = { 0 };
	struct uiddb db;
	int tmp = fs_open_dir(a->fd, "tmp"), r;

	if (tmp == -1)
		return -1;
	if (uiddb_head(fd, &db) == 0) /* else nobody can have seen any */
		e.uidvalidity = db.uidvalidity;
	maildir_tmp_name(a, "folder", &to);
	r = registry_remove(a, &e, dir, tmp, to.p);
	if (r == 0) /* what is left is removed with other old files in tmp */
		(void)fs_remove_tree(tmp, to.p);
	fs_close(tmp);
	strbuf_clear(&to);
	return r;
}

/*
 * The UIDVALIDITY that is noted must be the last one the folder had: the lock
 * keeps a RENAME from giving another.  One that cannot be locked (its tmp is
 * none, the disk is full) can be removed all the same.
 */
static int
remove_locked(struct account *a, struct span name, int fd, const char *dir)
{
	struct lock lock;
	int tmp = fs_open_dir(fd, "tmp"), r = 0;
	bool locked = false;

	if (tmp != -1) {
		locked = lock_take(a, tmp, &lock) == 0;
		if (!locked && (errno == EBUSY || errno == EINTR))
			r = -1;
	}
	if (r == 0 && fs_has_name(fd, a->fd, dir) == 0)
		r = remove_folder(a, name, fd, dir);
	else
		r = -1;
	if (locked)
		lock_drop(&lock);
	if (tmp != -1)
		fs_close(tmp);
	return r;
}

int
folder_delete(struct account *a, struct span name)
{
	struct strbuf dir = { 0 };
	int fd, r = -1;

	if (is_inbox(name) || is_trash(a, name)) {
		errno = EPERM;
		return -1;
	}
	if ((fd = folder_open(a, name)) == -1)
		return -1;
	if (name_to_dir(a, name, &dir))
		r = remove_locked(a, name, fd, dir.p);
	if (r == 0)
		cachedir_remove(a, dir.p);
	fs_close(fd);
	strbuf_clear(&dir);
	if (r == 0)
		quota_recalculate(a);
	return r;
}

/* --- rename ---------------------------------------------------------- */

/* One of the folders that a RENAME moves. */
struct step {
	struct span from, to;
	const char *fromdir, *todir;
	struct stat st; /* of the folder, when it has been done */
	bool back; /* that one has been to, and goes there again */
};

struct renaming {
	struct account *a;
	struct arena ar;
	struct step *v;
	size_t n, max;
};

static const char *
dir_of(struct renaming *g, struct span name)
{
	struct strbuf dir = { 0 };
	const char *p = NULL;

	if (name_to_dir(g->a, name, &dir))
		p = arena_span(&g->ar, strbuf_span(&dir)).p;
	strbuf_clear(&dir);
	return p;
}

static int
add_step(struct renaming *g, struct span name, struct span from, struct span to)
{
	struct step s = { .from = name };
	struct strbuf new = { 0 };
	struct stat st;

	name.p += span_len(from);
	strbuf_cat(&new, to);
	strbuf_cat(&new, name);
	s.to = arena_span(&g->ar, strbuf_span(&new));
	strbuf_clear(&new);
	s.fromdir = dir_of(g, s.from);
	s.todir = dir_of(g, s.to);
	if (s.fromdir == NULL || s.todir == NULL) {
		errno = EINVAL; /* too long now */
		return -1;
	}
	if (fstatat(g->a->fd, s.todir, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		errno = EEXIST;
		return -1;
	}
	g->v = arena_grow(&g->ar, g->v, g->n, &g->max, sizeof *g->v);
	g->v[g->n++] = s;
	return 0;
}

/* All that exist at or below from, in the order of their names. */
static int
plan(struct renaming *g, struct span from, struct span to)
{
	struct folder_info *f;
	size_t n;

	if (folder_list(g->a, &g->ar, &f, &n) == -1)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (!f[i].exists || !name_is_below(f[i].name, from))
			continue;
		if (is_trash(g->a, f[i].name)) {
			errno = EPERM;
			return -1;
		}
		if (add_step(g, f[i].name, from, to) == -1)
			return -1;
	}
	if (g->n > 0)
		return 0;
	errno = ENOENT;
	return -1;
}

struct lines {
	struct strbuf text;
	uint32_t n;
};

static void
keep_line(void *arg, uint32_t uid, struct span base)
{
	struct lines *l = arg;

	uiddb_put(&l->text, uid, base);
	l->n++;
}

/* The UIDs as they are, under a UIDVALIDITY that is above all. */
static int
renew_uidvalidity(const struct uiddb_place *at)
{
	struct lines l = { .n = 0 };
	struct uiddb db;
	int r = uiddb_load(at->dir, &db, keep_line, &l);

	if (r == 0) {
		db.uidvalidity = 0;
		r = uiddb_replace(at, &db, strbuf_span(&l.text), l.n);
	}
	strbuf_clear(&l.text);
	return r;
}

/* What to note of id: nothing where name has it without. */
static const char *
to_note(struct account *a, struct span name, uint32_t uidvalidity,
    const char id[MAILBOX_OBJECTID_LEN + 1])
{
	char has[MAILBOX_OBJECTID_LEN + 1];

	if (mailbox_id(a, name, uidvalidity, has) == 0 && strcmp(has, id) == 0)
		return NULL;
	return id + 1;
}

/* It goes on with its UIDs and its identifier, above what to has had. */
static int
place_renamed(struct account *a, const struct step *s, const struct maildir *md)
{
	struct uiddb_place at = { .a = a, .dir = md->dir, .tmp = md->tmp };
	char id[MAILBOX_OBJECTID_LEN + 1];
	struct registry_entry e = {
		.name = s->to, .was = s->from, .again = s->back
	};
	struct uiddb db;
	int r;

	if (uiddb_head(md->dir, &db) == -1)
		return -1;
	if (db.uidvalidity == 0)
		return registry_place(a, &e, a->fd, s->fromdir, s->todir);
	if (mailbox_id(a, s->from, db.uidvalidity, id) == -1)
		return -1;
	for (int i = 0; i < PLACE_TRIES; i++) {
		e.uidvalidity = db.uidvalidity;
		e.id = to_note(a, s->to, e.uidvalidity, id);
		r = registry_place(a, &e, a->fd, s->fromdir, s->todir);
		if (r == 0 || errno != ERANGE)
			return r;
		if (registry_uidvalidity(a, s->to, &at.above) == -1 ||
		    renew_uidvalidity(&at) == -1 ||
		    uiddb_head(md->dir, &db) == -1)
			return -1;
	}
	return -1;
}

/* Where no file can be made in it, it can still go back. */
static int
lock_step(struct account *a, const struct step *s, int tmp, struct lock *lock)
{
	if (lock_take(a, tmp, lock) == 0)
		return 0;
	if (!s->back || errno == EBUSY || errno == EINTR)
		return -1;
	return lock_own(tmp, lock);
}

/* Whether the folder under the name is the one that the step is about. */
static int
check_folder(struct account *a, struct step *s, int dir)
{
	struct stat st;

	if (fs_has_name(dir, a->fd, s->fromdir) == -1 || fstat(dir, &st) == -1)
		return -1;
	if (s->back &&
	    (st.st_ino != s->st.st_ino || st.st_dev != s->st.st_dev)) {
		errno = ENOENT;
		return -1;
	}
	s->st = st;
	return 0;
}

static int
do_step(struct account *a, struct step *s)
{
	struct maildir md;
	struct lock lock;
	int r = -1;

	if (maildir_open(a, s->from, &md) == -1)
		return -1;
	if (lock_step(a, s, md.tmp, &lock) == -1)
		goto close_dirs;
	r = check_folder(a, s, md.dir);
	if (r == 0)
		r = place_renamed(a, s, &md);
	lock_drop(&lock);
close_dirs:
	maildir_close(&md);
	return r;
}

/* A mailbox of this session goes on under the new name. */
static void
follow(struct account *a, const struct step *s)
{
	for (struct mailbox *m = a->boxes; m != NULL; m = m->next) {
		if (!span_eq(strbuf_span(&m->folder), s->from))
			continue;
		strbuf_reset(&m->folder);
		strbuf_cat(&m->folder, s->to);
		strbuf_reset(&m->dirname);
		strbuf_puts(&m->dirname, s->todir);
	}
}

/* A step in the other direction: others may have had the name meanwhile. */
static void
undo_step(struct account *a, const struct step *s)
{
	struct step back = { .from = s->to,
		.to = s->from,
		.fromdir = s->todir,
		.todir = s->fromdir,
		.st = s->st,
		.back = true };

	(void)do_step(a, &back);
}

static int
do_steps(struct renaming *g)
{
	size_t i;
	int saved;

	for (i = 0; i < g->n; i++)
		if (do_step(g->a, &g->v[i]) == -1)
			break;
	if (i == g->n)
		return 0;
	saved = errno;
	while (i-- > 0)
		undo_step(g->a, &g->v[i]);
	errno = saved;
	return -1;
}

static int
rename_tree(struct account *a, struct span from, struct span to)
{
	struct renaming g = { .a = a };
	int r = plan(&g, from, to);

	if (r == 0)
		r = do_steps(&g);
	if (r == 0) {
		for (size_t i = 0; i < g.n; i++) {
			cachedir_move(a, g.v[i].fromdir, g.v[i].todir);
			follow(a, &g.v[i]);
		}
		r = fs_sync_dir(a->fd);
	}
	if (r == 0)
		quota_recalculate(a);
	arena_clear(&g.ar);
	return r;
}

/* RFC 9051 section 6.3.6: its messages move, it stays. */
static int
rename_inbox(struct account *a, struct span to)
{
	struct mailbox *m;
	struct append_moved moved = { 0 };
	struct arena ar = { 0 };
	uint32_t *seqs, n;
	int r;

	if (folder_create(a, to, 0) == -1)
		return -1;
	if (mailbox_open(a, span_of("", 0), false, &m) == -1)
		return -1;
	n = mailbox_state(m)->count;
	seqs = arena_array(&ar, n, sizeof *seqs);
	moved.uids = arena_array(&ar, n, sizeof *moved.uids);
	for (uint32_t i = 0; i < n; i++)
		seqs[i] = i + 1;
	r = append_move(m, seqs, n, to, &moved);
	mailbox_close(m);
	arena_clear(&ar);
	return r;
}

int
folder_rename(struct account *a, struct span from, struct span to)
{
	if (!folder_name_valid(a, from) || !folder_name_valid(a, to)) {
		errno = EINVAL;
		return -1;
	}
	if (is_inbox(to)) {
		errno = EEXIST;
		return -1;
	}
	if (is_inbox(from))
		return rename_inbox(a, to);
	if (is_trash(a, from)) {
		errno = EPERM;
		return -1;
	}
	if (span_eq(from, to)) {
		errno = folder_exists(a, from) == 0 ? EEXIST : ENOENT;
		return -1;
	}
	if (name_is_below(to, from)) {
		errno = EINVAL;
		return -1;
	}
	return rename_tree(a, from, to);
}
