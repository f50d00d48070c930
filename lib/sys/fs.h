/* fs.h: files below a directory that is open. */
#ifndef SYS_FS_H
#define SYS_FS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "base/span.h"
#include "base/strbuf.h"

/*
 * All of these return a descriptor or 0, or -1 with errno.  Links are never
 * followed, descriptors are close-on-exec.
 */

/* The directory name below dir.  "." reopens dir itself. */
int fs_open_dir(int dir, const char *name);

/*
 * The regular file name, for reading.  Anything else there (a link, a FIFO,
 * a device, a directory) is refused with ELOOP, EISDIR or EINVAL and does
 * not block.  st may be NULL.
 */
int fs_open_file(int dir, const char *name, struct stat *st);

/* A new file, for writing and reading; EEXIST when there is one. */
int fs_create(int dir, const char *name, unsigned mode);

/*
 * Append the whole of the regular file name to *out; EFBIG when it is larger
 * than max.  On failure *out is as it was.
 */
int fs_slurp(int dir, const char *name, size_t max, struct strbuf *out);

/* Write all of s at the descriptor's offset, or at the offset given. */
int fs_write(int fd, struct span s);
int fs_pwrite(int fd, struct span s, int64_t offset);

/*
 * Read up to len bytes at offset, fewer only at the end of the file.
 * Returns how many, or -1.
 */
ssize_t fs_pread(int fd, void *to, size_t len, int64_t offset);

/*
 * rename(), but EEXIST when to is there already: nothing is overwritten.
 * fs_rename_excl() fails (EINVAL, ENOSYS) where that is not one step.
 */
int fs_rename_excl(int fromdir, const char *from, int todir, const char *to);
int fs_rename_new(int fromdir, const char *from, int todir, const char *to);

/*
 * 0 if fd, which is open, is what stands at that name.  To be asked under the
 * lock that those who rename take.  -1 with errno: ENOENT also when another
 * file is there.
 */
int fs_has_name(int fd, int dir, const char *name);

/*
 * What lstat() tells of the file name, and when it was made, seconds since
 * 1970: neither a link nor a rename nor utimensat() changes that.  INT64_MAX
 * where the file system does not keep it.
 */
int fs_stat(int dir, const char *name, struct stat *st, int64_t *born);

/*
 * Begin to write the file to the disk, without waiting.  Of many files that
 * are synced one after the other the first then waits for all.
 */
void fs_start_sync(int fd);

/*
 * Wait until the file's bytes are written.  They are safe once something of
 * the same file system has been synced after that: a disk flushes its own
 * memory once for all, and not, as for fdatasync(), for each file.
 */
int fs_wait_sync(int fd);

/* fsync the directory dir. */
int fs_sync_dir(int dir);

/*
 * Whether the file system of fd gives its files the time of this machine's
 * clock for certain: a disk's or memory's.  False for those of a network, and
 * for all that is not known.
 */
bool fs_is_local(int fd);

/* close(), keeping errno, for the way out of a failure. */
void fs_close(int fd);

/*
 * Call each(arg, name, type) for every entry of dir but "." and "..", in the
 * directory's order; type is a DT_ value of <dirent.h>, DT_UNKNOWN where the
 * file system does not tell.  A nonzero result ends the walk and is returned.
 * dir's own offset is not used, so walks do not disturb each other.
 */
typedef int fs_each(void *arg, const char *name, unsigned char type);
int fs_walk(int dir, fs_each *each, void *arg);

/* The same with the entry's inode, of a mount point the one underneath. */
typedef int fs_each_inode(
    void *arg, const char *name, unsigned char type, uint64_t ino);
int fs_walk_inodes(int dir, fs_each_inode *each, void *arg);

/* Whether fd is owned by us (the effective uid), and nobody else may write. */
bool fs_is_ours(int fd);

/* Remove the directory name and all below it; a missing one is no error. */
int fs_remove_tree(int dir, const char *name);

#endif
