/* stamp.c: what must be read again, and what need not. */
#include "store/stamp.h"

#include "scratch.h"

static const int64_t second = 1000000000;

static struct stat
at(int64_t ns)
{
	struct stat st = { .st_ino = 5, .st_size = 10 };

	st.st_mtim.tv_sec = (time_t)(ns / second);
	st.st_mtim.tv_nsec = (long)(ns % second);
	st.st_ctim = st.st_mtim;
	return st;
}

static void
test_window(const char *what, int64_t mtime, int64_t since, bool racy)
{
	struct stamp s = { .state = STAMP_NONE };
	struct stat st = at(mtime);

	ok(stamp_is_due(&s, &st), "%s: never read", what);
	stamp_read(&s, &st, mtime + since);
	ok(stamp_is_due(&s, &st) == racy && stamp_is_open(&s) == racy,
	    "%s: %d ms later", what, (int)(since / 1000000));
	st.st_size++;
	ok(stamp_is_due(&s, &st), "%s: another size", what);
}

static void
test_changes(void)
{
	struct stat st = at(1795288809 * second + 5), other = st;
	struct stamp s = { .state = STAMP_NONE };

	stamp_read(&s, &st, INT64_MAX);
	ok(!stamp_is_due(&s, &st), "unchanged");
	other.st_ino = 6;
	ok(stamp_is_due(&s, &other), "another file");
	other = st;
	other.st_mtim.tv_nsec++;
	ok(stamp_is_due(&s, &other), "mtime");
	other = st;
	other.st_ctim.tv_nsec++;
	ok(stamp_is_due(&s, &other), "ctime");
	ok(stamp_is_due(&s, NULL), "removed");
	stamp_read(&s, NULL, 1);
	ok(!stamp_is_due(&s, NULL) && stamp_is_due(&s, &st), "none");
	stamp_forget(&s);
	ok(stamp_is_due(&s, NULL), "forgotten");
}

static void
test_own(void)
{
	struct stat st = at(1795288809 * second + 5), after = st;
	struct stamp s = { .state = STAMP_NONE };

	stamp_own(&s, &st);
	ok(stamp_is_due(&s, &st), "never read: our change is no matter");
	stamp_read(&s, &st, INT64_MAX);
	after.st_mtim.tv_nsec = 99;
	stamp_own(&s, &after);
	ok(!stamp_is_due(&s, &after) && stamp_is_open(&s),
	    "our change is not looked at at once");
	ok(stamp_is_due(&s, &st), "anybody's is");
	scratch_sleep_ms(40);
	ok(stamp_is_due(&s, &after), "but when it has been quiet");
	stamp_read(&s, &after, INT64_MAX);
	ok(!stamp_is_due(&s, &after) && !stamp_is_open(&s), "once");
}

int
main(void)
{
	test_window("fine", 1795288809 * second + 5, 19000000, true);
	test_window("fine", 1795288809 * second + 5, 21000000, false);
	test_window("coarse", 1795288809 * second, 21000000, true);
	test_window("coarse", 1795288809 * second, 1900000000, true);
	test_window("coarse", 1795288809 * second, 2100000000, false);
	test_changes();
	test_own();
	return done_testing();
}
