/* folder.c: folders listed, made, removed, renamed. */
#include "store/folder.h"

#include <sys/wait.h>

#include "registry.h"
#include "scratch.h"
#include "store/lock.h"
#include "store/maildir.h"
#include "store/mailbox.h"
#include "store/subs.h"

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

/* "name name", "/" for the INBOX, "-" no folder, "+" children, "=" uses. */
static const char *
list(void)
{
	static struct strbuf out;
	struct arena ar = { 0 };
	struct folder_info *v;
	size_t n;

	strbuf_reset(&out);
	if (folder_list(a, &ar, &v, &n) == -1)
		return "(error)";
	for (size_t i = 0; i < n; i++) {
		strbuf_puts(&out, i > 0 ? " " : "/");
		strbuf_cat(&out, v[i].name);
		strbuf_puts(&out, v[i].exists ? "" : "-");
		strbuf_puts(&out, v[i].children ? "+" : "");
		if (v[i].uses != 0) {
			strbuf_putc(&out, '=');
			strbuf_num(&out, v[i].uses);
		}
	}
	strbuf_putc(&out, '\0');
	arena_clear(&ar);
	return out.p;
}

static bool
is(const char *want, const char *what)
{
	const char *got = list();

	return ok(strcmp(got, want) == 0, "%s: %s (%s)", what, want, got);
}

static bool
fails(int r, int want)
{
	return r == -1 && errno == want;
}

static void
test_list(void)
{
	fresh();
	is("/", "only the INBOX");
	scratch_maildir("M/.a");
	scratch_maildir("M/.a-b");
	scratch_maildir("M/.a.b.c");
	scratch_maildir("M/.\xc3\xa9");
	scratch_maildir("M/.\xff");
	scratch_maildir("M/nodot");
	scratch_maildir("M/.x..y");
	scratch_dir("M/.nocur");
	scratch_put("M/.file", "");
	scratch_link(".a", "M/.link");
	scratch_dir("M/.linkcur");
	scratch_link("../.a/cur", "M/.linkcur/cur");
	is("/+ a+ a-b a.b-+ a.b.c \xc3\xa9", "what is a folder");
	ok(folder_exists(a, span_str("a.b.c")) == 0 &&
		fails(folder_exists(a, span_str("a.b")), ENOENT) &&
		fails(folder_exists(a, span_str("link")), ENOENT) &&
		fails(folder_exists(a, span_str("linkcur")), ENOENT) &&
		fails(folder_exists(a, span_str("file")), ENOENT) &&
		fails(folder_exists(a, span_str("nocur")), ENOENT) &&
		fails(folder_exists(a, span_str("x/y")), EINVAL) &&
		fails(folder_exists(a, span_str("..")), EINVAL),
	    "and what is not");
	ok(folder_exists(a, span_of("", 0)) == 0, "the INBOX");
	scratch_put("M/.a/cur/1.x:2,S", "");
	ok(!folder_marked(a, span_str("a")), "all seen");
	scratch_put("M/.a/cur/2.x:2,", "");
	ok(folder_marked(a, span_str("a")), "one is not");
	scratch_put("M/.a-b/new/2.x", "");
	ok(folder_marked(a, span_str("a-b")), "a new one");
}

/* The folder opened and closed: its index is up to date then. */
static void
look_at(const char *folder)
{
	struct mailbox *m;

	scratch_sleep_ms(60);
	if (mailbox_open(a, span_str(folder), false, &m) == -1)
		exit(111);
	mailbox_close(m);
}

static void
test_marked_index(void)
{
	fresh();
	scratch_maildir("M/.i");
	scratch_put("M/.i/cur/1.x:2,", "");
	look_at("i");
	ok(scratch_has("M/.i/satchel-index") && folder_marked(a, span_str("i")),
	    "marked, with an index");
	scratch_move("M/.i/cur/1.x:2,", "M/.i/cur/1.x:2,S");
	ok(!folder_marked(a, span_str("i")), "seen since");
	look_at("i");
	ok(!folder_marked(a, span_str("i")), "as the index has it");
	scratch_put("M/.i/new/2.x", "");
	ok(folder_marked(a, span_str("i")), "a delivery since");
}

static void
test_mutf7(void)
{
	struct mailbox *m;

	fresh();
	scratch_maildir("M/.Na&AO8-ve");
	scratch_maildir("M/.R&-D");
	reopen();
	is("/+ Na\xc3\xafve R&D", "a tree of old names");
	ok(folder_create(a, span_str("\xc3\xa9"), 0) == 0 &&
		scratch_has("M/.&AOk-/cur"),
	    "a new one is like them");
	ok(mailbox_open(a, span_str("R&D"), false, &m) == 0,
	    "opened by the name it is listed by");
	mailbox_close(m);
	fresh();
	scratch_maildir("M/.R&D");
	scratch_maildir("M/.R&-D");
	reopen();
	is("/+ R&-D R&D", "a tree of new names");
}

static void
test_create(void)
{
	uint32_t v;

	fresh();
	ok(folder_create(a, span_str("Work.x"), 0) == 0 &&
		scratch_has("M/.Work.x/cur") && scratch_has("M/.Work.x/new") &&
		scratch_has("M/.Work.x/tmp") &&
		scratch_has("M/.Work.x/maildirfolder") &&
		strstr(scratch_get("M/.Work.x/courierimapuiddb"),
		    " 0000000001\n") != NULL,
	    "all of a folder");
	is("/+ Work-+ Work.x", "listed");
	ok(fails(folder_create(a, span_str("Work.x"), 0), EEXIST), "again");
	ok(fails(folder_create(a, span_of("", 0), 0), EEXIST), "the INBOX");
	ok(fails(folder_create(a, span_str("a..b"), 0), EINVAL), "a bad name");
	ok(fails(folder_create(a, span_str("../x"), 0), EINVAL), "a path");
	ok(folder_create(a, span_str("Work"), 0) == 0, "a level becomes one");
	v = registry_had(a, "Work");
	ok(v != 0 && folder_delete(a, span_str("Work")) == 0 &&
		folder_create(a, span_str("Work"), 0) == 0 &&
		registry_had(a, "Work") > v,
	    "removed and made again in one second: UIDVALIDITY rises");
	ok(scratch_count("M/tmp") == 0, "nothing left in tmp");
	scratch_dir("M/.empty");
	ok(fails(folder_create(a, span_str("empty"), 0), EEXIST),
	    "what is in the way stays");
	scratch_link("/etc", "M/.out");
	ok(fails(folder_create(a, span_str("out"), 0), EEXIST) &&
		fails(folder_delete(a, span_str("out")), ENOENT),
	    "a link is not followed");
}

static void
test_uses(void)
{
	char want[80];

	fresh();
	ok(folder_create(a, span_str("Sent"), 0) == 0 &&
		folder_create(a, span_str("Spam"), 0) == 0 &&
		folder_create(a, span_str("Trash"), 0) == 0,
	    "names everybody knows");
	snprintf(want, sizeof want, "/+ Sent=%d Spam=%d Trash=%d", USE_SENT,
	    USE_JUNK, USE_TRASH);
	is(want, "uses by name");
	ok(folder_create(a, span_str("Gesendet"), USE_SENT) == 0, "asked for");
	snprintf(want, sizeof want, "/+ Gesendet=%d Sent Spam=%d Trash=%d",
	    USE_SENT, USE_JUNK, USE_TRASH);
	is(want, "which counts more");
	ok(fails(folder_create(a, span_str("b"), USE_SENT | USE_ALL), EBUSY) &&
		!scratch_has("M/.b"),
	    "only one of each");
	ok(folder_rename(a, span_str("Gesendet"), span_str("Raus")) == 0,
	    "renamed");
	snprintf(want, sizeof want, "/+ Raus=%d Sent Spam=%d Trash=%d",
	    USE_SENT, USE_JUNK, USE_TRASH);
	is(want, "the use goes with it");
	ok(folder_delete(a, span_str("Raus")) == 0 &&
		folder_create(a, span_str("b"), USE_SENT) == 0,
	    "free again");
	scratch_put("M/satchel-folders",
	    "satchel-folders 1\nb\tuses=sent,future\tmailboxid=77\n");
	ok(folder_rename(a, span_str("b"), span_str("c")) == 0 &&
		strstr(scratch_get("M/satchel-folders"), "\tmailboxid=77") !=
		    NULL,
	    "fields of later versions are kept");
	scratch_put("M/satchel-folders", "something else\n");
	ok(fails(folder_create(a, span_str("d"), USE_ALL), EBADMSG) &&
		strcmp(scratch_get("M/satchel-folders"), "something else\n") ==
		    0,
	    "another file is not overwritten");
}

static void
test_delete(void)
{
	fresh();
	(void)folder_create(a, span_str("x"), 0);
	(void)folder_create(a, span_str("x.y"), 0);
	(void)folder_create(a, span_str("Trash"), 0);
	ok(folder_delete(a, span_str("x")) == 0, "delete");
	is("/+ Trash=64 x-+ x.y", "children stay");
	ok(fails(folder_delete(a, span_str("x")), ENOENT), "a level");
	ok(fails(folder_delete(a, span_of("", 0)), EPERM), "the INBOX");
	ok(fails(folder_delete(a, span_str("Trash")), EPERM), "Trash");
	ok(fails(folder_delete(a, span_str("..")), EINVAL), "a bad name");
	ok(scratch_has("M/cur"), "nothing else is gone");
}

static void
test_rename(void)
{
	struct mailbox *m, *old;
	uint32_t v;

	fresh();
	(void)folder_create(a, span_str("x"), 0);
	(void)folder_create(a, span_str("x.y"), 0);
	(void)folder_create(a, span_str("xy"), 0);
	(void)folder_create(a, span_str("Trash"), 0);
	scratch_put("M/.x/cur/1.a:2,", "");
	scratch_put("M/.x/courierimapacl", "owner a\n");
	if (mailbox_open(a, span_str("x"), false, &old) == -1)
		exit(111);
	v = mailbox_state(old)->uidvalidity;
	ok(folder_rename(a, span_str("x"), span_str("z.q")) == 0, "rename");
	is("/+ Trash=64 xy z-+ z.q+ z.q.y", "with what is below");
	ok(scratch_has("M/.z.q/courierimapacl"), "and what lies in it");
	if (mailbox_open(a, span_str("z.q"), false, &m) == -1)
		exit(111);
	ok(mailbox_state(m)->uidvalidity == v && mailbox_state(m)->count == 1,
	    "UIDs and UIDVALIDITY stay");
	ok(mailbox_sync(old) == 0 && span_is(mailbox_folder(old), "z.q"),
	    "an open one goes on");
	mailbox_close(m);
	mailbox_close(old);
	ok(folder_rename(a, span_str("z.q"), span_str("x")) == 0, "and back");
	if (mailbox_open(a, span_str("x"), false, &m) == -1)
		exit(111);
	ok(mailbox_state(m)->uidvalidity > v && mailbox_message(m, 1).uid == 1,
	    "the name has had that UIDVALIDITY: a greater one");
	mailbox_close(m);
	ok(fails(folder_rename(a, span_str("x"), span_str("x.a")), EINVAL),
	    "into itself");
	ok(fails(folder_rename(a, span_str("x"), span_str("xy")), EEXIST),
	    "onto another");
	ok(fails(folder_rename(a, span_str("x"), span_str("x")), EEXIST),
	    "onto itself");
	ok(fails(folder_rename(a, span_str("n"), span_str("k")), ENOENT),
	    "none");
	ok(fails(folder_rename(a, span_str("x"), span_of("", 0)), EEXIST),
	    "to INBOX");
	ok(fails(folder_rename(a, span_str("Trash"), span_str("k")), EPERM),
	    "Trash");
	ok(fails(folder_rename(a, span_str("x"), span_str("a/b")), EINVAL),
	    "a bad name");
	(void)folder_delete(a, span_str("x"));
	ok(folder_rename(a, span_str("x"), span_str("w")) == 0, "a level");
	is("/+ Trash=64 w-+ w.y xy", "takes its children along");
}

static void
test_rename_inbox(void)
{
	struct mailbox *m;

	fresh();
	scratch_put("M/cur/1.a:2,S", "x");
	scratch_put("M/new/2.a", "x");
	(void)folder_create(a, span_str("sub"), 0);
	ok(folder_rename(a, span_of("", 0), span_str("Old")) == 0,
	    "RENAME INBOX");
	is("/+ Old sub", "the INBOX stays, and what is below");
	ok(scratch_count("M/cur") == 0 && scratch_count("M/new") == 0 &&
		scratch_count("M/.Old/cur") == 2,
	    "its messages have moved");
	if (mailbox_open(a, span_str("Old"), false, &m) == -1)
		exit(111);
	ok(mailbox_state(m)->count == 2 &&
		mailbox_message(m, 1).flags & FLAG_SEEN,
	    "with their flags");
	mailbox_close(m);
	ok(fails(folder_rename(a, span_of("", 0), span_str("sub")), EEXIST),
	    "not into one that is there");
}

/* Nothing of ours is written outside. */
static void
test_linked_tmp(void)
{
	fresh();
	scratch_maildir("other");
	fs_remove_tree(scratch_fd, "M/tmp");
	scratch_link("../other/tmp", "M/tmp");
	ok(folder_create(a, span_str("x"), 0) == -1 &&
		subs_add(a, span_str("x")) == -1 &&
		scratch_count("other/tmp") == 0 && !scratch_has("M/.x"),
	    "tmp is a link");
	scratch_unlink("M/tmp");
	scratch_dir("M/tmp");
	scratch_link("/etc/passwd", "M/satchel-folders");
	scratch_link("/etc/passwd", "M/courierimapsubscribed");
	ok(folder_create(a, span_str("x"), USE_ALL) == -1 &&
		!scratch_has("M/.x"),
	    "satchel-folders is a link");
	ok(subs_add(a, span_str("x")) == -1, "courierimapsubscribed is a link");
	scratch_link("/etc/passwd", "M/maildirsize");
	ok(folder_delete(a, span_str("nope")) == -1 &&
		mkdirat(scratch_fd, "M/.d", 0700) == 0,
	    "maildirsize is a link");
}

/* --- subscriptions -------------------------------------------------- */

static const char *
subs(void)
{
	static struct strbuf out;
	struct arena ar = { 0 };
	struct span *v;
	size_t n;

	strbuf_reset(&out);
	if (subs_list(a, &ar, &v, &n) == -1)
		return "(error)";
	for (size_t i = 0; i < n; i++) {
		strbuf_cat(&out, v[i]);
		strbuf_putc(&out, ';');
	}
	strbuf_putc(&out, '\0');
	arena_clear(&ar);
	return out.p;
}

static void
test_subs(void)
{
	fresh();
	ok(strcmp(subs(), "") == 0, "no file");
	/* courierimapsubscribed(5), recorded */
	scratch_put("M/courierimapsubscribed",
	    "INBOX\nINBOX.Work\n#shared.x\nINBOX.Na\xc3\xafve\ninbox.Work\n");
	ok(strcmp(subs(), ";Na\xc3\xafve;Work;") == 0, "read: %s", subs());
	ok(subs_add(a, span_str("a.b")) == 0 &&
		subs_add(a, span_str("a.b")) == 0 &&
		subs_add(a, span_str("Work")) == 0 &&
		strcmp(scratch_get("M/courierimapsubscribed"),
		    "INBOX\nINBOX.Work\n#shared.x\nINBOX.Na\xc3\xafve\n"
		    "inbox.Work\nINBOX.a.b\n") == 0,
	    "one line more");
	ok(subs_remove(a, span_str("Work")) == 0 &&
		subs_remove(a, span_of("", 0)) == 0 &&
		subs_remove(a, span_str("none")) == 0 &&
		strcmp(scratch_get("M/courierimapsubscribed"),
		    "#shared.x\nINBOX.Na\xc3\xafve\nINBOX.a.b\n") == 0,
	    "two less");
	ok(fails(subs_add(a, span_str("a/b")), EINVAL), "a bad name");
	scratch_maildir("M/.&AOk-");
	scratch_put("M/courierimapsubscribed", "INBOX.&AOk-\nINBOX.&bad");
	reopen();
	ok(strcmp(subs(), "\xc3\xa9;") == 0, "old names");
	ok(subs_add(a, span_str("R&D")) == 0 &&
		strcmp(scratch_get("M/courierimapsubscribed"),
		    "INBOX.&AOk-\nINBOX.&bad\nINBOX.R&-D\n") == 0,
	    "kept as they are");
}

/* In a child: hold the lock of A, change the folder, let go. */
static pid_t
change_locked(const char *db, const char *move_to)
{
	struct maildir md;
	struct lock lock;
	int ready[2];
	char c;
	pid_t pid;

	if (pipe(ready) == -1 || (pid = fork()) == -1)
		exit(111);
	if (pid != 0) {
		close(ready[1]);
		(void)!read(ready[0], &c, 1); /* its end, or a byte */
		close(ready[0]);
		return pid;
	}
	if (maildir_open(a, span_str("A"), &md) == -1 ||
	    lock_take(a, md.tmp, &lock) == -1 || write(ready[1], "", 1) != 1)
		_exit(1);
	scratch_sleep_ms(200);
	scratch_put("M/.A/courierimapuiddb", db);
	if (move_to != NULL)
		scratch_move("M/.A", move_to);
	lock_drop(&lock);
	_exit(0);
}

/* Two sessions that rename and remove one folder. */
static void
test_at_once(void)
{
	pid_t pid;

	fresh();
	(void)folder_create(a, span_str("A"), 0);
	(void)registry_note(a, span_str("B"), 2000000000);
	pid = change_locked("1 1000 0000000001\n", "M/.C");
	ok(folder_rename(a, span_str("A"), span_str("B")) == -1 &&
		errno == ENOENT && scratch_ended_well(pid) &&
		strncmp(scratch_get("M/.C/courierimapuiddb"), "1 1000 ", 7) ==
		    0,
	    "what was renamed by another stays as that one left it");
	(void)folder_create(a, span_str("A"), 0);
	pid = change_locked("1 2000000001 0000000001\n", NULL);
	ok(folder_delete(a, span_str("A")) == 0 && scratch_ended_well(pid) &&
		registry_had(a, "A") == 2000000001,
	    "the last UIDVALIDITY is remembered");
}

/* EINVAL is a bad name, and these are good ones. */
static void
test_no_files(void)
{
	fresh();
	scratch_fifo("M/satchel-folders");
	scratch_fifo("M/courierimapsubscribed");
	ok(fails(folder_create(a, span_str("A"), 0), EBADMSG) &&
		fails(subs_add(a, span_str("A")), EBADMSG),
	    "FIFOs in place of files");
}

int
main(void)
{
	conf = scratch_conf();
	scratch_make();
	test_list();
	test_marked_index();
	test_mutf7();
	test_create();
	test_uses();
	test_delete();
	test_rename();
	test_rename_inbox();
	test_linked_tmp();
	test_subs();
	test_at_once();
	test_no_files();
	return done_testing();
}
