/* become.c: homes and skeletons; ids only where there is the right to. */
#include "pw/become.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "sys/fs.h"
#include "tap.h"

enum { NOBODY = 65534 };

static char dir[256];
static char skel[280];

static void
touch(const char *name, unsigned mode)
{
	int fd = open(name, O_WRONLY | O_CREAT, 0600);

	if (write(fd, "text", 4) != 4 || fchmod(fd, mode) == -1)
		exit(111);
	(void)close(fd);
}

/* In a child: there is no way back from another's ids. */
static int
in_child(const struct become *b, const char *skeleton)
{
	int status = 0, incomplete = 0;
	pid_t pid = fork();

	if (pid == 0) {
		if (become_account(b, skeleton, &incomplete) == -1)
			_exit(errno == EPERM ? 1 : 2);
		if (geteuid() != b->uid || getegid() != b->gid ||
		    setuid(0) == 0)
			_exit(3);
		_exit(incomplete ? 4 : 0);
	}
	(void)waitpid(pid, &status, 0);
	return WEXITSTATUS(status);
}

static bool
has(const char *name, unsigned mode, uid_t uid)
{
	struct stat st;

	return lstat(name, &st) == 0 && (st.st_mode & 07777) == mode &&
	       st.st_uid == uid;
}

static void
test_skeleton(struct become *b)
{
	(void)snprintf(skel, sizeof skel, "%s/skel", dir);
	(void)mkdir("skel", 0750);
	(void)chmod("skel", 0755);
	(void)mkdir("skel/Maildir", 0700);
	(void)mkdir("skel/Maildir/cur", 0700);
	(void)chmod("skel/Maildir", 0755);
	(void)chmod("skel/Maildir/cur", 0755);
	touch("skel/.profile", 0644);
	touch("skel/run", 0755);
	if (symlink("../elsewhere", "skel/link") == -1 ||
	    mkfifo("skel/fifo", 0600) == -1)
		exit(111);
	b->home = "home";
	ok(in_child(b, skel) == 0, "a missing home is made");
	ok(has("home", 0755, b->uid) && has("home/Maildir/cur", 0755, b->uid) &&
		has("home/.profile", 0644, b->uid) &&
		has("home/run", 0755, b->uid),
	    "with its modes, the account's own");
	ok(has("home/link", 0777, b->uid) && access("home/fifo", F_OK) == -1,
	    "links are copied as links, a FIFO not at all");
	(void)unlink("home/.profile");
	ok(in_child(b, skel) == 0 && access("home/.profile", F_OK) == -1,
	    "a home that is there is left alone");
	b->home = "none";
	ok(in_child(b, NULL) == 2 && access("none", F_OK) == -1,
	    "no skeleton, no home");
	ok(in_child(b, "nowhere") == 2, "no such skeleton, no home");
}

static void
test_unreadable(struct become *b)
{
	touch("skel/secret", 0000);
	b->home = "half";
	if (geteuid() == 0 || access("skel/secret", R_OK) == -1)
		ok(in_child(b, "/dev/null/skel") == 2 &&
			(in_child(b, skel) == 4) &&
			has("half/run", 0755, b->uid),
		    "what can be copied is");
}

int
main(void)
{
	struct become b = { .uid = geteuid(), .gid = getegid(), .home = dir };
	struct become zero = { .uid = 0, .gid = 1, .home = "/" };
	struct become other = {
		.uid = geteuid() + 1, .gid = getegid(), .home = "/"
	};

	tap_template(dir, sizeof dir, "become");
	if (mkdtemp(dir) == NULL || chdir(dir) == -1 || chmod(".", 0755) == -1)
		return 111;
	ok(in_child(&zero, NULL) == 1, "uid 0 is refused");
	zero.uid = 1;
	zero.gid = 0;
	ok(in_child(&zero, NULL) == 1, "gid 0 is refused");
	if (geteuid() == 0)
		b.uid = b.gid = NOBODY;
	else
		ok(in_child(&other, NULL) == 1,
		    "another's uid is out of reach");
	if (b.gid != 0) {
		b.home = dir;
		ok(in_child(&b, NULL) == 0, "the ids, and no way back");
		test_skeleton(&b);
		test_unreadable(&b);
	}
	return done_testing() + (fs_remove_tree(AT_FDCWD, dir) == -1);
}
