/* append.c: messages appended, copied, moved; all or none. */
#include "store/append.h"

#include <signal.h>
#include <sys/resource.h>

#include "base/nelem.h"
#include "msg/octets.h"
#include "scratch.h"
#include "store/arrival.h"
#include "store/folder.h"
#include "store/index.h"

static struct store_conf conf;
static struct account *a;
static struct mailbox *m;
static uint32_t uidvalidity;
static const uint32_t *uids;
static size_t nuids;

static void
fresh(void)
{
	mailbox_close(m);
	m = NULL;
	account_close(a);
	fs_remove_tree(scratch_fd, "M");
	scratch_maildir("M");
	scratch_maildir("M/.Work");
	if (account_open("M", &conf, &a) == -1)
		exit(111);
}

static void
open_box(const char *folder)
{
	mailbox_close(m);
	m = NULL;
	if (mailbox_open(a, span_str(folder), false, &m) == -1)
		exit(111);
}

/* The only message of a folder, or "(none)". */
static int
name_one(void *arg, const char *name, unsigned char type)
{
	char *path = arg;

	(void)type;
	snprintf(path + strlen(path), 256, "%s", name);
	return 1;
}

static const char *
only(const char *folder)
{
	static char path[512];
	int fd;

	snprintf(path, sizeof path, "M/%s/cur/", folder);
	if ((fd = fs_open_dir(scratch_fd, path)) == -1)
		return "(none)";
	(void)fs_walk(fd, name_one, path);
	close(fd);
	return path;
}

static const struct {
	const char *in;
	size_t len;
	bool literal8;
	const char *out;
	size_t outlen;
	bool high;
} bodies[] = {
	/* clang-format off */
	{ "A: b\r\n\r\nx\r\n", 11, false, "A: b\n\nx\n", 8, false },
	{ "A: b\n\nx", 7, false, "A: b\n\nx\n", 8, false },
	{ "a\rb\r\r\nc\r", 8, false, "a\rb\r\nc\r\n", 8, false },
	{ "a\0b\n", 4, false, "a\x80" "b\n", 4, false },
	{ "a\0b\n", 4, true, "a\0b\n", 4, false },
	{ "\xe9: b\n\nx\n", 8, false, "\xe9: b\n\nx\n", 8, true },
	{ "A: b\r\n\r\n\xe9\n", 10, false, "A: b\n\n\xe9\n", 8, false },
	{ "\r\n\xe9", 3, false, "\n\xe9\n", 3, false },
	{ "", 0, false, "", 0, false },
	{ "\r", 1, false, "\r\n", 2, false },
	/* clang-format on */
};

/* What the index knows of the only message of Work, against its file. */
static void
test_known(void)
{
	struct octets is;
	struct stat st;
	uint64_t octets;
	int64_t date;
	int fd;

	open_box("Work");
	fd = fs_open_file(scratch_fd, only(".Work"), &st);
	ok(fd != -1 && octets_count(fd, st.st_size, &is) == 0 &&
		mailbox_octets(m, 1, &octets) && octets == is.n &&
		mailbox_date(m, 1, &date) && date == 1000000000,
	    "its length and date are known");
	close(fd);
}

/* In pieces of n bytes. */
static void
test_body(size_t i, size_t n)
{
	struct append_info info = { .date = 1000000000 };
	struct append *ap;
	struct strbuf got = { 0 };
	struct stat st;
	bool high = false, good;

	fresh();
	if (append_begin(a, span_str("Work"), &ap) == -1 ||
	    append_message(ap, &info, bodies[i].literal8) == -1)
		exit(111);
	for (size_t at = 0; at < bodies[i].len; at += n) {
		size_t len = bodies[i].len - at < n ? bodies[i].len - at : n;

		append_write(ap, tap_exact(bodies[i].in + at, len));
	}
	good = append_end(ap, &high) == 0 && high == bodies[i].high &&
	       append_commit(ap, &uidvalidity, &uids, &nuids) == 0 &&
	       nuids == 1 && uids[0] == 1;
	append_free(ap);
	good = good && fs_slurp(scratch_fd, only(".Work"), 1000, &got) == 0 &&
	       got.len == bodies[i].outlen &&
	       memcmp(got.p, bodies[i].out, got.len) == 0;
	ok(good && scratch_count("M/.Work/tmp") == 0, "body %zu by %zu", i, n);
	if (fstatat(scratch_fd, only(".Work"), &st, 0) == 0)
		ok(st.st_mtime == 1000000000 && st.st_mode == 0100644,
		    "its date");
	test_known();
	strbuf_clear(&got);
}

static void
put(struct append *ap, const char *text)
{
	struct span keywords[] = { span_str("Work"), span_str("x") };
	struct append_info info = { .flags = FLAG_SEEN | FLAG_RECENT,
		.keywords = keywords,
		.nkeywords = 2,
		.date = INT64_MIN };

	if (append_message(ap, &info, false) == -1)
		exit(111);
	append_write(ap, span_str(text));
	if (append_end(ap, NULL) == -1)
		exit(111);
}

static void
test_several(void)
{
	struct append *ap;

	fresh();
	scratch_put("M/.Work/cur/1.old:2,", "x");
	if (append_begin(a, span_str("Work"), &ap) == -1)
		exit(111);
	put(ap, "one");
	put(ap, "two");
	put(ap, "three");
	ok(scratch_count("M/.Work/cur") == 1, "nothing is seen before commit");
	ok(append_commit(ap, &uidvalidity, &uids, &nuids) == 0 && nuids == 3 &&
		uids[0] == 2 && uids[2] == 4 && uidvalidity != 0,
	    "three UIDs, above what was there");
	append_free(ap);
	open_box("Work");
	ok(mailbox_state(m)->count == 4 &&
		mailbox_message(m, 2).flags == FLAG_SEEN &&
		mailbox_message(m, 2).keywords != 0 &&
		mailbox_message(m, 2).keywords ==
		    mailbox_message(m, 4).keywords &&
		mailbox_message(m, 1).keywords == 0,
	    "with flags and keywords");
	ok(mailbox_state(m)->uidvalidity == uidvalidity, "one UIDVALIDITY");
	if (append_begin(a, span_str("Work"), &ap) == -1)
		exit(111);
	put(ap, "four");
	ok(scratch_count("M/.Work/tmp") == 1, "in tmp");
	append_free(ap);
	ok(scratch_count("M/.Work/tmp") == 0 &&
		scratch_count("M/.Work/cur") == 4,
	    "given up: nothing is left");
	ok(append_begin(a, span_str("None"), &ap) == -1 && errno == ENOENT,
	    "no such folder");
	ok(append_begin(a, span_str("a/b"), &ap) == -1 && errno == EINVAL,
	    "no such name");
}

/* Into the folder that is open: seen at once, without reading it all. */
static void
test_selected(void)
{
	struct append *ap;

	fresh();
	scratch_put("M/cur/1.old:2,", "x");
	open_box("");
	if (append_begin(a, span_of("", 0), &ap) == -1)
		exit(111);
	put(ap, "one");
	(void)append_commit(ap, &uidvalidity, &uids, &nuids);
	append_free(ap);
	ok(mailbox_state(m)->count == 2 && mailbox_state(m)->uidnext == 3 &&
		mailbox_message(m, 2).uid == 2 &&
		mailbox_message(m, 2).flags == (FLAG_SEEN | FLAG_RECENT) &&
		mailbox_message(m, 2).keywords != 0,
	    "an own message is there at once, and recent");
	scratch_sleep_ms(40);
	ok(mailbox_sync(m) == 0 && mailbox_state(m)->count == 2 &&
		!mailbox_state(m)->changed &&
		mailbox_message(m, 2).keywords != 0,
	    "a scan agrees");
	scratch_put("M/new/0.b", "x");
	if (append_begin(a, span_of("", 0), &ap) == -1)
		exit(111);
	put(ap, "two");
	(void)append_commit(ap, &uidvalidity, &uids, &nuids);
	append_free(ap);
	ok(mailbox_sync(m) == 0 && mailbox_state(m)->count == 4 &&
		mailbox_message(m, 3).uid == 4 &&
		mailbox_message(m, 4).uid == 5,
	    "beside a delivery: 3 could have been said to be its UID");
}

/* What the index says, without a look at the messages. */
static struct index_state
indexed(const char *folder)
{
	struct index_state s = { .messages = 0 };
	char path[64];
	int fd;

	snprintf(path, sizeof path, "M/%s", folder);
	if ((fd = fs_open_dir(scratch_fd, path)) == -1 ||
	    index_peek(fd, &s) == -1)
		memset(&s, 0, sizeof s);
	close(fd);
	return s;
}

/* Into a folder that is not open: its index knows, and nothing else is said. */
static void
test_unselected(void)
{
	struct index_state was, is;
	struct append *ap;
	char text[4096];

	fresh();
	scratch_put("M/.Work/cur/1.old:2,", "x");
	open_box("Work");
	open_box("");
	was = indexed(".Work");
	if (append_begin(a, span_str("Work"), &ap) == -1)
		exit(111);
	put(ap, "one");
	put(ap, "two");
	ok(append_commit(ap, &uidvalidity, &uids, &nuids) == 0, "appended");
	append_free(ap);
	is = indexed(".Work");
	ok(was.messages == 1 && is.messages == 3 && is.uidnext == 4 &&
		is.unseen == 1 && is.highestmodseq > was.highestmodseq &&
		is.db_len > was.db_len && is.cur.state == STAMP_OWED,
	    "the index has them: %u of %u", is.messages, is.uidnext);
	open_box("Work");
	ok(mailbox_state(m)->count == 3 && mailbox_message(m, 3).uid == 3 &&
		mailbox_message(m, 3).keywords != 0,
	    "and they are what it says");
	open_box("");
	snprintf(text, sizeof text, "%s9 somebody.else\n",
	    scratch_get("M/.Work/courierimapuiddb"));
	if (strstr(text, " 0000000004\n") != NULL)
		memcpy(strstr(text, " 0000000004\n"), " 0000000010\n", 12);
	scratch_put("M/.Work/courierimapuiddb", text);
	was = indexed(".Work");
	if (append_begin(a, span_str("Work"), &ap) == -1)
		exit(111);
	put(ap, "three");
	(void)append_commit(ap, &uidvalidity, &uids, &nuids);
	uint32_t given = nuids == 1 ? uids[0] : 0; /* freed with ap */
	append_free(ap);
	is = indexed(".Work");
	ok(given == 10 && is.messages == was.messages &&
		is.highestmodseq == was.highestmodseq,
	    "an index that is behind stays so: %u, %u of %u", given,
	    is.messages, was.messages);
	open_box("Work");
	ok(mailbox_state(m)->count == 4 && mailbox_message(m, 4).uid == 10,
	    "and catches up");
}

static void
append_to(struct account *to, const char *folder, const char *text)
{
	struct append *ap;

	if (append_begin(to, span_str(folder), &ap) == -1)
		exit(111);
	put(ap, text);
	(void)append_commit(ap, &uidvalidity, &uids, &nuids);
	append_free(ap);
}

/* One after the other, with the index of the first. */
static void
test_again(void)
{
	struct account *other;
	struct index_state is;

	fresh();
	scratch_put("M/.Work/cur/1.old:2,", "x");
	open_box("Work");
	open_box("");
	append_to(a, "Work", "one");
	append_to(a, "Work", "two");
	is = indexed(".Work");
	ok(is.messages == 3 && is.uidnext == 4, "the index has both");
	ok(is.unsized == 1 && is.octets == 2 * strlen("one\r\n"),
	    "with their lengths: %d of unknown length, %d octets",
	    (int)is.unsized, (int)is.octets);
	if (account_open("M", &conf, &other) == -1)
		exit(111);
	append_to(other, "Work", "three");
	append_to(a, "Work", "four");
	account_close(other);
	is = indexed(".Work");
	ok(is.messages == 5 && is.uidnext == 6, "and what comes in between");
	ok(folder_delete(a, span_str("Work")) == 0 &&
		folder_create(a, span_str("Work"), 0) == 0,
	    "another folder of that name");
	append_to(a, "Work", "one");
	open_box("Work");
	ok(mailbox_state(m)->count == 1 && mailbox_message(m, 1).uid == 1,
	    "has nothing of the old one");
}

/* Its first UIDVALIDITY must not be one that the new name has had. */
static void
test_renamed_folder(void)
{
	struct append *ap;
	struct stat st;

	fresh();
	if (append_begin(a, span_str("Work"), &ap) == -1)
		exit(111);
	put(ap, "one");
	ok(folder_rename(a, span_str("Work"), span_str("Old")) == 0 &&
		folder_create(a, span_str("Work"), 0) == 0,
	    "renamed meanwhile");
	ok(append_commit(ap, &uidvalidity, &uids, &nuids) == -1 &&
		errno == ENOENT &&
		fstatat(scratch_fd, "M/.Old/courierimapuiddb", &st, 0) == -1,
	    "no UIDs are given there");
	append_free(ap);
	ok(scratch_count("M/.Old/cur") == 0 && scratch_count("M/.Old/tmp") == 0,
	    "nor is anything left");
}

static void
test_full(void)
{
	struct rlimit small, was;
	struct append_info info = { .date = INT64_MIN };
	struct append *ap;
	char block[4096];

	fresh();
	memset(block, 'x', sizeof block);
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &was);
	small = was;
	small.rlim_cur = 100000;
	setrlimit(RLIMIT_FSIZE, &small);
	if (append_begin(a, span_str("Work"), &ap) == -1 ||
	    append_message(ap, &info, false) == -1)
		exit(111);
	for (int i = 0; i < 100; i++)
		append_write(ap, span_of(block, sizeof block));
	ok(append_end(ap, NULL) == -1 && errno == EFBIG,
	    "a write that fails is told at the end");
	append_free(ap);
	setrlimit(RLIMIT_FSIZE, &was);
	ok(scratch_count("M/.Work/tmp") == 0, "and leaves nothing");
}

static void
test_copy(void)
{
	struct append *ap;
	struct stat from, to;

	fresh();
	scratch_put("M/cur/1.a:2,FPS", "hello\n");
	scratch_dir("M/courierimapkeywords");
	scratch_put("M/courierimapkeywords/1.a", "Blue\n");
	scratch_put("M/cur/2.a:2,", "gone\n");
	open_box("");
	if (append_begin(a, span_str("Work"), &ap) == -1)
		exit(111);
	scratch_unlink("M/cur/2.a:2,");
	ok(append_copy(ap, m, 1) == 0, "a copy");
	ok(append_copy(ap, m, 2) == -1 && errno == ESTALE, "of none");
	ok(append_commit(ap, &uidvalidity, &uids, &nuids) == 0 && nuids == 1,
	    "one has arrived");
	append_free(ap);
	ok(fstatat(scratch_fd, "M/cur/1.a:2,FPS", &from, 0) == 0 &&
		fstatat(scratch_fd, only(".Work"), &to, 0) == 0 &&
		from.st_ino == to.st_ino,
	    "as a link");
	ok(strstr(only(".Work"), ",S=6,E=") != NULL, "%s", only(".Work"));
	open_box("Work");
	ok(mailbox_message(m, 1).flags == (FLAG_SEEN | FLAG_FLAGGED) &&
		mailbox_message(m, 1).keywords != 0,
	    "with flags and keywords");
	scratch_maildir("M/.Trash");
	conf.emptytrash = "Sent:3,Trash:7";
	if (append_begin(a, span_str("Trash"), &ap) == -1)
		exit(111);
	ok(append_copy(ap, m, 1) == 0 &&
		append_commit(ap, &uidvalidity, &uids, &nuids) == 0 &&
		fstatat(scratch_fd, only(".Trash"), &to, 0) == 0 &&
		from.st_ino != to.st_ino && from.st_mtime == to.st_mtime,
	    "bytes, into a folder that is purged");
	append_free(ap);
	conf.emptytrash = NULL;
}

/* What would be linked gets another name when others have arrived already. */
static void
test_copy_renamed(void)
{
	struct append *ap;

	fresh();
	scratch_put("M/.Work/cur/0.z:2,", "z\n");
	open_box("Work");
	scratch_put("M/cur/1.a:2,", "one\n");
	scratch_put("M/cur/2.a:2,", "two\n");
	scratch_put("M/cur/3.a:2,", "three\n");
	scratch_dir("M/courierimapkeywords");
	scratch_put("M/courierimapkeywords/2.a", "Blue\n");
	open_box("");
	if (append_begin(a, span_str("Work"), &ap) == -1)
		exit(111);
	for (uint32_t seq = 1; seq <= 3; seq++)
		if (append_copy(ap, m, seq) == -1)
			exit(111);
	ok(append_check(ap) == 0, "three can be copied");
	scratch_move("M/cur/3.a:2,", "M/cur/3.a:2,S");
	ok(append_commit(ap, &uidvalidity, &uids, &nuids) == 0 && nuids == 3,
	    "and are, though one was renamed");
	append_free(ap);
	ok(scratch_count("M/.Work/cur") == 4 &&
		scratch_count("M/.Work/tmp") == 0 &&
		scratch_count("M/cur") == 3,
	    "each once");
	open_box("Work");
	ok(mailbox_message(m, 2).keywords == 0 &&
		mailbox_message(m, 3).keywords != 0,
	    "with its keywords");
}

static int
move(const uint32_t *seqs, size_t n, const char *to, uint32_t *got)
{
	struct append_moved moved = { .uids = got };
	int r = append_move(m, seqs, n, span_str(to), &moved);

	uidvalidity = moved.uidvalidity;
	return r;
}

static void
test_move(void)
{
	uint32_t seqs[] = { 1, 2, 3 }, got[3];

	fresh();
	scratch_put("M/cur/1.a:2,FPS", "hello\n");
	scratch_put("M/cur/2.a:2,", "gone\n");
	scratch_put("M/cur/3.a", "other\n");
	scratch_dir("M/courierimapkeywords");
	scratch_put("M/courierimapkeywords/1.a", "Blue\n");
	scratch_put("M/.Work/cur/0.z:2,", "z\n");
	open_box("");
	scratch_unlink("M/cur/2.a:2,");
	scratch_move("M/cur/3.a", "M/cur/3.a:2,T");
	ok(move(seqs, 3, "Work", got) == 0 && got[0] == 2 && got[1] == 0 &&
		got[2] == 3,
	    "two of three moved");
	ok(mailbox_message(m, 1).state & MSG_GONE &&
		mailbox_message(m, 2).state & MSG_GONE &&
		mailbox_message(m, 3).state & MSG_GONE &&
		scratch_count("M/cur") == 0,
	    "gone here");
	open_box("Work");
	ok(mailbox_state(m)->count == 3 && mailbox_message(m, 2).uid == 2 &&
		mailbox_message(m, 2).flags == (FLAG_SEEN | FLAG_FLAGGED) &&
		mailbox_message(m, 2).keywords != 0 &&
		mailbox_message(m, 3).flags == FLAG_DELETED,
	    "there, with flags and keywords");
	seqs[0] = 2;
	ok(move(seqs, 1, "Work", got) == 0 && got[0] == 4 &&
		mailbox_state(m)->count == 4 &&
		mailbox_message(m, 2).state & MSG_GONE &&
		mailbox_message(m, 4).keywords != 0,
	    "into the same folder");
	scratch_sleep_ms(40);
	ok(mailbox_sync(m) == 0 && mailbox_forget(m, 4, NULL, NULL) == 3 &&
		mailbox_message(m, 3).uid == 4,
	    "a scan agrees");
	ok(move(seqs, 1, "None", got) == -1 && errno == ENOENT,
	    "no such folder");
}

/* What is done after a failure does not hide it. */
static void
test_move_full(void)
{
	uint32_t seqs[] = { 1 }, got[1];

	fresh();
	scratch_maildir("M/.Trash");
	scratch_put("M/.Trash/cur/1.a:2,", "one\n");
	scratch_put("M/cur/2.a:2,", "two\n");
	scratch_put("M/maildirsize", "1C\n4 1\n");
	open_box("Trash");
	ok(move(seqs, 1, "", got) == -1 && errno == EDQUOT, "no room");
	scratch_unlink("M/.Trash/satchel-index");
	ok(move(seqs, 1, "", got) == -1 && errno == EDQUOT, "nor now");
}

/* What may not be on the disk yet, by the times that a file has. */
static void
test_young(void)
{
	struct timespec t[2] = { { .tv_sec = 1000 }, { .tv_sec = 1000 } };
	struct stat st;
	int64_t born;
	int fd;

	fresh();
	fd = fs_create(scratch_fd, "young", 0600);
	(void)fs_stat(scratch_fd, "young", &st, &born);
	ok(arrival_is_young(&st, born), "a new file");
	(void)futimens(fd, t);
	(void)fs_stat(scratch_fd, "young", &st, &born);
	ok(arrival_is_young(&st, born), "a new file with an old date");
	ok(arrival_is_young(&st, INT64_MAX), "or of an unknown age");
	ok(!arrival_is_young(&st, time(NULL) - 7200), "but not a renamed one");
	st.st_ctim.tv_sec -= 7200;
	ok(!arrival_is_young(&st, born), "what has not changed for long");
	close(fd);
}

int
main(void)
{
	conf = scratch_conf();
	scratch_make();
	for (size_t i = 0; i < NELEM(bodies); i++) {
		test_body(i, 1);
		test_body(i, 100);
	}
	test_several();
	test_selected();
	test_unselected();
	test_again();
	test_renamed_folder();
	test_full();
	test_copy();
	test_copy_renamed();
	test_move();
	test_move_full();
	test_young();
	mailbox_close(m);
	return done_testing();
}
