/* summary.c: STATUS from satchel-status is STATUS from the folder. */
#include "scratch.h"
#include "store/mailbox.h"
#include "store/summary.h"

static struct store_conf conf;
static struct account *a;

static struct mailbox_status
status(struct account *from, const char *folder, bool size)
{
	struct mailbox_status st = { .messages = 99 };

	if (mailbox_status(from, span_str(folder), size, &st) == -1)
		st.messages = 98;
	return st;
}

/* Whether the next STATUS of dir reads no directory. */
static bool
is_kept(const char *dir, bool size)
{
	struct summary_look look;
	struct mailbox_status st;

	return summary_find(a, dir, size, &look, &st);
}

static void
reopen(void)
{
	account_close(a);
	if (account_open("M", &conf, &a) == -1)
		exit(111);
}

static void
test_kept(void)
{
	scratch_put("M/cur/1.a:2,S", "A: b\n\nx\n");
	scratch_put("M/new/2.a", "x");
	status(a, "", false);
	ok(!is_kept(".", false), "not what has just changed");
	scratch_sleep_ms(60);
	ok(status(a, "", false).messages == 2, "counted when it is quiet");
	ok(is_kept(".", false), "and kept");
	ok(!is_kept(".", true), "without the size");
	ok(status(a, "", true).size == 12, "that is read when asked for");
	ok(is_kept(".", true) && status(a, "", true).size == 12, "and kept");
	reopen();
	ok(is_kept(".", true) && status(a, "", false).unseen == 1,
	    "for another session");
	scratch_move("M/cur/1.a:2,S", "M/cur/1.a:2,");
	ok(!is_kept(".", false) && status(a, "", false).unseen == 2,
	    "a flag changed");
	scratch_sleep_ms(60);
	status(a, "", false);
	scratch_put("M/new/3.a", "x");
	ok(!is_kept(".", false) && status(a, "", false).messages == 3,
	    "a delivery");
	scratch_sleep_ms(60);
	status(a, "", false);
	ok(is_kept(".", false), "quiet again");
	scratch_unlink("M/courierimapuiddb");
	ok(!is_kept(".", false), "the UIDs are gone");
	status(a, "", false);
}

static void
test_damage(void)
{
	struct stat st;
	int fd, bad = 0;

	scratch_sleep_ms(60);
	status(a, "", false);
	ok(is_kept(".", false), "something to damage");
	fd = open("M/satchel-status", O_RDWR | O_CLOEXEC);
	if (fd == -1 || fstat(fd, &st) == -1)
		exit(111);
	for (off_t i = 0; i < st.st_size; i++) {
		char was, is;

		if (pread(fd, &was, 1, i) != 1)
			exit(111);
		is = (char)(was ^ 0x40);
		if (pwrite(fd, &is, 1, i) != 1)
			exit(111);
		reopen();
		if (status(a, "", false).messages != 3 ||
		    status(a, "", true).size != 13)
			bad++;
		if (pwrite(fd, &was, 1, i) != 1)
			exit(111);
	}
	for (off_t i = st.st_size; i >= 0; i -= i > 300 ? 97 : 1) {
		reopen();
		if (ftruncate(fd, i) == -1 ||
		    status(a, "", false).messages != 3)
			bad++;
	}
	ok(bad == 0, "damaged and cut, it changes no answer: %d", bad);
	close(fd);
	scratch_unlink("M/satchel-status");
	scratch_dir("M/satchel-status");
	reopen();
	ok(status(a, "", false).messages == 3, "nor does a directory there");
	if (rmdir("M/satchel-status") == -1)
		exit(111);
}

enum { MANY = 700 };

static void
test_many(void)
{
	struct account *other;
	char dir[32], name[64];
	int kept = 0, right = 0;

	if (account_open("M", &conf, &other) == -1)
		exit(111);
	status(other, "", false);
	for (int i = 0; i < MANY; i++) {
		snprintf(dir, sizeof dir, "M/.f%d", i);
		scratch_maildir(dir);
		for (int k = 0; k < i % 3; k++) {
			snprintf(name, sizeof name, "%s/cur/%d.a:2,S", dir, k);
			scratch_put(name, "x");
		}
	}
	reopen();
	for (int i = 0; i < MANY; i++) {
		snprintf(dir, sizeof dir, "f%d", i);
		status(a, dir, false);
	}
	scratch_sleep_ms(60);
	for (int round = 0; round < 2; round++)
		for (int i = 0; i < MANY; i++) {
			snprintf(dir, sizeof dir, ".f%d", i);
			kept += round == 1 && is_kept(dir, false);
			right += status(a, dir + 1, false).messages ==
				 (uint32_t)i % 3;
		}
	ok(right == 2 * MANY, "of %d folders", right);
	ok(kept == MANY, "all are kept: %d", kept);
	scratch_move("M/.f7", "M/.g7");
	ok(is_kept(".g7", false) && status(a, "g7", false).messages == 1 &&
		status(a, "f7", false).messages == 98,
	    "one that is renamed stays known");
	ok(status(other, "f8", false).messages == 2,
	    "a session that has the small table open");
	account_close(other);
}

/* As LIST with RETURN (STATUS) does, with the file mapped. */
static void
test_at_once(void)
{
	int fd;

	scratch_sleep_ms(60);
	status(a, "", false);
	mailbox_status_begin(a);
	ok(is_kept(".", false) && status(a, "", false).messages == 3,
	    "from the mapping");
	scratch_put("M/new/4.a", "x");
	ok(!is_kept(".", false) && status(a, "", false).messages == 4,
	    "a delivery meanwhile");
	scratch_sleep_ms(60);
	status(a, "", false);
	ok(is_kept(".", false), "what is written then is seen");
	fd = open("M/satchel-status", O_RDWR | O_CLOEXEC);
	if (fd == -1 || ftruncate(fd, 0) == -1)
		exit(111);
	close(fd);
	ok(!is_kept(".", false) && status(a, "", false).messages == 4,
	    "the file is cut meanwhile");
	mailbox_status_end(a);
	mailbox_status_end(a);
	reopen();
	mailbox_status_begin(a);
	ok(status(a, "", false).messages == 4, "a file that is too short");
	mailbox_status_end(a);
	scratch_unlink("M/new/4.a");
}

int
main(void)
{
	conf = scratch_conf();
	scratch_make();
	scratch_maildir("M");
	if (account_open("M", &conf, &a) == -1)
		return 111;
	test_kept();
	test_damage();
	test_at_once();
	test_many();
	account_close(a);
	return done_testing();
}
