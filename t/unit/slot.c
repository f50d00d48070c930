/* slot.c: as many as there may be, whoever dies and however. */
#include "sys/slot.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <utime.h>

#include "base/nelem.h"
#include "scratch.h"

enum { PROCESSES = 100, SLOTS = 20 };

static char path[128];

static const struct {
	const char *key, *name;
} keys[] = {
	/* clang-format off */
	{ "192.0.2.7", "192.0.2.7,1" },
	{ "2001:db8::7", "2001:db8::7,1" },
	{ "192.0.2.0/24", "192.0.2.0%2F24,1" },
	{ "fred@example.com", "fred@example.com,1" },
	{ "../../etc/passwd", "%2E.%2F..%2Fetc%2Fpasswd,1" },
	{ ".", "%2E,1" }, { "..", "%2E.,1" }, { "", ",1" },
	{ ".lock", "%2Elock,1" }, { "a,1", "a%2C1,1" },
	{ "a%2C1", "a%252C1,1" }, { "\xff\n ~", "%FF%0A%20%7E,1" },
	/* clang-format on */
};

static void
test_names(void)
{
	char name[256];
	int fd;

	for (size_t i = 0; i < NELEM(keys); i++) {
		fd = slot_take(path, keys[i].key, 1);
		snprintf(name, sizeof name, "slots/%s", keys[i].name);
		ok(fd >= 10 && scratch_has(name), "%s", keys[i].name);
		ok((fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDONLY,
		    "nobody writes to it");
		ok(slot_take(path, keys[i].key, 1) == -1 && errno == EAGAIN,
		    "and that was the only one");
		close(fd);
	}
}

/* Long names keep apart, whatever the length at which they are cut. */
static void
test_long(void)
{
	char a[1025], b[1025];
	int one, two;

	for (size_t len = 190; len < sizeof a; len += len < 210 ? 1 : 200) {
		memset(a, '/', len);
		memset(b, '/', len);
		a[len] = b[len] = '\0';
		b[len - 1] = 'x';
		one = slot_take(path, a, 1);
		two = slot_take(path, b, 1);
		ok(one != -1 && two != -1 && slot_take(path, a, 1) == -1,
		    "%zu bytes", len);
		close(one);
		close(two);
	}
}

static void
test_errors(void)
{
	char deep[160];

	snprintf(deep, sizeof deep, "%s/none/slots", scratch);
	ok(slot_take(deep, "a", 1) == -1 && errno == ENOENT, "no base");
	ok(slot_take(path, "a", 0) == -1 && errno == EAGAIN, "none at all");
	scratch_dir("open");
	chmod("open", 0777);
	ok(slot_take("open", "a", 1) == -1 && errno == EPERM,
	    "a directory that others may write to");
	scratch_link("slots", "link");
	ok(slot_take("link", "a", 1) == -1, "a link");
	scratch_put("file", "");
	ok(slot_take("file", "a", 1) == -1 && errno == ENOTDIR, "a file");
}

/* Take a slot when the pipe go ends, say so, and keep it until killed. */
__attribute__((noreturn)) static void
contend(int go, int told, unsigned max)
{
	char c;
	int fd;

	(void)!read(go, &c, 1);
	fd = slot_take(path, "race", max);
	c = fd != -1 ? 'y' : errno == EAGAIN ? 'n' : '!';
	(void)!write(told, &c, 1);
	close(told);
	while (fd != -1)
		pause();
	_exit(0);
}

/* n processes at one moment; how many have got one. */
static int
race(pid_t pids[], int n, unsigned max)
{
	int go[2], told[2], got = 0;
	char c;

	if (pipe(go) == -1 || pipe(told) == -1)
		exit(111);
	for (int i = 0; i < n; i++) {
		if ((pids[i] = fork()) != 0)
			continue;
		close(go[1]);
		contend(go[0], told[1], max);
	}
	close(told[1]);
	close(go[0]);
	close(go[1]);
	while (read(told[0], &c, 1) == 1)
		got += c == 'y' ? 1 : c == 'n' ? 0 : 1000;
	close(told[0]);
	return got;
}

static void
end(pid_t pids[], int n)
{
	for (int i = 0; i < n; i++) {
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
	}
}

static void
test_race(void)
{
	pid_t pids[PROCESSES];
	int got;

	/* with all names free, then with all of them left by the dead */
	for (int i = 0; i < 5; i++) {
		got = race(pids, PROCESSES, SLOTS);
		ok(got == SLOTS, "%d of %d processes, race %d", got, PROCESSES,
		    i);
		end(pids, PROCESSES);
	}
	/* every one of them wants to sweep */
	for (int i = 0; i < 5; i++) {
		struct utimbuf past = { 0, 0 };

		(void)utime("slots/.lock", &past);
		got = race(pids, PROCESSES, SLOTS);
		ok(got == SLOTS, "%d of %d while sweeping", got, PROCESSES);
		end(pids, PROCESSES);
	}
	got = race(pids, SLOTS, SLOTS);
	ok(got == SLOTS, "nobody is refused when there are enough: %d", got);
	end(pids, SLOTS);
}

static void
sweep_now(void)
{
	struct utimbuf past = { 0, 0 };
	int fd;

	(void)utime("slots/.lock", &past);
	fd = slot_take(path, "sweeper", 1);
	close(fd);
}

static void
test_clean(void)
{
	pid_t pids[SLOTS];
	int fd;

	(void)race(pids, SLOTS, SLOTS);
	sweep_now();
	ok(scratch_count("slots") == SLOTS + 1, "what is held stays");
	end(pids, SLOTS);
	sweep_now();
	ok(scratch_count("slots") == 1, "what is not held goes");
	scratch_put("slots/.new.1.1", "");
	sweep_now();
	ok(!scratch_has("slots/.new.1.1"), "what was never taken as well");
	scratch_put("slots/a,1", "");
	fd = slot_take(path, "a", 1);
	ok(fd != -1, "a file that nobody holds is no slot");
	close(fd);
	scratch_link("../file", "slots/b,1");
	fd = slot_take(path, "b", 1);
	ok(fd != -1, "a link is none");
	close(fd);
	scratch_fifo("slots/c,1");
	fd = slot_take(path, "c", 1);
	ok(fd != -1, "a FIFO is none");
	close(fd);
}

/* The slot lives through exec, and with its last descriptor. */
static void
test_inherit(void)
{
	int ends[2], fd;
	pid_t pid;

	if (pipe(ends) == -1)
		exit(111);
	fd = slot_take(path, "chain", 1);
	ok((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0, "close-on-exec at first");
	ok(slot_inherit(fd) == 0, "slot_inherit");
	if ((pid = fork()) == 0) {
		close(ends[1]);
		dup2(ends[0], 0);
		execlp("cat", "cat", (char *)NULL);
		_exit(111);
	}
	close(ends[0]);
	close(fd);
	ok(slot_take(path, "chain", 1) == -1 && errno == EAGAIN,
	    "the other program has it");
	close(ends[1]);
	waitpid(pid, NULL, 0);
	fd = slot_take(path, "chain", 1);
	ok(fd != -1, "until it ends");
	close(fd);
}

/* What root makes for an account. */
static void
test_user(void)
{
	uid_t uid = geteuid() == 0 ? 54321 : geteuid();
	gid_t gid = geteuid() == 0 ? 54321 : getegid();
	char name[64];
	struct stat st;

	ok(slot_make_user("none", uid, gid) == -1 && errno == ENOENT,
	    "no base for users");
	ok(slot_make_user(scratch, uid, gid) == 0, "slot_make_user");
	snprintf(name, sizeof name, "user/%u", (unsigned)uid);
	ok(stat(name, &st) == 0 && st.st_uid == uid &&
		(st.st_mode & 07777) == 0700,
	    "the user's, and nobody else's");
	ok(slot_make_user(scratch, uid, gid) == 0, "and again");
	if (geteuid() != 0) {
		ok(true, "# SKIP not root");
		return;
	}
	ok(slot_take(name, "a", 1) == -1 && errno == EPERM,
	    "not for another, not even for root");
	if (chown(name, 54322, 54322) == -1)
		exit(111);
	ok(slot_make_user(scratch, uid, gid) == -1 && errno == EPERM,
	    "not when somebody else has it");
	scratch_put("slots/d,1", "");
	int held = open("slots/d,1", O_RDONLY);
	if (chown("slots/d,1", 54322, 54322) == -1 || flock(held, LOCK_EX))
		exit(111);
	ok(slot_take(path, "d", 1) != -1, "nobody's file counts but ours");
}

int
main(void)
{
	scratch_make();
	snprintf(path, sizeof path, "%s/slots", scratch);
	test_names();
	test_long();
	test_errors();
	test_race();
	test_clean();
	test_inherit();
	test_user();
	return done_testing();
}
