/* watch.c: directories that change, with inotify and without. */
#include "sys/watch.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/inotify.h>
#include <sys/stat.h>

#include "sys/clock.h"
#include "sys/fs.h"
#include "sys/sig.h"
#include "tap.h"

static char root[] = "/tmp/watch.XXXXXX";
static int dir, one, two;

static bool
reported(struct watch *w, int ms)
{
	struct pollfd pfd = { .fd = watch_fd(w), .events = POLLIN };

	return sig_poll(&pfd, 1, clock_mono_ms() + ms) == 1;
}

static void
touch(int at, const char *name)
{
	int fd = openat(at, name, O_CREAT | O_WRONLY, 0600);

	if (fd == -1)
		exit(111);
	close(fd);
}

static void
test_changes(const char *how)
{
	struct watch *w = watch_open();

	ok(watch_add(w, one) == 0 && watch_add(w, two) == 0 &&
		watch_fd(w) != -1,
	    "%s: watching two", how);
	ok(!reported(w, 20), "%s: quiet", how);
	touch(one, "a");
	ok(reported(w, 1000), "%s: a new file", how);
	watch_drain(w);
	ok(!reported(w, 20), "%s: drained", how);
	if (renameat(one, "a", two, "b") == -1)
		exit(111);
	ok(reported(w, 1000), "%s: a rename", how);
	watch_drain(w);
	unlinkat(two, "b", 0);
	ok(reported(w, 1000), "%s: a removal", how);
	watch_drain(w);
	for (int i = 0; i < 3000; i++) {
		touch(one, "c");
		unlinkat(one, "c", 0);
	}
	ok(reported(w, 1000), "%s: more than is queued", how);
	watch_drain(w);
	ok(!reported(w, 20), "%s: drained", how);
	touch(one, "d");
	ok(reported(w, 1000), "%s: and still awake", how);
	unlinkat(one, "d", 0);
	watch_close(w);
	watch_close(NULL);
}

/* Until the user has no inotify instance left; false when there is no end. */
static bool
use_up(void)
{
	for (int i = 0; i < 5000; i++)
		if (inotify_init1(IN_CLOEXEC) == -1)
			return errno == EMFILE || errno == ENFILE;
	return false;
}

/* With descriptors left all the same. */
static bool
is_possible(void)
{
	int fd = dup(0);

	if (fd == -1)
		return false;
	close(fd);
	return true;
}

int
main(void)
{
	sig_init();
	if (mkdtemp(root) == NULL || (dir = fs_open_dir(AT_FDCWD, root)) == -1)
		return 111;
	(void)mkdirat(dir, "one", 0700);
	(void)mkdirat(dir, "two", 0700);
	one = fs_open_dir(dir, "one");
	two = fs_open_dir(dir, "two");
	test_changes("inotify");
	if (use_up() && is_possible())
		test_changes("signals");
	else
		ok(true, "signals # SKIP inotify instances do not run out");
	fs_remove_tree(AT_FDCWD, root);
	return done_testing();
}
