/*
 * landlock.c: the kernel's own words for it, since headers are older than
 * the kernels that programs meet.
 */
#include "sys/landlock.h"

#include <errno.h>

#include "config.h"

#if HAVE_CAGE

#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/nelem.h"
#include "sys/fs.h"

/* the numbers are the same on all architectures */
enum { CREATE_RULESET = 444, ADD_RULE = 445, RESTRICT_SELF = 446 };
enum { GET_VERSION = 1, PATH_BENEATH = 1 };

/* what a version can take away */
enum { FIRST_ABI = 2, NET_ABI = 4, SCOPE_ABI = 6 };

enum {
	FS_EXECUTE = 1 << 0,
	FS_WRITE_FILE = 1 << 1,
	FS_READ_FILE = 1 << 2,
	FS_READ_DIR = 1 << 3,
	FS_REMOVE_DIR = 1 << 4,
	FS_REMOVE_FILE = 1 << 5,
	FS_MAKE_CHAR = 1 << 6,
	FS_MAKE_DIR = 1 << 7,
	FS_MAKE_REG = 1 << 8,
	FS_MAKE_SOCK = 1 << 9,
	FS_MAKE_FIFO = 1 << 10,
	FS_MAKE_BLOCK = 1 << 11,
	FS_MAKE_SYM = 1 << 12,
	FS_REFER = 1 << 13, /* ABI 2 */
	FS_TRUNCATE = 1 << 14, /* ABI 3 */
	FS_IOCTL_DEV = 1 << 15, /* ABI 5 */
	/* of these a regular file can have */
	FS_FILE = FS_WRITE_FILE | FS_READ_FILE | FS_TRUNCATE,
	FS_READ = FS_READ_FILE | FS_READ_DIR,
	FS_WRITE = FS_READ | FS_WRITE_FILE | FS_REMOVE_DIR | FS_REMOVE_FILE |
		   FS_MAKE_DIR | FS_MAKE_REG | FS_REFER | FS_TRUNCATE
};

/* TCP's bind and connect; abstract sockets and signals */
enum { NET_ALL = 3, SCOPE_ALL = 3 };

struct ruleset {
	uint64_t fs;
	uint64_t net; /* ABI 4 */
	uint64_t scoped; /* ABI 6 */
};

struct beneath {
	uint64_t allowed;
	int32_t parent;
} __attribute__((packed));

/* All that a kernel of this version can be asked to take away. */
static size_t
fill(struct ruleset *r, int abi)
{
	r->fs = FS_TRUNCATE - 1;
	if (abi >= 3)
		r->fs |= FS_TRUNCATE;
	if (abi >= 5)
		r->fs |= FS_IOCTL_DEV;
	r->net = abi >= NET_ABI ? NET_ALL : 0;
	r->scoped = abi >= SCOPE_ABI ? SCOPE_ALL : 0;
	/* an old kernel takes no longer struct than it knows */
	if (abi < NET_ABI)
		return sizeof r->fs;
	return abi < SCOPE_ABI ? sizeof r->fs + sizeof r->net : sizeof *r;
}

static int
add(int set, const struct ruleset *r, int fd, bool writable)
{
	struct beneath b = { .allowed = writable ? FS_WRITE : FS_READ };
	struct stat st;

	if (fstat(fd, &st) == -1)
		return -1;
	if (!S_ISDIR(st.st_mode))
		b.allowed &= FS_FILE;
	b.allowed &= r->fs;
	b.parent = fd;
	return (int)syscall(ADD_RULE, set, PATH_BENEATH, &b, 0);
}

static int
add_place(int set, const struct ruleset *r, const struct landlock_place *p)
{
	int fd, failed;

	if (p->dir != -1)
		return add(set, r, p->dir, p->writable);
	if ((fd = open(p->path, O_PATH | O_CLOEXEC)) == -1)
		return 0;
	failed = add(set, r, fd, p->writable);
	fs_close(fd);
	return failed;
}

int
landlock_close(const struct landlock_place *places, size_t n)
{
	int abi = (int)syscall(CREATE_RULESET, NULL, 0, GET_VERSION);
	struct ruleset r;
	int set, failed = 0;

	if (abi == -1)
		return -1;
	if (abi < FIRST_ABI) {
		errno = EOPNOTSUPP;
		return -1;
	}
	set = (int)syscall(CREATE_RULESET, &r, fill(&r, abi), 0);
	if (set == -1)
		return -1;
	for (size_t i = 0; i < n && failed == 0; i++)
		failed = add_place(set, &r, &places[i]);
	if (failed == 0)
		failed = (int)syscall(RESTRICT_SELF, set, 0);
	fs_close(set);
	return failed;
}

#else

int
landlock_close(const struct landlock_place *places, size_t n)
{
	(void)places;
	(void)n;
	errno = ENOSYS;
	return -1;
}

#endif
