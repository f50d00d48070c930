/* quota.c: maildirsize read, kept, counted again. */
#include "store/quota.h"

#include "base/nelem.h"
#include "scratch.h"
#include "store/append.h"
#include "store/folder.h"

static struct store_conf conf;
static struct account *a;

static void
reopen(void)
{
	account_close(a);
	if (account_open("M", &conf, &a) == -1)
		exit(111);
}

static void
fresh(void)
{
	fs_remove_tree(scratch_fd, "M");
	scratch_maildir("M");
	reopen();
}

static const struct {
	const char *file;
	bool has_bytes, has_messages;
	uint64_t bytes_limit, messages_limit, bytes, messages;
} files[] = {
	/* clang-format off */
	/* maildirsize(5), recorded */
	{ "1000S,5C\n           0            0\n          88            1\n"
	  "          88            1\n", true, true, 1000, 5, 176, 2 },
	{ "300S,10C\n         264            3\n         -88           -1\n"
	  "          88            1\n         -88           -1\n",
	  true, true, 300, 10, 176, 2 },
	{ "abc\n 5 1\n", false, false, 0, 0, 5, 1 },
	{ "0S,3C\n", false, true, 0, 3, 0, 0 },
	{ "1S,2S,7B,9C\n 1 1 rest\nx\n\n 2\n", true, true, 2, 9, 1, 1 },
	{ "5C", false, true, 0, 5, 0, 0 },
	{ "\n3 4\n", false, false, 0, 0, 3, 4 },
	/* clang-format on */
};

static void
test_read(size_t i)
{
	struct quota q;

	scratch_put("M/maildirsize", files[i].file);
	ok(quota_get(a, &q) == 0 && q.has_bytes == files[i].has_bytes &&
		q.has_messages == files[i].has_messages &&
		(!q.has_bytes || q.bytes_limit == files[i].bytes_limit) &&
		(!q.has_messages ||
		    q.messages_limit == files[i].messages_limit) &&
		q.bytes == files[i].bytes && q.messages == files[i].messages,
	    "file %zu: %llu %llu", i, (unsigned long long)q.bytes,
	    (unsigned long long)q.messages);
}

static void
test_check(void)
{
	struct quota q;

	fresh();
	ok(quota_check(a, 1 << 30, 1) == 0 && quota_get(a, &q) == 0 &&
		!q.has_bytes,
	    "no file, no quota");
	quota_record(a, 5, 1);
	ok(!scratch_has("M/maildirsize"), "and none is made");
	scratch_put("M/maildirsize", "300S,10C\n         264            3\n");
	ok(quota_check(a, 36, 1) == 0 && quota_check(a, 0, 7) == 0,
	    "just enough");
	ok(quota_check(a, 37, 1) == -1 && errno == EDQUOT,
	    "too much, of fresh figures");
	ok(quota_check(a, 0, 8) == -1 && errno == EDQUOT, "too many");
	quota_record(a, 88, 1);
	ok(strcmp(scratch_get("M/maildirsize"),
	       "300S,10C\n         264            3\n"
	       "          88            1\n") == 0,
	    "a line of 26 bytes");
}

static void
test_count(void)
{
	struct quota q;

	fresh();
	scratch_maildir("M/.Work");
	scratch_maildir("M/.Trash");
	scratch_maildir("M/.Trash.old");
	scratch_maildir("M/other");
	scratch_put("M/cur/1.a,S=100:2,S", "x");
	scratch_put("M/cur/2.a,S=100:2,ST", "x");
	scratch_put("M/new/3.a", "four");
	scratch_put("M/.Work/cur/4.a:2,", "22");
	scratch_put("M/.Trash/cur/5.a,S=1000:2,", "22");
	scratch_put("M/.Trash.old/cur/6.a,S=1000:2,", "22");
	scratch_put("M/other/cur/7.a,S=1000:2,", "22");
	scratch_link("other", "M/.link");
	scratch_put("M/maildirsize", "9999S,\n 1 1\n -2 -1\n");
	ok(quota_get(a, &q) == 0 && q.bytes == 1106 && q.messages == 4,
	    "a sum below 0: counted, %llu", (unsigned long long)q.bytes);
	ok(strcmp(scratch_get("M/maildirsize"),
	       "9999S\n        1106            4\n") == 0,
	    "and written");
	ok(scratch_count("M/tmp") == 0, "nothing left in tmp");
	for (int i = 0; i < 200; i++)
		quota_record(a, 1, 1);
	ok(quota_get(a, &q) == 0 && q.bytes == 1106, "too long: counted");
	conf.quota = "2000S,3C";
	reopen();
	ok(quota_check(a, 0, 1) == -1 && errno == EDQUOT &&
		strcmp(scratch_get("M/maildirsize"),
		    "2000S,3C\n        1106            4\n") == 0,
	    "MAILDIRQUOTA becomes the first line");
	conf.quota = "0S";
	reopen();
	ok(quota_get(a, &q) == 0 && q.bytes_limit == 2000, "0S does not");
	conf.quota = NULL;
	reopen();
}

/* maildirsize(5): what \Deleted does. */
static void
test_deleted(void)
{
	struct flag_change c = { .op = FLAG_ADD, .flags = FLAG_DELETED };
	struct mailbox *m;
	bool changed;

	fresh();
	scratch_put("M/cur/1.a,S=88:2,", "x");
	scratch_put("M/cur/2.a,S=88:2,", "x");
	scratch_put("M/cur/3.a,S=88:2,", "x");
	scratch_put("M/maildirsize", "300S,10C\n         264            3\n");
	if (mailbox_open(a, span_of("", 0), false, &m) == -1)
		exit(111);
	ok(mailbox_store(m, 1, &c, &changed) == 0 &&
		mailbox_store(m, 2, &c, &changed) == 0 &&
		mailbox_sync(m) == 0 &&
		strcmp(scratch_get("M/maildirsize"),
		    "300S,10C\n         264            3\n"
		    "        -176           -2\n") == 0,
	    "one line for a burst");
	c.op = FLAG_REMOVE;
	ok(mailbox_store(m, 1, &c, &changed) == 0, "there is room again");
	mailbox_sync(m);
	ok(mailbox_expunge(m, 2) == 0 && mailbox_expunge_end(m) == 0 &&
		strcmp(scratch_get("M/maildirsize"),
		    "300S,10C\n         264            3\n"
		    "        -176           -2\n"
		    "          88            1\n") == 0,
	    "an expunge adds nothing");
	c.op = FLAG_ADD;
	(void)mailbox_store(m, 3, &c, &changed);
	mailbox_sync(m);
	scratch_put("M/maildirsize", "100S\n          88            1\n");
	c.op = FLAG_REMOVE;
	ok(mailbox_store(m, 3, &c, &changed) == -1 && errno == EDQUOT &&
		scratch_has("M/cur/3.a,S=88:2,T"),
	    "no room to undelete");
	mailbox_close(m);
}

static void
test_append(void)
{
	struct append_info info = { .date = INT64_MIN };
	struct append *ap;
	uint32_t v, seq = 1, uid;
	struct append_moved moved = { .uids = &uid };
	const uint32_t *uids;
	struct mailbox *m;
	size_t n;

	fresh();
	(void)folder_create(a, span_str("Trash"), 0);
	scratch_put("M/maildirsize", "10S\n           5            1\n");
	if (append_begin(a, span_of("", 0), &ap) == -1)
		exit(111);
	(void)append_message(ap, &info, false);
	append_write(ap, span_str("12345\n"));
	(void)append_end(ap, NULL);
	ok(append_commit(ap, &v, &uids, &n) == -1 && errno == EDQUOT,
	    "no room");
	append_free(ap);
	ok(scratch_count("M/cur") == 0 && scratch_count("M/tmp") == 0,
	    "and nothing is left");
	if (append_begin(a, span_str("Trash"), &ap) == -1)
		exit(111);
	(void)append_message(ap, &info, false);
	append_write(ap, span_str("12345\n"));
	(void)append_end(ap, NULL);
	ok(append_commit(ap, &v, &uids, &n) == 0, "Trash does not count");
	append_free(ap);
	if (mailbox_open(a, span_str("Trash"), false, &m) == -1)
		exit(111);
	ok(append_move(m, &seq, 1, span_of("", 0), &moved) == -1 &&
		errno == EDQUOT && scratch_count("M/.Trash/cur") == 1,
	    "no room to take it back");
	scratch_put("M/maildirsize", "20S\n           5            1\n");
	ok(append_move(m, &seq, 1, span_of("", 0), &moved) == 0 && uid == 1 &&
		strstr(scratch_get("M/maildirsize"),
		    "           6            1\n") != NULL,
	    "then there is");
	mailbox_close(m);
}

static void
test_purge(void)
{
	fresh();
	conf.emptytrash = "Trash:7,Sent:30";
	reopen();
	(void)folder_create(a, span_str("Trash"), 0);
	scratch_put("M/.Trash/cur/1.a:2,", "");
	account_purge(a);
	ok(scratch_has("M/.Trash/cur/1.a:2,"), "nothing is that old");
	ok(account_is_purged(a, span_str("Trash")) &&
		account_is_purged(a, span_str("Sent")) &&
		!account_is_purged(a, span_str("x")),
	    "which are");
	conf.emptytrash = "9";
	ok(account_is_purged(a, span_str("Trash")) &&
		!account_is_purged(a, span_str("Sent")),
	    "days alone");
	conf.emptytrash = "x,:,7:,Sent:x";
	ok(!account_is_purged(a, span_str("Sent")) &&
		!account_is_purged(a, span_of("", 0)),
	    "no rules");
	conf.emptytrash = NULL;
}

/* A Trash of another name counts (maildirsize(5)). */
static void
test_other_trash(void)
{
	struct mailbox *m;

	conf.trash = "Korb";
	conf.expunge_to_trash = true;
	fresh();
	scratch_put("M/cur/1.a,S=88:2,T", "");
	scratch_put("M/cur/2.a,S=88:2,", "");
	scratch_put("M/maildirsize", "300S\n          88            1\n");
	if (mailbox_open(a, span_of("", 0), false, &m) == -1)
		exit(111);
	ok(mailbox_expunge(m, 1) == 0 && mailbox_expunge_end(m) == 0 &&
		scratch_has("M/.Korb/cur/1.a,S=88:2,") &&
		strcmp(scratch_get("M/maildirsize"),
		    "300S\n          88            1\n"
		    "          88            1\n") == 0,
	    "what goes there counts again");
	mailbox_close(m);
	conf.trash = "Trash";
	conf.expunge_to_trash = false;
}

/* Something that is no directory must not end the counting. */
static void
test_no_dirs(void)
{
	struct quota q;

	fresh();
	scratch_put("M/cur/2.a,S=88:2,", "");
	scratch_maildir("M/.x");
	(void)fs_remove_tree(scratch_fd, "M/.x/new");
	scratch_put("M/.x/new", "");
	scratch_maildir("M/.y");
	(void)fs_remove_tree(scratch_fd, "M/.y/cur");
	scratch_link("/etc", "M/.y/cur");
	scratch_put("M/maildirsize", "300S\n -1 -1\n");
	ok(quota_get(a, &q) == 0 && q.bytes == 88 && q.messages == 1,
	    "a file and a link in place of directories");
}

int
main(void)
{
	conf = scratch_conf();
	scratch_make();
	fresh();
	for (size_t i = 0; i < NELEM(files); i++)
		test_read(i);
	test_check();
	test_count();
	test_deleted();
	test_append();
	test_purge();
	test_other_trash();
	test_no_dirs();
	return done_testing();
}
