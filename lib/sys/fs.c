/* fs.c: openat() and its relatives, with the flags always right. */
#include "sys/fs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/stat.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/nelem.h"

enum {
	TREE_DEPTH = 64,
	WALK_LEN = 16 * 1024, /* of a directory, at once */
	NO_REPLACE = 1, /* RENAME_NOREPLACE: not in every C library */
};

/* as the kernel's magic.h has them: ext, xfs, btrfs, f2fs, zfs, tmpfs */
static const unsigned long local_types[] = { 0xef53, 0x58465342, 0x9123683e,
	0xf2f52010, 0x2fc12fc1, 0x01021994 };

bool
fs_is_local(int fd)
{
	struct statfs st;

	if (fstatfs(fd, &st) == -1)
		return false;
	for (size_t i = 0; i < NELEM(local_types); i++)
		if (((unsigned long)st.f_type & 0xffffffff) == local_types[i])
			return true;
	return false;
}

int
fs_open_dir(int dir, const char *name)
{
	return openat(
	    dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

int
fs_open_file(int dir, const char *name, struct stat *st)
{
	int fd = openat(dir, name,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat here;

	if (fd == -1) {
		if (errno == ENXIO) /* a socket */
			errno = EINVAL;
		return -1;
	}
	if (fstat(fd, &here) == -1)
		goto close_file;
	if (!S_ISREG(here.st_mode)) {
		errno = S_ISDIR(here.st_mode) ? EISDIR : EINVAL;
		goto close_file;
	}
	if (st != NULL)
		*st = here;
	return fd;
close_file:
	fs_close(fd);
	return -1;
}

int
fs_create(int dir, const char *name, unsigned mode)
{
	return openat(dir, name,
	    O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
}

bool
fs_is_ours(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && st.st_uid == geteuid() &&
	       (st.st_mode & 022) == 0;
}

int
fs_slurp(int dir, const char *name, size_t max, struct strbuf *out)
{
	size_t start = out->len, piece = 65536;
	struct stat st;
	ssize_t n;
	int fd = fs_open_file(dir, name, &st);

	if (fd == -1)
		return -1;
	if ((uint64_t)st.st_size < piece) /* most are small */
		piece = (size_t)st.st_size + 1;
	for (;;) {
		n = read(fd, strbuf_room(out, piece), piece);
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		out->len += (size_t)n;
		out->p[out->len] = '\0';
		if (out->len - start > max) {
			errno = EFBIG;
			n = -1;
			break;
		}
	}
	fs_close(fd);
	if (n == 0)
		return 0;
	strbuf_cut(out, start);
	return -1;
}

int
fs_write(int fd, struct span s)
{
	ssize_t n;

	while (s.p < s.end) {
		n = write(fd, s.p, span_len(s));
		if (n > 0)
			s.p += n;
		else if (n == 0 || errno != EINTR)
			return -1;
	}
	return 0;
}

int
fs_pwrite(int fd, struct span s, int64_t offset)
{
	ssize_t n;

	while (s.p < s.end) {
		n = pwrite(fd, s.p, span_len(s), offset);
		if (n > 0) {
			s.p += n;
			offset += n;
		} else if (n == 0 || errno != EINTR) {
			return -1;
		}
	}
	return 0;
}

ssize_t
fs_pread(int fd, void *to, size_t len, int64_t offset)
{
	size_t have = 0;
	ssize_t n;

	while (have < len) {
		n = pread(
		    fd, (char *)to + have, len - have, offset + (int64_t)have);
		if (n == 0)
			break;
		if (n > 0)
			have += (size_t)n;
		else if (errno != EINTR)
			return -1;
	}
	return (ssize_t)have;
}

int
fs_rename_excl(int fromdir, const char *from, int todir, const char *to)
{
	return (int)syscall(
	    SYS_renameat2, fromdir, from, todir, to, NO_REPLACE);
}

int
fs_rename_new(int fromdir, const char *from, int todir, const char *to)
{
	struct stat st;

	if (fs_rename_excl(fromdir, from, todir, to) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
	/* a file system that cannot (NFS): names are unique, so looking does */
	if (fstatat(todir, to, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		errno = EEXIST;
		return -1;
	}
	return renameat(fromdir, from, todir, to);
}

int
fs_has_name(int fd, int dir, const char *name)
{
	struct stat here, there;

	if (fstat(fd, &here) == -1 ||
	    fstatat(dir, name, &there, AT_SYMLINK_NOFOLLOW) == -1)
		return -1;
	if (here.st_ino == there.st_ino && here.st_dev == there.st_dev)
		return 0;
	errno = ENOENT;
	return -1;
}

static struct timespec
time_of(struct statx_timestamp t)
{
	struct timespec out = { .tv_sec = t.tv_sec, .tv_nsec = t.tv_nsec };

	return out;
}

/* One call where two would be a tenth of what a COPY costs. */
int
fs_stat(int dir, const char *name, struct stat *st, int64_t *born)
{
	struct statx x;

	*born = INT64_MAX;
	/* not in every C library */
	if (syscall(SYS_statx, dir, name, AT_SYMLINK_NOFOLLOW,
		STATX_BASIC_STATS | STATX_BTIME, &x) == -1)
		/* EPERM: of a container's filter that does not know the call */
		return errno == ENOSYS || errno == EPERM
			   ? fstatat(dir, name, st, AT_SYMLINK_NOFOLLOW)
			   : -1;
	*st = (struct stat){
		.st_dev = makedev(x.stx_dev_major, x.stx_dev_minor),
		.st_ino = x.stx_ino,
		.st_mode = x.stx_mode,
		.st_nlink = x.stx_nlink,
		.st_uid = x.stx_uid,
		.st_gid = x.stx_gid,
		.st_size = (off_t)x.stx_size,
		.st_blksize = (blksize_t)x.stx_blksize,
		.st_blocks = (blkcnt_t)x.stx_blocks,
		.st_atim = time_of(x.stx_atime),
		.st_mtim = time_of(x.stx_mtime),
		.st_ctim = time_of(x.stx_ctime),
	};
	if (x.stx_mask & STATX_BTIME)
		*born = x.stx_btime.tv_sec;
	return 0;
}

void
fs_start_sync(int fd)
{
	(void)sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE); /* a hint */
}

int
fs_wait_sync(int fd)
{
	if (sync_file_range(fd, 0, 0,
		SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE |
		    SYNC_FILE_RANGE_WAIT_AFTER) == 0)
		return 0;
	return errno == EIO || errno == ENOSPC ? -1 : fdatasync(fd);
}

int
fs_sync_dir(int dir)
{
	return fsync(dir);
}

void
fs_close(int fd)
{
	int saved = errno;

	(void)close(fd); /* nothing was written, or fsync() has reported it */
	errno = saved;
}

/* getdents64(2) */
struct entry {
	uint64_t ino, next;
	uint16_t len; /* with the name and its NUL, behind this */
	uint8_t type;
	char name[5];
};

/* Who is told of each entry: one of the two. */
struct visitor {
	fs_each *each;
	fs_each_inode *with_inode;
	void *arg;
};

/* The entries that one read brought. */
static int
walk_some(const char *at, size_t len, const struct visitor *v)
{
	struct entry e;
	const char *name;
	int r = 0;

	for (; r == 0 && len > 0; at += e.len, len -= e.len) {
		memcpy(&e, at, sizeof e);
		name = at + offsetof(struct entry, name);
		if (name[0] == '.' &&
		    (name[1] == '\0' || strcmp(name, "..") == 0))
			continue;
		r = v->each != NULL
			? v->each(v->arg, name, e.type)
			: v->with_inode(v->arg, name, e.type, e.ino);
	}
	return r;
}

/* readdir() would ask for memory, and what kind of file it has. */
static int
walk(int dir, const struct visitor *v)
{
	char some[WALK_LEN];
	int fd = fs_open_dir(dir, "."), r = 0;
	long n;

	if (fd == -1)
		return -1;
	while (
	    r == 0 && (n = syscall(SYS_getdents64, fd, some, sizeof some)) != 0)
		r = n == -1 ? -1 : walk_some(some, (size_t)n, v);
	fs_close(fd);
	return r;
}

int
fs_walk(int dir, fs_each *each, void *arg)
{
	struct visitor v = { each, NULL, arg };

	return walk(dir, &v);
}

int
fs_walk_inodes(int dir, fs_each_inode *each, void *arg)
{
	struct visitor v = { NULL, each, arg };

	return walk(dir, &v);
}

struct removal {
	int dir;
	int depth;
};

static int remove_tree(int dir, const char *name, int depth);

static int
remove_one(void *arg, const char *name, unsigned char type)
{
	const struct removal *r = arg;

	if (type != DT_DIR && unlinkat(r->dir, name, 0) == 0)
		return 0;
	if (type != DT_DIR && errno != EISDIR && errno != EPERM)
		return errno == ENOENT ? 0 : -1;
	return remove_tree(r->dir, name, r->depth + 1);
}

static int
remove_tree(int dir, const char *name, int depth)
{
	struct removal r = { -1, depth };
	int done;

	if (depth > TREE_DEPTH) {
		errno = ELOOP;
		return -1;
	}
	if ((r.dir = fs_open_dir(dir, name)) == -1)
		return errno == ENOENT ? 0 : -1;
	done = fs_walk(r.dir, remove_one, &r);
	fs_close(r.dir);
	if (done != 0)
		return -1;
	if (unlinkat(dir, name, AT_REMOVEDIR) == -1 && errno != ENOENT)
		return -1;
	return 0;
}

int
fs_remove_tree(int dir, const char *name)
{
	return remove_tree(dir, name, 0);
}
