/* maildir.c: names of message files, and the three directories. */
#include "store/maildir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/ascii.h"
#include "base/num.h"
#include "store/flags.h"
#include "store/folder.h"
#include "store/name.h"
#include "store/objectid.h"
#include "store/root.h"
#include "sys/clock.h"
#include "sys/fs.h"

enum {
	TMP_AGE = 36 * 3600,
	NUMBER_SAFE = 19 /* digits that 64 bits hold whatever they are */
};

/* A folder is what has cur (satchel-maildir(7)); the others may be missing. */
static int
open_or_make(int dir, const char *name)
{
	int fd = fs_open_dir(dir, name);

	if (fd != -1 || errno != ENOENT)
		return fd;
	if (mkdirat(dir, name, MODE_DIR) == -1 && errno != EEXIST)
		return -1;
	return fs_open_dir(dir, name);
}

int
maildir_open(struct account *a, struct span folder, struct maildir *out)
{
	struct maildir md = { -1, -1, -1, -1 };

	if ((md.dir = folder_open(a, folder)) == -1)
		return -1;
	if ((md.cur = fs_open_dir(md.dir, "cur")) == -1 ||
	    (md.new = open_or_make(md.dir, "new")) == -1 ||
	    (md.tmp = open_or_make(md.dir, "tmp")) == -1) {
		maildir_close(&md);
		return -1;
	}
	*out = md;
	return 0;
}

int
maildir_has_name(
    struct account *a, struct span folder, const struct maildir *md)
{
	struct strbuf name = { 0 };
	int r = 0;

	if (folder.p == folder.end)
		return 0;
	if (name_to_dir(a, folder, &name)) {
		r = fs_has_name(md->dir, a->fd, name.p);
	} else {
		errno = ENOENT;
		r = -1;
	}
	strbuf_clear(&name);
	return r;
}

void
maildir_close(struct maildir *md)
{
	int *fds[] = { &md->dir, &md->cur, &md->new, &md->tmp };

	for (size_t i = 0; i < sizeof fds / sizeof *fds; i++) {
		if (*fds[i] != -1)
			fs_close(*fds[i]);
		*fds[i] = -1;
	}
}

void
maildir_tmp_name(struct account *a, const char *tag, struct strbuf *out)
{
	int64_t us = clock_now_us();
	char s[96];

	(void)snprintf(s, sizeof s, "%lld.M%lldP%ld_%s%u.",
	    (long long)(us / 1000000), (long long)(us % 1000000),
	    (long)getpid(), tag, (unsigned)a->serial++);
	strbuf_puts(out, s);
	strbuf_puts(out, a->host);
}

/* printf() has %016llX, and would be a third of what a COPY costs. */
static void
put_hex(struct strbuf *out, uint64_t n)
{
	char s[16];

	for (size_t i = sizeof s; i > 0; n >>= 4)
		s[--i] = "0123456789ABCDEF"[n & 15];
	strbuf_add(out, s, sizeof s);
}

void
maildir_base(
    struct account *a, const struct stat *st, uint64_t size, struct strbuf *out)
{
	uint64_t us = (uint64_t)clock_now_us();

	strbuf_num(out, us / 1000000);
	strbuf_puts(out, ".M");
	strbuf_num(out, us % 1000000);
	strbuf_putc(out, 'P');
	strbuf_num(out, (uint64_t)getpid());
	strbuf_putc(out, 'V');
	put_hex(out, st->st_dev);
	strbuf_putc(out, 'I');
	put_hex(out, st->st_ino);
	strbuf_putc(out, '_');
	strbuf_num(out, a->serial++);
	strbuf_putc(out, '.');
	strbuf_puts(out, a->host);
	strbuf_puts(out, ",S=");
	strbuf_num(out, size);
}

void
maildir_copy_base(struct account *a, const struct stat *st, const char *source,
    struct strbuf *out)
{
	maildir_base(a, st, (uint64_t)st->st_size, out);
	objectid_keep(span_str(source), out);
}

void
maildir_fresh_name(
    struct account *a, int dir, const char *name, struct strbuf *out)
{
	struct span info = span_str(name);
	struct stat st = { 0 };

	(void)fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW);
	maildir_base(a, &st, (uint64_t)st.st_size, out);
	info.p += span_len(flags_base(info));
	strbuf_cat(out, info);
}

bool
maildir_is_odd(const char *name)
{
	return strchr(name, '\n') != NULL;
}

int
maildir_rename_afresh(
    struct account *a, int dir, const char *name, int cur, struct strbuf *to)
{
	struct stat st = { 0 };

	strbuf_reset(to);
	(void)fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW);
	maildir_base(a, &st, (uint64_t)st.st_size, to);
	strbuf_puts(to, ":2,");
	return fs_rename_new(dir, name, cur, to->p);
}

static bool
same_file(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_dev == b->st_dev;
}

/*
 * Whether both names are there, and not one after the other: a file that is
 * being renamed can be read under both.
 */
static bool
both_exist(int cur, const char *a, const char *b)
{
	struct stat first, other, again;

	return fstatat(cur, a, &first, AT_SYMLINK_NOFOLLOW) == 0 &&
	       fstatat(cur, b, &other, AT_SYMLINK_NOFOLLOW) == 0 &&
	       fstatat(cur, a, &again, AT_SYMLINK_NOFOLLOW) == 0 &&
	       same_file(&first, &again) &&
	       (!same_file(&first, &other) || first.st_nlink > 1);
}

int
maildir_part(struct account *a, int cur, const char *known, const char *twin,
    struct strbuf *fresh)
{
	if (!both_exist(cur, known, twin)) {
		errno = ENOENT;
		return -1;
	}
	maildir_fresh_name(a, cur, twin, fresh);
	return fs_rename_new(cur, twin, cur, fresh->p);
}

/* unlinkat(), keeping errno, for the way out of a failure. */
static void
discard(int dir, const char *name)
{
	int saved = errno;

	(void)unlinkat(dir, name, 0);
	errno = saved;
}

int
maildir_replace(struct account *a, const char *name, struct span text)
{
	struct strbuf tmp_name = { 0 };
	int tmp = fs_open_dir(a->fd, "tmp"), fd, r = -1;

	if (tmp == -1)
		return -1;
	maildir_tmp_name(a, "file", &tmp_name);
	if ((fd = fs_create(tmp, tmp_name.p, MODE_FILE)) == -1)
		goto close_tmp;
	r = fs_write(fd, text);
	if (r == 0)
		r = fsync(fd);
	fs_close(fd);
	if (r == 0)
		r = renameat(tmp, tmp_name.p, a->fd, name);
	if (r == 0)
		r = fs_sync_dir(a->fd);
	else
		discard(tmp, tmp_name.p);
close_tmp:
	fs_close(tmp);
	strbuf_clear(&tmp_name);
	return r;
}

bool
maildir_size(struct span filename, uint64_t *size)
{
	struct span s = flags_base(filename);
	struct span n;

	for (size_t i = span_len(s); i >= 3; i--) {
		if (memcmp(s.p + i - 3, ",S=", 3) != 0)
			continue;
		n.p = s.p + i;
		n.end = s.end;
		return num_u64(&n, size);
	}
	return false;
}

/* The number in front of s without its zeros: any length can be compared. */
static struct span
leading_number(struct span s)
{
	struct span n = s;

	while (n.p < n.end && *n.p == '0')
		n.p++;
	s.p = n.p;
	while (s.p < s.end && ascii_isdigit((unsigned char)*s.p))
		s.p++;
	n.end = s.p;
	return n;
}

int
maildir_cmp(struct span a, struct span b)
{
	struct span na, nb;

	a = flags_base(a);
	b = flags_base(b);
	na = leading_number(a);
	nb = leading_number(b);
	if (span_len(na) != span_len(nb))
		return span_len(na) < span_len(nb) ? -1 : 1;
	if (!span_eq(na, nb))
		return span_cmp(na, nb);
	return span_cmp(a, b);
}

uint64_t
maildir_number(struct span name)
{
	const char *first;
	uint64_t v = 0;

	while (span_eat(&name, '0'))
		;
	for (first = name.p; span_isdigit(&name); name.p++)
		v = v * 10 + (uint64_t)(*name.p - '0');
	return name.p - first > NUMBER_SAFE ? UINT64_MAX : v;
}

struct cleaning {
	int tmp;
	int64_t now;
};

static int
clean_one(void *arg, const char *name, unsigned char type)
{
	const struct cleaning *c = arg;
	int64_t newest;
	struct stat st;

	(void)type;
	if (name[0] == '.')
		return 0;
	if (fstatat(c->tmp, name, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return 0;
	newest = st.st_mtime;
	if (newest < st.st_ctime)
		newest = st.st_ctime;
	if (newest < st.st_atime)
		newest = st.st_atime;
	if (c->now - newest < TMP_AGE)
		return 0;
	/* directories are folders that were being made or removed */
	if (S_ISDIR(st.st_mode))
		(void)fs_remove_tree(c->tmp, name);
	else
		(void)unlinkat(c->tmp, name, 0);
	return 0;
}

void
maildir_clean_tmp(int tmp)
{
	struct cleaning c = { tmp, clock_now() };

	(void)fs_walk(tmp, clean_one, &c); /* next time is soon enough */
}

/* The file system has not said what it is. */
static bool
is_file(int dir, const char *name)
{
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return false;
	return S_ISREG(st.st_mode);
}

bool
maildir_is_file(int dir, const char *name, unsigned char type)
{
	return type == DT_UNKNOWN ? is_file(dir, name) : type == DT_REG;
}
