/* status.c: what STATUS says is what SELECT will show. */
#include <stdio.h>
#include <unistd.h>

#include "scratch.h"
#include "store/folder.h"
#include "store/mailbox.h"

static struct store_conf conf;
static struct account *a;

static struct mailbox_status
status(const char *folder, bool size)
{
	struct mailbox_status st = { .messages = 99 };

	if (mailbox_status(a, span_str(folder), size, &st) == -1)
		st.messages = 98;
	return st;
}

static void
test_counts(void)
{
	struct mailbox_status st;
	struct mailbox *m;

	scratch_put("M/cur/1.a:2,S", "A: b\n\nx\n");
	scratch_put("M/cur/2.a:2,T", "A: b\r\n\r\nx\r\n");
	scratch_put("M/new/3.a", "x");
	scratch_put("M/new/.x", "x");
	scratch_dir("M/cur/dir");
	st = status("", true);
	ok(st.messages == 3 && st.recent == 1 && st.unseen == 2 &&
		st.deleted == 1 && st.size == 11 + 11 + 1,
	    "counted: %u %u %u %u %u", st.messages, st.recent, st.unseen,
	    st.deleted, (unsigned)st.size);
	ok(st.deleted_bytes == 11, "bytes of deleted messages, by their files");
	scratch_put("M/cur/5.a,S=70:2,ST", "x");
	ok(status("", false).deleted_bytes == 11 + 70, "and by their names");
	scratch_unlink("M/cur/5.a,S=70:2,ST");
	ok(st.uidnext == 4 && st.uidvalidity != 0, "UIDNEXT is 4");
	ok(scratch_has("M/new/3.a") &&
		strchr(scratch_get("M/courierimapuiddb"), '\n')[1] == '\0',
	    "nothing is moved, no UID given");
	ok(status("", false).uidvalidity == st.uidvalidity,
	    "the UIDVALIDITY lasts");
	if (mailbox_open(a, span_of("", 0), false, &m) == -1)
		exit(111);
	ok(mailbox_state(m)->uidvalidity == st.uidvalidity &&
		mailbox_state(m)->uidnext == st.uidnext,
	    "as SELECT says");
	mailbox_close(m);
	st = status("", false);
	ok(st.messages == 3 && st.recent == 0 && st.uidnext == 4,
	    "after it: %u %u %u", st.messages, st.recent, st.uidnext);
	scratch_put("M/cur/4.a:2,", "x");
	ok(status("", false).uidnext == 5, "one more without a UID");
}

/* Nothing is read for SIZE where the index knows. */
static void
test_index(void)
{
	struct mailbox *m;
	struct stat st;

	if (folder_create(a, span_str("Work"), 0) == -1)
		exit(111);
	scratch_put("M/.Work/cur/1.a:2,", "A: b\n\nx\n");
	scratch_put("M/.Work/cur/2.a:2,", "A: b\n\nx\n");
	if (mailbox_open(a, span_str("Work"), false, &m) == -1)
		exit(111);
	for (uint32_t seq = 1; seq <= 2; seq++)
		if (mailbox_stat_message(m, seq, &st) == 0)
			mailbox_keep_octets(m, seq, &st, 12);
	scratch_sleep_ms(30);
	mailbox_sync(m);
	mailbox_facts_end(m);
	mailbox_close(m);
	ok(status("Work", true).size == 24, "not counted anew");
	scratch_put("M/.Work/cur/3.a:2,", "A: b\n\nx\n");
	ok(status("Work", true).size == 3 * 11, "but when there is more");
}

/* The first courierimapuiddb overwrites nobody's. */
static void
test_first(void)
{
	struct mailbox_status st;
	char lock[320] = "", host[256] = "";

	if (folder_create(a, span_str("New"), 0) == -1)
		exit(111);
	scratch_unlink("M/.New/courierimapuiddb");
	(void)gethostname(host, sizeof host - 1);
	(void)snprintf(lock, sizeof lock, "%d:%s", (int)getpid(), host);
	scratch_put("M/.New/tmp/courier.lock", lock);
	st = status("New", false);
	ok(st.messages == 0 && st.uidnext == 1 && st.uidvalidity != 0,
	    "made behind a lock that is stale");
	ok(!scratch_has("M/.New/tmp/courier.lock"), "which is gone");
	scratch_unlink("M/.New/courierimapuiddb");
	ok(status("New", false).uidvalidity >= st.uidvalidity, "made without");
	ok(scratch_count("M/.New/tmp") == 0, "nothing is left in tmp");
}

int
main(void)
{
	conf = scratch_conf();
	scratch_make();
	scratch_maildir("M");
	if (account_open("M", &conf, &a) == -1)
		return 111;
	test_counts();
	test_index();
	test_first();
	ok(status("none", false).messages == 98 && errno == ENOENT,
	    "no such folder");
	ok(status("a/b", false).messages == 98 && errno == EINVAL,
	    "no such name");
	account_close(a);
	return done_testing();
}
