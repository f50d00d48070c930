/* fs.c: regular files only, no link followed, nothing half done. */
#include "sys/fs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/nelem.h"
#include "tap.h"

static char root[64];
static int dir;

/* A file with these bytes. */
static void
make(int at, const char *name, const char *text)
{
	int fd = fs_create(at, name, 0600);

	if (fd == -1 || fs_write(fd, span_str(text)) == -1)
		exit(111);
	fs_close(fd);
}

static bool
fails(int result, int want)
{
	int got = errno;

	errno = 0;
	return result == -1 && got == want;
}

static bool
is_cloexec(int fd)
{
	int flags = fcntl(fd, F_GETFD);

	fs_close(fd);
	return flags != -1 && (flags & FD_CLOEXEC);
}

static void
make_socket(const char *name)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(un.sun_path, sizeof un.sun_path, "%s/%s", root, name);
	if (bind(fd, (struct sockaddr *)&un, sizeof un) == -1)
		exit(111);
	close(fd);
}

static void
test_open(void)
{
	struct stat st = { .st_size = 77 };

	make(dir, "file", "text");
	if (mkdirat(dir, "sub", 0700) == -1 ||
	    symlinkat("file", dir, "link") == -1 ||
	    symlinkat("sub", dir, "dirlink") == -1 ||
	    mkfifoat(dir, "fifo", 0600) == -1)
		exit(111);
	make_socket("socket");
	ok(is_cloexec(fs_open_file(dir, "file", &st)) && st.st_size == 4,
	    "a file");
	ok(is_cloexec(fs_open_file(dir, "file", NULL)), "without its status");
	st.st_size = 77;
	ok(fails(fs_open_file(dir, "none", &st), ENOENT), "no file");
	ok(fails(fs_open_file(dir, "link", &st), ELOOP), "a link");
	ok(fails(fs_open_file(dir, "sub", &st), EISDIR), "a directory");
	ok(fails(fs_open_file(dir, "fifo", &st), EINVAL), "a FIFO");
	ok(fails(fs_open_file(dir, "socket", &st), EINVAL), "a socket");
	ok(fails(fs_open_file(dir, "", &st), ENOENT), "no name");
	ok(st.st_size == 77, "the status is untouched");
	ok(is_cloexec(fs_open_dir(dir, "sub")) &&
		is_cloexec(fs_open_dir(dir, ".")),
	    "directories");
	ok(fails(fs_open_dir(dir, "file"), ENOTDIR), "a file is none");
	int fd = fs_open_dir(dir, "dirlink");
	ok(fails(fd, ENOTDIR) || fails(fd, ELOOP), "nor is a link");
	ok(fails(fs_create(dir, "file", 0600), EEXIST) &&
		fails(fs_create(dir, "link", 0600), EEXIST),
	    "what is there is not created");
	ok(is_cloexec(fs_create(dir, "fresh", 0600)) &&
		unlinkat(dir, "fresh", 0) == 0,
	    "what is not, is");
}

static void
test_slurp(void)
{
	struct strbuf b = { 0 }, big = { 0 };

	make(dir, "empty", "");
	ok(fs_slurp(dir, "empty", 0, &b) == 0 && b.len == 0 &&
		(b.p == NULL || *b.p == '\0'),
	    "an empty file");
	ok(fs_slurp(dir, "file", 4, &b) == 0 &&
		span_is(strbuf_span(&b), "text"),
	    "a file of the largest size");
	ok(fails(fs_slurp(dir, "file", 3, &b), EFBIG) &&
		span_is(strbuf_span(&b), "text") && b.p[4] == '\0',
	    "one byte more, and the buffer as it was");
	ok(fails(fs_slurp(dir, "none", 9, &b), ENOENT) &&
		fails(fs_slurp(dir, "link", 9, &b), ELOOP) && b.len == 4,
	    "what cannot be opened");
	ok(fs_slurp(dir, "file", 9, &b) == 0 &&
		span_is(strbuf_span(&b), "texttext"),
	    "appended");
	for (size_t i = 0; i < 200000; i++)
		strbuf_putc(&big, (char)('a' + i % 25));
	make(dir, "big", big.p);
	strbuf_reset(&b);
	ok(fs_slurp(dir, "big", SIZE_MAX, &b) == 0 &&
		span_eq(strbuf_span(&b), strbuf_span(&big)),
	    "a large file");
	strbuf_reset(&b);
	ok(fails(fs_slurp(dir, "big", 199999, &b), EFBIG) && b.len == 0,
	    "a file too large");
	strbuf_clear(&b);
	strbuf_clear(&big);
}

static void
test_offsets(void)
{
	int fd = fs_create(dir, "offsets", 0600);
	char got[20];

	ok(fs_write(fd, span_str("0123456789")) == 0 &&
		fs_pwrite(fd, span_str("abc"), 4) == 0 &&
		fs_write(fd, span_str("x")) == 0 &&
		fs_pread(fd, got, 20, 0) == 11 &&
		memcmp(got, "0123abc789x", 11) == 0,
	    "written here and there");
	ok(fs_pread(fd, got, 3, 9) == 2 && memcmp(got, "9x", 2) == 0 &&
		fs_pread(fd, got, 3, 11) == 0 && fs_pread(fd, got, 0, 0) == 0,
	    "read up to the end");
	ok(fs_write(fd, span_of("", 0)) == 0, "nothing is written");
	fs_close(fd);
	errno = ERANGE;
	fs_close(fd);
	ok(errno == ERANGE, "closing keeps errno");
	ok(fails(fs_write(fd, span_str("x")), EBADF) &&
		fails(fs_pwrite(fd, span_str("x"), 0), EBADF) &&
		fails((int)fs_pread(fd, got, 1, 0), EBADF),
	    "a closed descriptor");
	fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
	ok(fd == -1 || fails(fs_write(fd, span_str("x")), ENOSPC),
	    "a full disk");
	fs_close(fd);
	ok(fs_sync_dir(dir) == 0, "a directory is synced");
}

struct walk {
	unsigned files;
	unsigned others;
	unsigned stop; /* after so many; 0: never */
};

static int
count(void *arg, const char *name, unsigned char type)
{
	struct walk *w = arg;

	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		exit(111);
	*(type == DT_REG ? &w->files : &w->others) += 1;
	return w->files + w->others == w->stop ? 42 : 0;
}

static void
test_walk(void)
{
	struct walk w = { 0 }, again = { 0 }, part = { .stop = 2 };
	int sub = fs_open_dir(dir, "sub");
	char name[16];

	ok(fs_walk(sub, count, &w) == 0 && w.files + w.others == 0,
	    "an empty directory");
	for (unsigned i = 0; i < 1000; i++) {
		snprintf(name, sizeof name, "%u", i);
		make(sub, name, "");
	}
	(void)mkdirat(sub, "d", 0700);
	ok(fs_walk(sub, count, &w) == 0 && w.files == 1000 && w.others == 1,
	    "every entry once");
	ok(fs_walk(sub, count, &part) == 42 && part.files + part.others == 2,
	    "a walk ends early");
	ok(fs_walk(sub, count, &again) == 0 && again.files == 1000,
	    "and the next begins at the start");
	fs_close(sub);
	errno = 0;
	ok(fails(fs_walk(sub, count, &w), EBADF), "no directory");
}

static void
test_remove(void)
{
	int sub = fs_open_dir(dir, "sub"), deep = fs_open_dir(sub, "d"), next;

	for (int i = 0; i < 60; i++) {
		if (mkdirat(deep, "d", 0700) == -1)
			exit(111);
		make(deep, "f", "");
		next = fs_open_dir(deep, "d");
		fs_close(deep);
		deep = next;
	}
	fs_close(deep);
	if (symlinkat("../file", sub, "link") == -1 ||
	    symlinkat("..", sub, "up") == -1)
		exit(111);
	fs_close(sub);
	ok(fs_remove_tree(dir, "sub") == 0 &&
		fails(fs_open_dir(dir, "sub"), ENOENT),
	    "a tree of 60 levels and links");
	ok(fails(fs_create(dir, "file", 0600), EEXIST),
	    "what its links named is still there");
	ok(fs_remove_tree(dir, "sub") == 0, "a missing one is no error");
	ok(fs_remove_tree(dir, "file") == -1 &&
		fails(fs_create(dir, "file", 0600), EEXIST),
	    "a file is no tree");
	ok(fs_remove_tree(dir, "dirlink") == -1, "nor is a link");
}

/* A file's birth does not move with its times and names. */
static void
test_birth(void)
{
	struct timespec t[2] = { { .tv_sec = 1000 }, { .tv_sec = 1000 } };
	int64_t born, now = (int64_t)time(NULL);
	int fd = fs_create(dir, "born", 0600);
	struct stat st, want;

	(void)fs_write(fd, span_str("four"));
	ok(fs_stat(dir, "born", &st, &born) == 0 && fstat(fd, &want) == 0 &&
		st.st_dev == want.st_dev && st.st_ino == want.st_ino &&
		st.st_mode == want.st_mode && st.st_nlink == 1 &&
		st.st_uid == want.st_uid && st.st_gid == want.st_gid &&
		st.st_size == 4 && st.st_mtim.tv_sec == want.st_mtim.tv_sec &&
		st.st_mtim.tv_nsec == want.st_mtim.tv_nsec &&
		st.st_ctim.tv_sec == want.st_ctim.tv_sec &&
		st.st_ctim.tv_nsec == want.st_ctim.tv_nsec,
	    "as stat tells it");
	if (born == INT64_MAX) {
		ok(true, "births are not known here");
		(void)renameat(dir, "born", dir, "reborn");
	} else {
		ok(born >= now - 5 && born <= now + 5, "made now");
		(void)futimens(fd, t);
		(void)renameat(dir, "born", dir, "reborn");
		now = born;
		ok(fs_stat(dir, "reborn", &st, &born) == 0 && born == now &&
			st.st_mtim.tv_sec == 1000,
		    "it stays when name and times change");
	}
	ok(fs_stat(dir, "born", &st, &born) == -1 && errno == ENOENT,
	    "no file, no birth");
	close(fd);
}

/* statx() fails with EPERM from now on.  Whether it does. */
static bool
forbid_statx(void)
{
	struct sock_filter f[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_statx, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = { .len = NELEM(f), .filter = f };

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog) == 0;
}

/* Containers' filters do so for calls that are younger than they. */
static void
test_no_statx(void)
{
	struct stat st;
	int64_t born = 0;
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (!forbid_statx())
			_exit(0);
		_exit(fs_stat(dir, "reborn", &st, &born) == 0 &&
			      st.st_size == 4 && born == INT64_MAX
			  ? 0
			  : 1);
	}
	ok(pid > 0 && waitpid(pid, &status, 0) == pid && status == 0,
	    "without statx() no birth is known");
}

int
main(void)
{
	tap_template(root, sizeof root, "fs");
	if (mkdtemp(root) == NULL ||
	    (dir = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) == -1)
		exit(111);
	test_open();
	test_slurp();
	test_offsets();
	test_walk();
	test_birth();
	test_no_statx();
	test_remove();
	ok(fs_remove_tree(AT_FDCWD, root) == 0, "all of it removed");
	return done_testing();
}
