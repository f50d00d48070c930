/* lock.c: tmp/courier.lock waited for, and broken when it is stale. */
#include "store/lock.h"

#include <signal.h>
#include <sys/file.h>
#include <sys/wait.h>

#include "scratch.h"
#include "sys/clock.h"
#include "sys/sig.h"

static struct store_conf conf;
static struct account *a;
static int tmp;

static const char *
content(long pid, const char *more)
{
	static char s[400];
	char host[256] = "";

	gethostname(host, sizeof host - 1);
	snprintf(s, sizeof s, "%ld:%s%s", pid, host, more);
	return s;
}

/* How long it takes, in ms; -1 when it fails. */
static int64_t
take(void)
{
	int64_t start = clock_mono_ms();
	struct lock l;

	if (lock_take(a, tmp, &l) == -1)
		return -1;
	lock_drop(&l);
	return clock_mono_ms() - start;
}

/* Among ourselves alone, then a whole one. */
static void
test_raise(void)
{
	struct lock l;
	int fd;

	ok(lock_own(tmp, &l) == 0 && l.now == 0 && !l.dot &&
		scratch_count("M/tmp") == 0,
	    "no file is made");
	fd = fs_open_dir(tmp, ".");
	ok(flock(fd, LOCK_EX | LOCK_NB) == -1, "but others of us wait");
	ok(lock_raise(a, &l) == 0 && l.dot && l.now > 0 &&
		scratch_has("M/tmp/courier.lock"),
	    "raised");
	lock_drop(&l);
	ok(!scratch_has("M/tmp/courier.lock") &&
		flock(fd, LOCK_EX | LOCK_NB) == 0,
	    "dropped");
	close(fd);
}

/* The file of the second lock and of those that follow. */
static void
test_kept(void)
{
	struct timespec t[2] = { { .tv_sec = 1000 }, { .tv_sec = 1000 } };
	struct stat first, st;
	struct lock l, other;
	int work;

	scratch_maildir("M/.Work");
	work = fs_open_dir(scratch_fd, "M/.Work/tmp");
	lock_end(a);
	ok(take() >= 0 && scratch_count("M/tmp") == 0, "one lock keeps none");
	ok(take() >= 0 && scratch_count("M/tmp") == 1 &&
		!scratch_has("M/tmp/courier.lock"),
	    "the second one does");
	ok(lock_take(a, work, &l) == 0 && l.dot &&
		fstatat(work, "courier.lock", &first, 0) == 0 &&
		first.st_nlink == 2 && scratch_count("M/tmp") == 1 &&
		strcmp(scratch_get("M/.Work/tmp/courier.lock"),
		    content(getpid(), "")) == 0,
	    "and it is the lock of another folder, too");
	ok(lock_take(a, tmp, &other) == 0 && other.dot &&
		fstatat(tmp, "courier.lock", &st, 0) == 0 && st.st_nlink == 1 &&
		st.st_ino != first.st_ino,
	    "not of two at once");
	lock_drop(&other);
	(void)utimensat(work, "courier.lock", t, 0);
	lock_drop(&l);
	ok(scratch_count("M/.Work/tmp") == 0, "dropped");
	ok(lock_take(a, work, &l) == 0 &&
		fstatat(work, "courier.lock", &st, 0) == 0 &&
		st.st_ino == first.st_ino &&
		st.st_mtim.tv_sec >= time(NULL) - 2 &&
		l.now == clock_ns(st.st_mtim),
	    "the time is that of the lock");
	lock_drop(&l);
	ok(fs_remove_tree(scratch_fd, "M/tmp") == 0, "cleaned up");
	ok(lock_take(a, work, &l) == 0 && l.dot &&
		scratch_has("M/.Work/tmp/courier.lock"),
	    "locked all the same");
	lock_drop(&l);
	(void)mkdirat(scratch_fd, "M/tmp", 0700);
	close(tmp);
	tmp = fs_open_dir(scratch_fd, "M/tmp");
	ok(take() >= 0 && take() >= 0 && scratch_count("M/tmp") == 1,
	    "and begun anew");
	lock_end(a);
	ok(scratch_count("M/tmp") == 0 && scratch_count("M/.Work/tmp") == 0,
	    "nothing is left");
	close(work);
}

/* One of us keeps it, and a signal says to end. */
static void
test_end(bool before)
{
	int fd = fs_open_dir(tmp, "."), status;
	pid_t pid;

	if (flock(fd, LOCK_EX) == -1 || (pid = fork()) == -1)
		exit(111);
	if (pid == 0) {
		struct lock l;

		(void)alarm(10); /* which is not waited for */
		sig_init();
		/* not the description of the parent */
		tmp = fs_open_dir(AT_FDCWD, "M/tmp");
		if (tmp == -1 || (before && raise(SIGTERM) != 0))
			_exit(2);
		_exit(lock_own(tmp, &l) == -1 && errno == EINTR ? 0 : 1);
	}
	scratch_sleep_ms(50);
	(void)kill(pid, SIGTERM);
	ok(waitpid(pid, &status, 0) == pid && status == 0,
	    "a wait ends by a signal");
	close(fd);
}

/* Who need not have it waits for nobody. */
static void
test_try(void)
{
	int64_t start = clock_mono_ms();
	struct lock l;
	int fd = fs_open_dir(tmp, ".");

	ok(lock_try(a, tmp, &l) == 0 && l.dot && l.now > 0, "taken");
	ok(flock(fd, LOCK_EX | LOCK_NB) == -1, "wholly");
	lock_drop(&l);
	ok(flock(fd, LOCK_EX | LOCK_NB) == 0, "dropped");
	ok(lock_try(a, tmp, &l) == -1 && errno == EBUSY, "one of us has it");
	close(fd);
	scratch_put("M/tmp/courier.lock", content(getppid(), ""));
	ok(lock_try(a, tmp, &l) == -1 && errno == EBUSY, "somebody else has");
	ok(scratch_has("M/tmp/courier.lock"), "whose lock it stays");
	scratch_put("M/tmp/courier.lock", content(getpid(), ""));
	ok(lock_try(a, tmp, &l) == 0 && l.dot, "a stale one is none");
	lock_drop(&l);
	ok(clock_mono_ms() - start < 2000, "without waiting");
}

static void
test_own(void)
{
	struct lock l;
	struct stat st;

	ok(lock_take(a, tmp, &l) == 0 && l.dot, "taken");
	ok(strcmp(scratch_get("M/tmp/courier.lock"), content(getpid(), "")) ==
		0,
	    "what it says: %s", scratch_get("M/tmp/courier.lock"));
	fstatat(tmp, "courier.lock", &st, 0);
	ok(st.st_nlink == 1 && (st.st_mode & 0777) == 0644, "one name, 0644");
	ok(l.now / 1000000000 >= time(NULL) - 2, "the time");
	lock_drop(&l);
	ok(scratch_count("M/tmp") == 0, "dropped");
	conf.use_locks = false;
	ok(lock_take(a, tmp, &l) == 0 && !scratch_has("M/tmp/courier.lock"),
	    "IMAP_USELOCKS=0");
	lock_drop(&l);
	conf.use_locks = true;
}

static void
test_stale(void)
{
	struct timespec t[2] = { { .tv_sec = time(NULL) - 130 } };
	pid_t dead = fork();

	t[1] = t[0];
	if (dead == 0)
		_exit(0);
	waitpid(dead, NULL, 0);
	scratch_put("M/tmp/courier.lock", content(dead, ""));
	ok(take() >= 0, "of a process that is no more");
	scratch_put("M/tmp/courier.lock", content(getpid(), ""));
	ok(take() >= 0, "of a pid that is ours now");
	scratch_put("M/tmp/courier.lock", "1:some.other.host");
	utimensat(tmp, "courier.lock", t, 0);
	ok(take() >= 0, "of another host, old");
	scratch_put("M/tmp/courier.lock", "");
	utimensat(tmp, "courier.lock", t, 0);
	ok(take() >= 0, "unreadable, old");
	scratch_put("M/tmp/courier.lock", content(dead, "\n"));
	utimensat(tmp, "courier.lock", t, 0);
	ok(take() >= 0, "an LF makes it another host");
	scratch_link("/etc/passwd", "M/tmp/courier.lock");
	(void)utimensat(tmp, "courier.lock", t, AT_SYMLINK_NOFOLLOW);
	ok(take() >= 0, "a link");
}

/* A living process of this host holds it for 300 ms, however old it is. */
static void
test_wait(void)
{
	struct timespec t[2] = { { .tv_sec = time(NULL) - 999 } };
	int64_t ms;
	pid_t pid;

	t[1] = t[0];
	scratch_put("M/tmp/courier.lock", content((long)getppid(), ""));
	utimensat(tmp, "courier.lock", t, 0);
	if ((pid = fork()) == 0) {
		scratch_sleep_ms(300);
		unlinkat(tmp, "courier.lock", 0);
		_exit(0);
	}
	ms = take();
	waitpid(pid, NULL, 0);
	ok(ms >= 250 && ms < 1500, "waited %d ms", (int)ms);
}

/* Some processes add to a number in a file; none is lost. */
static void
add(int times)
{
	int own = fs_open_dir(tmp, ".");
	struct lock l;

	for (int i = 0; i < times; i++) {
		char s[32];

		if (lock_take(a, own, &l) == -1)
			_exit(1);
		snprintf(s, sizeof s, "%ld",
		    strtol(scratch_get("number"), NULL, 10) + 1);
		scratch_put("number", s);
		lock_drop(&l);
	}
	_exit(0);
}

static void
test_race(void)
{
	int status, bad = 0;

	scratch_put("number", "0");
	for (int i = 0; i < 4; i++)
		if (fork() == 0)
			add(50);
	for (int i = 0; i < 4; i++) {
		wait(&status);
		bad += status != 0;
	}
	ok(bad == 0 && strcmp(scratch_get("number"), "200") == 0, "200: %s",
	    scratch_get("number"));
	lock_end(a);
	ok(scratch_count("M/tmp") == 0, "nothing left in tmp");
}

int
main(void)
{
	conf = scratch_conf();
	scratch_make();
	scratch_maildir("M");
	if (account_open("M", &conf, &a) == -1)
		return 111;
	tmp = fs_open_dir(scratch_fd, "M/tmp");
	test_own();
	test_raise();
	test_kept();
	test_end(true);
	test_end(false);
	test_try();
	test_stale();
	test_wait();
	test_race();
	return done_testing();
}
