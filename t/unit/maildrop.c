/* maildrop.c: the INBOX of POP3: order, UIDLs, others beside us, the end. */
#include "store/maildrop.h"

#include "scratch.h"

static struct store_conf conf;

static struct maildrop *
open_in(const char *path, enum maildrop_uidl style)
{
	static struct account *a;
	struct maildrop *d;
	bool unsaved = true;

	account_close(a);
	if (account_open(path, &conf, &a) == -1 ||
	    maildrop_open(a, style, &d, &unsaved) == -1 || unsaved)
		exit(111);
	return d;
}

static struct maildrop *
open_as(enum maildrop_uidl style)
{
	return open_in("m", style);
}

static bool
is_uidl(struct maildrop *d, uint32_t n, const char *uidl)
{
	char s[MAILDROP_UIDL_LEN];

	return span_is(
	    span_of(s, (size_t)(maildrop_put_uidl(d, n, s) - s)), uidl);
}

static void
test_new(void)
{
	struct maildrop *d;

	scratch_put("m/new/3.c", "a\n\n");
	scratch_put("m/new/2.b:2,F", "a: \xff\n\n");
	scratch_put("m/new/4.d:1,x", "a\n\nb");
	scratch_put("m/new/.hidden", "");
	scratch_put("m/cur/1.a:2,S", "a\n");
	scratch_put("m/new/1.a", "other\n");
	scratch_put("m/courierpop3dsizelist", "/3 7 777\n1.a:2, 3 6:777:0\n");
	d = open_as(UIDL_COURIER);
	ok(maildrop_count(d) == 5, "five messages");
	ok(scratch_count("m/new") == 0 && scratch_has("m/cur/3.c:2,") &&
		scratch_has("m/cur/2.b:2,F") && scratch_has("m/cur/4.d:2,"),
	    "new is empty");
	ok(is_uidl(d, 1, "UID6-777") && is_uidl(d, 2, "UID7-777") &&
		is_uidl(d, 3, "UID8-777") && is_uidl(d, 4, "UID9-777"),
	    "UIDLs");
	ok(maildrop_message(d, 1)->octets == 3 &&
		maildrop_message(d, 2)->utf8 &&
		maildrop_message(d, 4)->octets == 8,
	    "octets");
	ok(is_uidl(d, 5, "UID10-777") && maildrop_message(d, 5)->octets == 7,
	    "a base that is taken gets another");
	maildrop_close(d);
}

/* Such a name would be two lines of the list, one of them another's. */
static void
test_odd(void)
{
	struct maildrop *d;

	scratch_maildir("odd");
	scratch_put("odd/cur/2.b:2,S", "a\n");
	scratch_put("odd/cur/0.x\n2.b:2,", "odd\n");
	scratch_put("odd/new/0.y\n2.b", "odd\n");
	scratch_put("odd/courierpop3dsizelist", "/3 7 777\n2.b:2, 3 6:777:0\n");
	for (int i = 0; i < 2; i++) {
		d = open_in("odd", UIDL_COURIER);
		ok(maildrop_count(d) == 3 && is_uidl(d, 1, "UID6-777") &&
			is_uidl(d, 2, "UID7-777") && is_uidl(d, 3, "UID8-777"),
		    "LFs in names");
		maildrop_close(d);
	}
}

static void
test_no_info(void)
{
	struct maildrop *d;

	scratch_maildir("plain");
	scratch_put("plain/cur/1.a", "a\n");
	scratch_put("plain/courierpop3dsizelist", "/3 7 777\n1.a 3 6:777:0\n");
	d = open_in("plain", UIDL_COURIER);
	maildrop_set_seen(d, 1);
	maildrop_close(d);
	d = open_in("plain", UIDL_COURIER);
	ok(is_uidl(d, 1, "UID6-777"), "RETR changes no UIDL");
	maildrop_close(d);
}

/* Two sessions look, a message comes between them. */
static void
test_two(void)
{
	struct maildrop *one, *other;

	one = open_as(UIDL_COURIER);
	scratch_put("m/new/0.z", "first\n");
	other = open_as(UIDL_COURIER);
	ok(maildrop_count(one) == 5 && maildrop_count(other) == 6 &&
		is_uidl(other, 1, "UID11-777") && is_uidl(other, 2, "UID6-777"),
	    "a new one that comes first by name");
	maildrop_close(one);
	maildrop_close(other);
}

static void
test_rename(void)
{
	struct maildrop *d = open_as(UIDL_NAME);
	struct stat st;
	int fd;

	ok(is_uidl(d, 2, "1.a"), "by name");
	scratch_move("m/cur/1.a:2,S", "m/cur/1.a:2,FRS");
	fd = maildrop_open_message(d, 2, &st);
	ok(fd != -1 && st.st_size == 2, "renamed: found");
	close(fd);
	maildrop_set_seen(d, 3);
	ok(scratch_has("m/cur/2.b:2,FS"), "\\Seen");
	maildrop_set_seen(d, 3);
	ok(scratch_has("m/cur/2.b:2,FS"), "once");
	scratch_unlink("m/cur/3.c:2,");
	ok(maildrop_open_message(d, 4, &st) == -1 && errno == ESTALE, "gone");
	scratch_put("m/cur/3.c:2,S", "");
	ok(maildrop_open_message(d, 4, &st) == -1 && errno == ESTALE,
	    "and not looked for again");
	scratch_unlink("m/cur/3.c:2,S");
	maildrop_close(d);
}

static int removed;

static void
count_removed(void *arg, const char *name)
{
	removed += arg == &removed && strncmp(name, "2.b:2,", 6) == 0;
}

static void
test_end(void)
{
	struct maildrop *d = open_as(UIDL_COURIER);
	struct maildrop_end e = { .on_remove = count_removed, .arg = &removed };

	ok(maildrop_update(d, &e) == 0 && removed == 0 && e.failed == 0,
	    "nothing marked");
	maildrop_message(d, 3)->deleted = true; /* 2.b */
	maildrop_message(d, 4)->deleted = true; /* 4.d */
	scratch_move("m/cur/2.b:2,FS", "m/cur/2.b:2,S");
	scratch_unlink("m/cur/4.d:2,");
	ok(maildrop_update(d, &e) == 0 && e.failed == 0 && removed == 1,
	    "one renamed, one gone");
	ok(!scratch_has("m/cur/2.b:2,S") && scratch_count("m/cur") == 3,
	    "removed");
	maildrop_close(d);
}

static void
test_dovecot(void)
{
	struct maildrop *d;

	scratch_put("m/courierimapuiddb", "1 17 300\n255 1.a\n");
	d = open_as(UIDL_DOVECOT);
	ok(is_uidl(d, 2, "000000ff00000011") &&
		is_uidl(d, 1, "0000012c00000011"),
	    "by UIDs of IMAP");
	maildrop_close(d);
}

/* Long ago, as everything in it. */
static void
age(const char *name)
{
	struct timespec t[2] = { { 0, UTIME_OMIT }, { 1700000000, 5 } };

	if (utimensat(scratch_fd, name, t, 0) == -1)
		exit(111);
}

/* Nothing has changed: names stand in the list, which goes away. */
static void
test_names_on_disk(void)
{
	struct maildrop_end end = { .to_trash = false };
	struct maildrop *d;

	scratch_put("m/cur/7.g:2,", "x\n");
	scratch_put("m/cur/8.h:2,", "x\n");
	scratch_unlink("m/satchel-pop3-stamp"); /* age() knows one time only */
	age("m/cur");
	maildrop_close(open_as(UIDL_COURIER));
	age("m/courierpop3dsizelist");
	maildrop_close(open_as(UIDL_COURIER));
	d = open_as(UIDL_COURIER);
	scratch_unlink("m/courierpop3dsizelist");
	ok(maildrop_count(d) == 5 && maildrop_message(d, 4)->in_list,
	    "names stay in the list");
	maildrop_set_seen(d, 3);
	ok(scratch_has("m/cur/7.g:2,S") && !maildrop_message(d, 3)->in_list,
	    "a new name does not");
	scratch_move("m/cur/8.h:2,", "m/cur/8.h:2,F");
	maildrop_message(d, 3)->deleted = true;
	maildrop_message(d, 4)->deleted = true;
	ok(maildrop_update(d, &end) == 0 && !scratch_has("m/cur/7.g:2,S") &&
		!scratch_has("m/cur/8.h:2,F"),
	    "removed by either name, and by one that has changed");
	maildrop_close(d);
	maildrop_close(open_as(UIDL_COURIER));
	ok(scratch_has("m/courierpop3dsizelist"), "a new list");
}

/* Somebody writes over the list, in which names are still looked up. */
static void
test_list_lost(const char *text)
{
	struct maildrop *d = open_as(UIDL_COURIER);
	struct stat st;

	ok(maildrop_count(d) > 0 && maildrop_message(d, 1)->in_list,
	    "a list with names");
	scratch_put("m/courierpop3dsizelist", text);
	ok(maildrop_open_message(d, 1, &st) == -1 && errno == ESTALE,
	    "no names any more");
	maildrop_close(d);
	maildrop_close(open_as(UIDL_COURIER));
	age("m/cur");
	age("m/courierpop3dsizelist");
	maildrop_close(open_as(UIDL_COURIER));
}

/* With a stamp cur is not read; any change shows. */
static void
test_stamp(void)
{
	struct maildrop *d;
	struct stat st;
	int fd;

	maildrop_close(open_as(UIDL_COURIER));
	ok(!scratch_has("m/satchel-pop3-stamp"), "not so soon");
	age("m/cur");
	age("m/courierpop3dsizelist");
	maildrop_close(open_as(UIDL_COURIER));
	ok(scratch_has("m/satchel-pop3-stamp"), "a stamp");
	scratch_move("m/cur/1.a:2,FRS", "m/cur/1.a:2,");
	age("m/cur");
	d = open_as(UIDL_COURIER);
	fd = maildrop_open_message(d, 2, &st);
	ok(maildrop_count(d) == 3 && fd != -1, "the names are old");
	close(fd);
	maildrop_close(d);
	test_names_on_disk();
	scratch_put("m/cur/5.e:2,", "x\n");
	d = open_as(UIDL_COURIER);
	ok(maildrop_count(d) == 4, "a change");
	maildrop_close(d);
	age("m/cur");
	age("m/courierpop3dsizelist");
	maildrop_close(open_as(UIDL_COURIER));
	scratch_put("m/satchel-pop3-stamp", "1 list");
	scratch_put("m/cur/6.f:2,", "x\n");
	age("m/cur");
	d = open_as(UIDL_COURIER);
	ok(maildrop_count(d) == 5, "a stamp that is cut");
	maildrop_close(d);
	scratch_put("m/new/7.g", "x\n");
	d = open_as(UIDL_COURIER);
	ok(maildrop_count(d) == 6, "new mail");
	maildrop_close(d);
	age("m/cur");
	age("m/courierpop3dsizelist");
	maildrop_close(open_as(UIDL_COURIER));
	test_list_lost("/3 9 9\n////////////////////////////////////////////");
	test_list_lost("");
}

int
main(void)
{
	scratch_make();
	scratch_maildir("m");
	conf = scratch_conf();
	test_new();
	test_two();
	test_rename();
	test_end();
	test_stamp();
	test_dovecot();
	test_odd();
	test_no_info();
	return done_testing();
}
