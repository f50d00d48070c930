/* listed.c: satchel-list is believed as long as it can be right. */
#include "store/listed.h"

#include "base/sum.h"
#include "scratch.h"
#include "store/folder.h"

static struct store_conf conf;
static struct account *a;

enum { FOLDERS = 40, HEADER = 40, WRITTEN = 24 };

static struct span
folder(int i)
{
	static char name[16];

	(void)snprintf(name, sizeof name, "M/.f%d", i);
	return span_str(name);
}

/* The folders listed, without the INBOX. */
static size_t
count(void)
{
	struct folder_info *v;
	struct arena ar = { 0 };
	size_t n = 0;

	if (folder_list(a, &ar, &v, &n) == -1)
		n = 1000;
	arena_clear(&ar);
	return n - 1;
}

static bool
is_written(void)
{
	return scratch_has("M/satchel-list");
}

/*
 * The folders listed when all have lost their cur: those that the file vouches
 * for and whose turn it is not.  They have it again afterwards.
 */
static size_t
vouched(void)
{
	char cur[32], was[32];
	size_t n;

	for (int i = 0; i < FOLDERS; i++) {
		(void)snprintf(cur, sizeof cur, "%s/cur", folder(i).p);
		(void)snprintf(was, sizeof was, "%s/was", folder(i).p);
		scratch_move(cur, was);
	}
	n = count();
	for (int i = 0; i < FOLDERS; i++) {
		(void)snprintf(cur, sizeof cur, "%s/cur", folder(i).p);
		(void)snprintf(was, sizeof was, "%s/was", folder(i).p);
		scratch_move(was, cur);
	}
	(void)count(); /* some were found to have none */
	return n;
}

static void
test_written(void)
{
	for (int i = 0; i < 31; i++)
		scratch_maildir(folder(i).p);
	ok(count() == 31 && !is_written(), "31 are looked at each time");
	for (int i = 31; i < FOLDERS; i++)
		scratch_maildir(folder(i).p);
	ok(count() == FOLDERS && is_written(), "more are written down");
	ok(count() == FOLDERS, "and listed");
	ok(vouched() > FOLDERS / 3, "from the file");
}

static void
test_changes(void)
{
	scratch_maildir("M/.g");
	ok(count() == FOLDERS + 1, "a new one");
	scratch_move("M/.g", "M/.h");
	ok(count() == FOLDERS + 1, "under another name");
	fs_remove_tree(scratch_fd, "M/.h");
	ok(count() == FOLDERS, "gone");
	scratch_dir("M/.later");
	ok(count() == FOLDERS, "without cur it is none");
	scratch_dir("M/.later/cur");
	ok(count() == FOLDERS + 1, "until it has it");
	fs_remove_tree(scratch_fd, "M/.later");
	fs_remove_tree(scratch_fd, "M/.f1");
	scratch_dir("M/.f1");
	scratch_dir("M/.f1/new");
	fs_remove_tree(scratch_fd, "M/.f1");
	ok(count() == FOLDERS - 1, "a known one gone");
	scratch_maildir("M/.f1");
	ok(count() == FOLDERS, "and made again");
}

/* A byte of the file changed; whether it says something still. */
static bool
is_damage_seen(off_t at)
{
	int fd;
	char c;
	bool seen;

	scratch_unlink("M/satchel-list");
	(void)count();
	fd = open("M/satchel-list", O_RDWR | O_CLOEXEC);
	if (fd == -1 || pread(fd, &c, 1, at) != 1)
		exit(111);
	c ^= 1;
	if (pwrite(fd, &c, 1, at) != 1)
		exit(111);
	(void)close(fd);
	seen = vouched() == 0;
	return seen && count() == FOLDERS;
}

static void
test_damage(void)
{
	int bad = 0;

	for (off_t at = 0; at < HEADER + 128 * 8; at += 7)
		bad += !is_damage_seen(at);
	ok(bad == 0, "whatever byte is damaged");
	scratch_put("M/satchel-list", "");
	ok(vouched() == 0 && count() == FOLDERS, "an empty file");
	scratch_unlink("M/satchel-list");
	scratch_dir("M/satchel-list");
	ok(count() == FOLDERS && count() == FOLDERS, "a directory there");
	fs_remove_tree(scratch_fd, "M/satchel-list");
	ok(count() == FOLDERS && is_written(), "good again");
}

/* The file as if it had been written so many seconds later. */
static void
shift(int64_t seconds)
{
	struct strbuf b = { 0 };
	int64_t written;
	uint64_t check;
	int fd;

	scratch_unlink("M/satchel-list");
	(void)count();
	fd = open("M/satchel-list", O_WRONLY | O_CLOEXEC);
	if (fd == -1 || fs_slurp(scratch_fd, "M/satchel-list", 65536, &b) == -1)
		exit(111);
	memcpy(&written, b.p + WRITTEN, sizeof written);
	written += seconds;
	memcpy(b.p + WRITTEN, &written, sizeof written);
	check = sum_bytes(0x6c697374, span_of(b.p + 8, b.len - 8));
	memcpy(b.p, &check, sizeof check);
	if (fs_pwrite(fd, strbuf_span(&b), 0) == -1)
		exit(111);
	(void)close(fd);
	strbuf_clear(&b);
}

static void
test_age(void)
{
	shift(-80000);
	ok(vouched() > FOLDERS / 3, "from today");
	shift(-86400);
	ok(vouched() == 0, "from yesterday");
	shift(60);
	ok(vouched() == 0 && count() == FOLDERS, "from tomorrow");
}

static void
test_old(void)
{
	static const struct store_conf elsewhere = { .index_root = "." };
	struct account *b;
	struct listed l;
	int n;

	ok(folder_exists(a, span_str("f2")) == 0 && is_written(),
	    "one that is opened");
	scratch_move("M/.f2/cur", "M/.f2/was");
	ok(folder_exists(a, span_str("f2")) == -1 && !is_written(),
	    "one that has lost its cur is opened");
	ok(count() == FOLDERS - 1, "and listed no more");
	scratch_move("M/.f2/was", "M/.f2/cur");
	scratch_unlink("M/satchel-list");
	ok(count() == FOLDERS && is_written(), "it has it again");
	scratch_move("M/.f2/cur", "M/.f2/was");
	for (n = 0; n < 10000 && count() == FOLDERS; n++)
		;
	ok(n < 10000 && !is_written(), "nobody opens it, %d times", n);
	ok(count() == FOLDERS - 1 && is_written(), "and all are looked at");
	scratch_move("M/.f2/was", "M/.f2/cur");
	scratch_unlink("M/satchel-list");
	if (account_open("M", &elsewhere, &b) == -1)
		exit(111);
	listed_begin(b, &l);
	ok(l.slots == 0, "nothing where caches are elsewhere");
	listed_clear(&l);
	account_close(b);
}

/* Folders that come by and by: the table grows as they do. */
static void
test_growth(void)
{
	struct stat st = { 0 };
	char name[32];

	for (int i = 0; i < 10 * 32; i++) {
		(void)snprintf(name, sizeof name, "M/.more%d", i);
		scratch_maildir(name);
		if (i % 32 == 31)
			(void)count();
	}
	ok(count() == FOLDERS + 10 * 32, "all listed");
	ok(fstatat(scratch_fd, "M/satchel-list", &st, 0) == 0 &&
		st.st_size == HEADER + 1024 * 8,
	    "some 32 octets for each: %lld", (long long)st.st_size);
}

int
main(void)
{
	scratch_make();
	conf = scratch_conf();
	scratch_maildir("M");
	if (account_open("M", &conf, &a) == -1)
		return 111;
	test_written();
	test_changes();
	test_damage();
	test_age();
	test_old();
	test_growth();
	account_close(a);
	return done_testing();
}
