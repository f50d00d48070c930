/* mailbox.c: folders opened, looked at again, and what may lie in them. */
#include "store/mailbox.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "scratch.h"
#include "store/box.h"
#include "store/root.h"

static struct store_conf conf;
static struct account *a;

static struct mailbox *
open_box(const char *folder, bool readonly)
{
	struct mailbox *m = NULL;

	if (mailbox_open(a, span_str(folder), readonly, &m) == -1) {
		printf("# mailbox_open: %s\n", strerror(errno));
		return NULL;
	}
	return m;
}

/* "uid:flags uid:flags", "!" behind what has changed, "x" what is gone. */
static const char *
show(struct mailbox *m)
{
	static struct strbuf out;
	struct mailbox_state *st = mailbox_state(m);

	strbuf_reset(&out);
	for (uint32_t i = 1; i <= st->count; i++) {
		struct message msg = mailbox_message(m, i);

		strbuf_puts(&out, i > 1 ? " " : "");
		strbuf_num(&out, msg.uid);
		strbuf_putc(&out, ':');
		strbuf_puts(&out, msg.flags & FLAG_SEEN ? "S" : "");
		strbuf_puts(&out, msg.flags & FLAG_FLAGGED ? "F" : "");
		strbuf_puts(&out, msg.flags & FLAG_RECENT ? "r" : "");
		strbuf_puts(&out, msg.state & MSG_CHANGED ? "!" : "");
		strbuf_puts(&out, msg.state & MSG_GONE ? "x" : "");
	}
	strbuf_putc(&out, '\0');
	return out.p;
}

static bool
is(struct mailbox *m, const char *want, const char *what)
{
	const char *got = show(m);

	return ok(strcmp(got, want) == 0, "%s: %s (%s)", what, want, got);
}

static void
fresh(void)
{
	account_close(a);
	fs_remove_tree(scratch_fd, "M");
	scratch_maildir("M");
	if (account_open("M", &conf, &a) == -1)
		exit(111);
}

static void
test_first(void)
{
	struct mailbox *m;
	struct stat st;
	uint32_t v;

	fresh();
	scratch_put("M/cur/1795288000.1234.host:2,S", "A: b\n\nx\n");
	scratch_put("M/cur/nodigits.host", "A: b\n\n");
	scratch_put("M/new/200.b.h:2,S", "A: b\n\n"); /* satchel-maildir(7) */
	scratch_put("M/new/201.b.h:1,x", "A: b\n\n");
	scratch_put("M/new/202.b.h", "A: b\n\n");
	scratch_put("M/new/.hidden", "A: b\n\n");
	m = open_box("", false);
	is(m, "1:r 2:Sr 3:r 4:r 5:Sr", "a first look");
	ok(scratch_has("M/cur/200.b.h:2,S") &&
		scratch_has("M/cur/201.b.h:1,x") &&
		scratch_has("M/cur/202.b.h:2,") &&
		scratch_has("M/cur/nodigits.host") &&
		scratch_count("M/new") == 0 && scratch_has("M/new/.hidden"),
	    "from new to cur");
	v = mailbox_state(m)->uidvalidity;
	ok(mailbox_state(m)->uidnext == 6 && mailbox_state(m)->sticky &&
		strstr(scratch_get("M/courierimapuiddb"),
		    " 0000000006\n1 nodigits.host\n2 200.b.h\n3 201.b.h\n"
		    "4 202.b.h\n5 1795288000.1234.host\n") != NULL,
	    "what is stored");
	ok(mailbox_seq(m, 0) == 1 && mailbox_seq(m, 3) == 3 &&
		mailbox_seq(m, 9) == 6,
	    "numbers of UIDs");
	ok(mailbox_stat_message(m, 5, &st) == 0 && st.st_size == 8,
	    "a message's size");
	mailbox_close(m);
	m = open_box("", false);
	is(m, "1: 2:S 3: 4: 5:S", "again");
	ok(mailbox_state(m)->uidvalidity == v, "the same UIDVALIDITY");
	ok(scratch_count("M/tmp") == 0, "nothing left in tmp");
	mailbox_close(m);
}

static void
test_others(void)
{
	struct mailbox *m;

	fresh();
	scratch_put("M/cur/1.a:2,", "");
	scratch_put("M/cur/2.a:2,", "");
	scratch_put("M/cur/3.a:2,", "");
	m = open_box("", false);
	scratch_move("M/cur/1.a:2,", "M/cur/1.a:2,FS");
	scratch_unlink("M/cur/2.a:2,");
	scratch_put("M/new/0.b", "");
	ok(mailbox_sync(m) == 0, "a look at what others did");
	is(m, "1:SFr! 2:rx 3:r 4:r", "flags, a loss, a delivery");
	ok(mailbox_state(m)->changed, "and it is said");
	ok(mailbox_forget(m, 2, NULL, NULL) == 1, "one of two stays");
	is(m, "1:SFr! 3:r 4:r", "forgotten");
	mailbox_told(m, 1);
	scratch_put("M/cur/2.a:2,", "");
	mailbox_sync(m);
	is(m, "1:SFr 3:r 4:r 5:r", "one that comes back is new");
	scratch_unlink("M/cur/1.a:2,FS");
	scratch_unlink("M/cur/3.a:2,");
	scratch_unlink("M/cur/0.b:2,");
	scratch_unlink("M/cur/2.a:2,");
	mailbox_sync(m);
	is(m, "1:SFrx 3:rx 4:rx 5:rx", "all gone");
	ok(mailbox_forget(m, 4, NULL, NULL) == 0 &&
		mailbox_state(m)->count == 0,
	    "none left");
	scratch_put("M/new/7.b", "");
	mailbox_sync(m);
	is(m, "6:r", "the numbers go on");
	mailbox_close(m);
}

/* One look that finds nothing changed reads nothing. */
static void
test_quiet(void)
{
	struct mailbox *m;
	struct stat st;

	fresh();
	scratch_put("M/cur/1.a:2,", "");
	m = open_box("", false);
	scratch_sleep_ms(60);
	mailbox_sync(m);
	ok(!mailbox_state(m)->owed, "quiet");
	fstatat(scratch_fd, "M/tmp", &st, 0);
	scratch_sleep_ms(20);
	mailbox_sync(m);
	{
		struct stat now;

		fstatat(scratch_fd, "M/tmp", &now, 0);
		ok(st.st_mtim.tv_nsec == now.st_mtim.tv_nsec,
		    "no lock was taken");
	}
	mailbox_close(m);
}

static void
test_twins(void)
{
	struct mailbox *m;

	fresh();
	scratch_put("M/cur/100.a.h:2,S", "one");
	scratch_put("M/cur/100.a.h:2,F", "two!");
	m = open_box("", false);
	ok(mailbox_state(m)->count == 2 && scratch_count("M/cur") == 2,
	    "two files of one base are two messages");
	ok(scratch_has("M/cur/100.a.h:2,S") != scratch_has("M/cur/100.a.h:2,F"),
	    "one has a new base");
	mailbox_close(m);
	m = open_box("", false);
	ok(mailbox_state(m)->count == 2, "and stays");
	scratch_put("M/new/100.a.h", "three");
	mailbox_sync(m);
	ok(mailbox_state(m)->count == 3 && scratch_count("M/cur") == 3,
	    "delivered once more");
	mailbox_close(m);
}

static void
make_socket(const char *path)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(sun.sun_path, sizeof sun.sun_path, "%s", path);
	if (bind(fd, (struct sockaddr *)&sun, sizeof sun) == -1)
		exit(111);
	close(fd);
}

/* What is no regular file is no message. */
static void
test_no_files(void)
{
	struct mailbox *m;

	fresh();
	scratch_dir("M/cur/dir");
	scratch_dir("M/cur/dir:2,S");
	scratch_fifo("M/cur/fifo:2,");
	make_socket("M/cur/socket:2,");
	scratch_link("/etc/passwd", "M/cur/link:2,");
	scratch_link("/etc/passwd", "M/new/link");
	scratch_fifo("M/new/fifo");
	scratch_put("M/cur/1.a:2,", "");
	m = open_box("", false);
	is(m, "1:r", "only files are messages");
	ok(scratch_has("M/new/link") && scratch_has("M/new/fifo"),
	    "others are not moved");
	scratch_unlink("M/cur/1.a:2,");
	scratch_link("/etc/passwd", "M/cur/1.a:2,");
	ok(mailbox_open_message(m, 1, NULL) == -1, "a link is not opened");
	scratch_unlink("M/cur/1.a:2,");
	scratch_fifo("M/cur/1.a:2,");
	ok(mailbox_open_message(m, 1, NULL) == -1, "nor a FIFO waited for");
	mailbox_close(m);
	scratch_maildir("M/.Real");
	scratch_link(".Real", "M/.Link");
	ok(mailbox_open(a, span_str("Link"), false, &m) == -1 &&
		errno == ENOENT,
	    "a linked folder is none");
	scratch_link("/etc/passwd", "M/.Real/courierimapuiddb");
	m = open_box("Real", false);
	ok(m != NULL && mailbox_state(m)->sticky, "a link in the file's place");
	mailbox_close(m);
	fs_remove_tree(scratch_fd, "M/.Real/cur");
	scratch_link("../cur", "M/.Real/cur");
	ok(mailbox_open(a, span_str("Real"), false, &m) == -1, "cur is a link");
}

static void
test_renamed(void)
{
	struct mailbox *m;
	struct stat st;
	int fd;

	fresh();
	scratch_put("M/cur/1.a:2,", "x");
	scratch_put("M/cur/2.a:2,", "x");
	m = open_box("", false);
	scratch_move("M/cur/1.a:2,", "M/cur/1.a:2,S");
	fd = mailbox_open_message(m, 1, &st);
	ok(fd != -1 && st.st_size == 1, "found under its new name");
	close(fd);
	is(m, "1:Sr! 2:r", "and the flags are told of");
	scratch_unlink("M/cur/2.a:2,");
	ok(mailbox_open_message(m, 2, NULL) == -1 && errno == ESTALE &&
		mailbox_message(m, 2).state & MSG_GONE,
	    "one that is gone");
	ok(mailbox_stat_message(m, 2, &st) == -1 && errno == ESTALE,
	    "stays gone");
	mailbox_close(m);
}

/* courierimapuiddb(5) and 7.6: what a file can say that is not so. */
static void
test_odd_db(void)
{
	struct mailbox *m;

	fresh();
	for (int i = 1; i <= 4; i++) {
		char name[32];

		snprintf(name, sizeof name, "M/cur/%d.a:2,", i);
		scratch_put(name, "");
	}
	scratch_put("M/courierimapuiddb", "1 77 5\n7 1.a\n7 2.a\n6 3.a\n");
	m = open_box("", false);
	is(m, "6: 7: 8:r 9:r", "a UID twice, and above uidnext");
	ok(strcmp(scratch_get("M/courierimapuiddb"),
	       "1 77 0000000010\n6 3.a\n7 1.a\n8 2.a\n9 4.a\n") == 0,
	    "repaired");
	mailbox_close(m);
	scratch_put(
	    "M/courierimapuiddb", "1 77 20\n5 1.a\n12 1.a\n6 2.a\n7 gone\n");
	m = open_box("", false);
	is(m, "6: 12: 20:r 21:r", "a base twice: the higher UID");
	scratch_unlink("M/courierimapuiddb");
	mailbox_sync(m);
	ok(strcmp(scratch_get("M/courierimapuiddb"),
	       "1 77 0000000022\n6 2.a\n12 1.a\n20 3.a\n21 4.a\n") == 0,
	    "removed under an open session: put back");
	scratch_put("M/courierimapuiddb", "1 77 0000000030\n6 2.a\n12 1.a\n"
					  "20 3.a\n21 4.a\n29 5.b\n");
	scratch_put("M/cur/5.b:2,", "");
	mailbox_sync(m);
	is(m, "6: 12: 20:r 21:r 29:", "somebody else's UID is kept");
	scratch_put("M/courierimapuiddb", "1 77 30\n6 2.a\n");
	mailbox_sync(m);
	is(m, "6: 12: 20:r 21:r 29:", "entries lost: UIDs stay");
	ok(strstr(scratch_get("M/courierimapuiddb"), "29 5.b\n") != NULL &&
		strstr(scratch_get("M/courierimapuiddb"), "12 1.a\n") != NULL,
	    "and are written again");
	scratch_put("M/courierimapuiddb", "1 78 30\n6 2.a\n");
	ok(mailbox_sync(m) == -1 && errno == ENOENT, "another UIDVALIDITY");
	is(m, "6:x 12:x 20:rx 21:rx 29:x", "ends the session's view");
	mailbox_close(m);
}

/* The last UIDs there are.  The folder is that of the test before. */
static void
test_last_uids(void)
{
	struct mailbox *m;

	scratch_put("M/courierimapuiddb", "1 78 4294967295\n5 1.a\n");
	m = open_box("", false);
	ok(mailbox_state(m)->uidvalidity > 78 && mailbox_state(m)->count == 5 &&
		mailbox_message(m, 5).uid == 5,
	    "no UIDs left: all anew");
	mailbox_close(m);
	scratch_put("M/courierimapuiddb",
	    "1 79 4294967295\n5 1.a\n6 2.a\n7 3.a\n8 4.a\n9 5.b\n");
	m = open_box("", false);
	ok(mailbox_state(m)->uidvalidity > 79 && mailbox_state(m)->uidnext == 6,
	    "also when nothing is new");
	mailbox_close(m);
	scratch_put("M/courierimapuiddb", "1 80 9\n4294967295 1.a\n");
	m = open_box("", false);
	ok(mailbox_state(m)->uidnext > mailbox_message(m, 5).uid,
	    "no UID but has a UIDNEXT above it");
	mailbox_close(m);
}

static void
test_stale(void)
{
	struct mailbox *m;
	struct strbuf db = { 0 };

	fresh();
	strbuf_puts(&db, "1 5 0000009999\n");
	for (int i = 1; i <= 600; i++) {
		char name[32];

		strbuf_num(&db, (uint64_t)i);
		snprintf(name, sizeof name, " %d.x\n", i);
		strbuf_puts(&db, name);
		snprintf(name, sizeof name, "M/cur/%d.x:2,", i);
		if (i > 60)
			scratch_put(name, "");
	}
	scratch_put("M/courierimapuiddb", db.p);
	m = open_box("", false);
	ok(mailbox_state(m)->count == 540 &&
		strlen(scratch_get("M/courierimapuiddb")) == db.len,
	    "a few entries without files stay");
	for (int i = 61; i <= 100; i++) {
		char name[32];

		snprintf(name, sizeof name, "M/cur/%d.x:2,", i);
		scratch_unlink(name);
	}
	mailbox_sync(m);
	ok(strncmp(scratch_get("M/courierimapuiddb"),
	       "1 5 0000009999\n101 101.x\n", 25) == 0,
	    "many are left out");
	mailbox_close(m);
	strbuf_clear(&db);
}

static void
test_examine(void)
{
	struct mailbox *m;
	struct flag_change c = { .op = FLAG_ADD, .flags = FLAG_SEEN };
	bool changed;

	fresh();
	scratch_put("M/new/1.a", "");
	m = open_box("", true);
	is(m, "1:r", "EXAMINE gives UIDs");
	ok(strstr(scratch_get("M/courierimapuiddb"), "1 1.a\n") != NULL,
	    "that last");
	ok(mailbox_store(m, 1, &c, &changed) == -1 && errno == EROFS,
	    "and changes nothing");
	ok(mailbox_expunge(m, 1) == -1 && errno == EROFS, "nor removes");
	mailbox_close(m);
}

/* A tree that this process may not write to. */
static int
as_nobody(void)
{
	struct mailbox *m;
	struct stat st;
	int fd;

	if (getuid() == 0 && (setgid(65534) == -1 || setuid(65534) == -1))
		return 1;
	account_close(a);
	if (account_open("M", &conf, &a) == -1)
		return 2;
	if ((m = open_box("", false)) == NULL || mailbox_state(m)->count != 2)
		return 3;
	if (!mailbox_is_readonly(m) || !mailbox_state(m)->sticky)
		return 4;
	mailbox_close(m);
	m = open_box("New", false);
	if (m == NULL || mailbox_state(m)->count != 2)
		return 5;
	if (mailbox_state(m)->sticky || mailbox_state(m)->uidvalidity == 0)
		return 6;
	if (mailbox_message(m, 2).uid != 2 ||
	    (fd = mailbox_open_message(m, 2, &st)) == -1)
		return 7;
	close(fd);
	if (st.st_size != 3 || mailbox_sync(m) == -1)
		return 8;
	return mailbox_state(m)->count == 2 ? 0 : 9;
}

/* A session that cannot write shows what is in new; others take it to cur. */
static void
test_taken_from_new(void)
{
	struct mailbox *m;
	struct stat st;
	int fd;

	fresh();
	scratch_put("M/cur/1.a:2,S", "1");
	m = open_box("", false);
	m->im.rows[0].state |= MSG_IN_NEW;
	fd = mailbox_open_message(m, 1, &st);
	ok(fd != -1, "found where it is now");
	close(fd);
	mailbox_close(m);
}

/* Directories to be read only, or to be written again; files readable. */
static void
set_modes(mode_t mode)
{
	static const char *const dirs[] = { "M", "M/cur", "M/new", "M/tmp",
		"M/.New", "M/.New/cur", "M/.New/new", "M/.New/tmp" };
	static const char *const files[] = { "M/cur/1.a:2,", "M/cur/2.a:2,",
		"M/.New/cur/1.a:2,", "M/.New/new/2.a" };

	fchmod(scratch_fd, 0755);
	for (size_t i = 0; i < sizeof dirs / sizeof *dirs; i++)
		if (fchmodat(scratch_fd, dirs[i], mode, 0) == -1)
			exit(111);
	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		if (fchmodat(scratch_fd, files[i], 0644, 0) == -1)
			exit(111);
}

static void
test_readonly_tree(void)
{
	struct mailbox *m;
	int status;
	pid_t pid;

	fresh();
	scratch_put("M/cur/1.a:2,", "1");
	scratch_put("M/cur/2.a:2,", "22");
	m = open_box("", false);
	mailbox_close(m);
	scratch_maildir("M/.New");
	scratch_put("M/.New/cur/1.a:2,", "1");
	scratch_put("M/.New/new/2.a", "333");
	set_modes(0555);
	if ((pid = fork()) == 0)
		_exit(as_nobody());
	waitpid(pid, &status, 0);
	ok(WIFEXITED(status) && WEXITSTATUS(status) == 0,
	    "a tree that cannot be written can be read (%d)",
	    WEXITSTATUS(status));
	set_modes(0755);
}

/* One whose name is too long must not keep the others from being seen. */
static void
test_long_name(void)
{
	char name[NAME_LEN + 8] = "M/new/1000.";
	struct flag_change seen = { .op = FLAG_ADD,
		.flags = FLAG_SEEN | FLAG_DELETED };
	struct mailbox *m;
	bool changed = false;

	fresh();
	for (int i = 1; i <= 4; i++) {
		snprintf(name, sizeof name, "M/new/%d.", 1000 + i);
		memset(name + 11, 'x', NAME_LEN - 5);
		name[6 + NAME_LEN + 1 - i] = '\0';
		scratch_put(name, "A: b\n\n");
	}
	scratch_put("M/new/2001.b", "A: b\n\n");
	scratch_put("M/new/2002.b", "A: b\n\n");
	m = open_box("", false);
	is(m, "1:r 2:r 3:r 4:r 5:r 6:r",
	    "mail with names of 252 bytes and more");
	ok(m->state.count == 6 && mailbox_store(m, 6, &seen, &changed) == 0 &&
		changed && mailbox_expunge(m, 6) == 0,
	    "it can be flagged and removed");
	mailbox_close(m);
}

/* What could not be moved from new is tried again when nothing has changed. */
static void
test_left_in_new(void)
{
	static const char *const dirs[] = { "M", "M/new", "M/tmp", "M/cur" };
	struct mailbox *m;
	struct stat st;

	fresh();
	scratch_put("M/new/1.a", "A: b\n\n");
	if (geteuid() != 0) {
		ok(true, "needs root # SKIP");
		return;
	}
	for (size_t i = 0; i < 4; i++)
		if (fchmodat(scratch_fd, dirs[i], i < 3 ? 0777 : 0555, 0) == -1)
			exit(111);
	scratch_sleep_ms(40);
	if (fchmod(scratch_fd, 0755) == -1 || seteuid(65534) == -1)
		exit(111);
	m = open_box("", false);
	is(m, "", "cur cannot be written");
	if (seteuid(0) == -1 || fchmodat(scratch_fd, "M/cur", 0777, 0) == -1 ||
	    seteuid(65534) == -1)
		exit(111);
	if (fstatat(scratch_fd, "M/cur", &st, 0) == -1)
		exit(111);
	stamp_read(&m->cur_stamp, &st, INT64_MAX); /* as of a full disk */
	mailbox_sync(m);
	is(m, "1:r", "now it can");
	mailbox_close(m);
	if (seteuid(0) == -1)
		exit(111);
}

int
main(void)
{
	conf = scratch_conf();
	scratch_make();
	test_first();
	test_others();
	test_quiet();
	test_twins();
	test_no_files();
	test_renamed();
	test_odd_db();
	test_last_uids();
	test_stale();
	test_examine();
	test_taken_from_new();
	test_readonly_tree();
	test_long_name();
	test_left_in_new();
	return done_testing();
}
