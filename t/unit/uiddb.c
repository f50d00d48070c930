/* uiddb.c: what is read of a courierimapuiddb, and how it grows. */
#include "store/uiddb.h"

#include <signal.h>
#include <sys/resource.h>

#include "base/nelem.h"
#include "scratch.h"

/* Entries as "uid base;", in the file's order. */
static void
note(void *arg, uint32_t uid, struct span base)
{
	struct strbuf *out = arg;

	strbuf_num(out, uid);
	strbuf_putc(out, ' ');
	strbuf_cat(out, base);
	strbuf_putc(out, ';');
}

static const struct {
	const char *text;
	uint32_t uidvalidity, uidnext;
	bool neat;
	const char *entries;
} cases[] = {
	/* clang-format off */
	/* courierimapuiddb(5), recorded */
	{ "1 795288809 4\n"
	  "1 1795288809.M244248P27845V000000000000FE00I0000000000A7E8C1.vm,S=88\n"
	  "2 b,S=88\n3 c\n", 795288809, 4, false,
	  "1 1795288809.M244248P27845V000000000000FE00I0000000000A7E8C1.vm,S=88;"
	  "2 b,S=88;3 c;" },
	{ "1 795288809 0000000004\n1 a\n3 b\n", 795288809, 4, true,
	  "1 a;3 b;" },
	{ "1 795288809 0000000001\n", 795288809, 1, true, "" },
	/* 7.2, recorded */
	{ "1 5 40\n12  a1.x\n", 5, 40, false, "12  a1.x;" },
	{ "1 5 40\n9\td1.x\n", 5, 40, false, "" },
	{ "1 5 40\n3 c1.x \n", 5, 40, false, "3 c1.x ;" },
	{ "1 5 40\n3 c1.x\r\n", 5, 40, false, "3 c1.x\r;" },
	{ "1 5 40\n012 a1.x\n", 5, 40, false, "12 a1.x;" },
	{ "1 5 40\n1 a1.x:2,S\n", 5, 40, false, "1 a1.x;" },
	{ "1 5 40 and more\n7 b\n", 5, 40, false, "7 b;" },
	{ "1 5 40\n 7 b\nx\n\n8 c\n", 5, 40, false, "8 c;" },
	{ "1 5 40\n7 a\n7 b\n", 5, 40, false, "7 a;7 b;" },
	{ "1 5         40\n7 a\n", 5, 40, false, "7 a;" },
	/* uidnext below what was given */
	{ "1 5 0000000005\n7 a\n5 b\n", 5, 8, false, "7 a;5 b;" },
	{ "1 5 0\n", 5, 1, false, "" },
	/* torn */
	{ "1 5 0000000005\n3 a", 5, 5, false, "3 a;" },
	{ "1 5 0000000005", 5, 5, false, "" },
	/* no header: no file */
	{ "", 0, 0, false, "" },
	{ "\n", 0, 0, false, "" },
	{ "2 5 40\n7 a\n", 0, 0, false, "" },
	{ "3 V5 N40 Gx\n7 :a\n", 0, 0, false, "" }, /* Dovecot's */
	{ "1 5\n7 a\n", 0, 0, false, "" },
	{ "1 0 5\n", 0, 0, false, "" },
	{ "1 -5 5\n", 0, 0, false, "" },
	{ "1 4294967296 5\n", 0, 0, false, "" },
	{ "1 5 4294967296\n", 0, 0, false, "" },
	/* no entries */
	{ "1 5 0000000009\n0 a\n4294967296 a\n5 \n6\n", 5, 9, false, "" },
	{ "1 5 0000000009\n4294967294 a\n4294967295 b\n", 5, 4294967295,
	  false, "4294967294 a;" },
	{ "1 5 0000000009\n5 :2,S\n", 5, 9, false, "" },
	/* clang-format on */
};

static void
test_parse(size_t i)
{
	struct span text = tap_exact(cases[i].text, strlen(cases[i].text));
	struct strbuf out = { 0 };
	struct uiddb db = { 0 };

	uiddb_parse(text, &db, note, &out);
	strbuf_putc(&out, '\0');
	ok(db.uidvalidity == cases[i].uidvalidity &&
		db.uidnext == cases[i].uidnext && db.neat == cases[i].neat &&
		strcmp(out.p, cases[i].entries) == 0,
	    "%s: %u %u %d %s", cases[i].text, db.uidvalidity, db.uidnext,
	    db.neat, out.p);
	strbuf_clear(&out);
}

static void
test_cut(void)
{
	static const char text[] =
	    "1 795288809 0000000004\n1 a\n2 b\0c\n3 \xff\n";
	struct strbuf out = { 0 };

	for (size_t n = 0; n < sizeof text; n++) {
		struct uiddb db = { 0 };

		uiddb_parse(tap_exact(text, n), &db, note, &out);
	}
	strbuf_clear(&out);
	ok(true, "cut at each length");
}

/* --- the file -------------------------------------------------------- */

static struct uiddb_place place;

static const char *
load(struct uiddb *db)
{
	static struct strbuf out;

	strbuf_reset(&out);
	if (uiddb_load(place.dir, db, note, &out) == -1)
		return "(error)";
	strbuf_putc(&out, '\0');
	return out.p;
}

static void
test_append(void)
{
	struct uiddb db = { .uidvalidity = 7, .uidnext = 3 }, seen;

	ok(uiddb_replace(&place, &db, span_str("1 a\n2 b\n"), 2) == 0 &&
		strcmp(scratch_get("M/courierimapuiddb"),
		    "1 7 0000000003\n1 a\n2 b\n") == 0,
	    "a new file");
	db.uidnext = 4;
	ok(uiddb_append(place.dir, &db, span_str("3 c\n"), 1) == 0 &&
		strcmp(scratch_get("M/courierimapuiddb"),
		    "1 7 0000000004\n1 a\n2 b\n3 c\n") == 0,
	    "one line more");
	ok(strcmp(load(&seen), "1 a;2 b;3 c;") == 0 && seen.neat &&
		seen.len == db.len && seen.ino == db.ino &&
		seen.entries == db.entries && seen.uidnext == db.uidnext,
	    "as it says");
	scratch_put("M/courierimapuiddb", "1 7 4\n1 a\n2 b\n3 c\n");
	db.uidnext = 5;
	ok(uiddb_append(place.dir, &db, span_str("4 d\n"), 1) == -1 &&
		errno == EBADMSG,
	    "not to Courier's");
	ok(uiddb_head(place.dir, &seen) == 0 && !seen.neat && seen.uidnext == 4,
	    "its head");
}

static void
test_give(void)
{
	struct uiddb was, now;

	scratch_put("M/courierimapuiddb", "1 7 4\n1 a\n3 c\n");
	ok(uiddb_give(&place, span_str("x\ny\n"), 2, &was, &now) == 0 &&
		now.uidnext == 6 && now.uidvalidity == 7 &&
		strcmp(scratch_get("M/courierimapuiddb"),
		    "1 7 0000000006\n1 a\n3 c\n4 x\n5 y\n") == 0,
	    "Courier's file is written anew");
	ok(uiddb_give(&place, span_str("z\n"), 1, &was, &now) == 0 &&
		was.uidnext == 6 && now.uidnext == 7 && was.neat &&
		strcmp(scratch_get("M/courierimapuiddb"),
		    "1 7 0000000007\n1 a\n3 c\n4 x\n5 y\n6 z\n") == 0,
	    "then it grows");
	scratch_put("M/courierimapuiddb", "1 7 0000000004\n1 a\n3 c");
	ok(uiddb_give(&place, span_str("x\n"), 1, &was, &now) == 0 &&
		strcmp(scratch_get("M/courierimapuiddb"),
		    "1 7 0000000005\n1 a\n3 c\n4 x\n") == 0,
	    "nothing behind a torn line");
	scratch_put("M/courierimapuiddb", "1 7 4294967295\n");
	ok(uiddb_give(&place, span_str("x\n"), 1, &was, &now) == -1 &&
		errno == EOVERFLOW,
	    "no UID is left");
}

static void
test_uidvalidity(void)
{
	struct uiddb db = { .uidnext = 1 };
	uint32_t now = (uint32_t)(time(NULL) - 1000000000);

	place.above = 0;
	ok(uiddb_replace(&place, &db, span_str(""), 0) == 0 &&
		db.uidvalidity >= now && db.uidvalidity <= now + 5,
	    "the time, less 10^9");
	db = (struct uiddb){ .uidnext = 1 };
	place.above = 4000000000;
	ok(uiddb_replace(&place, &db, span_str(""), 0) == 0 &&
		db.uidvalidity == 4000000001,
	    "greater than what was");
	db = (struct uiddb){ .uidnext = 1 };
	place.above = UINT32_MAX;
	ok(uiddb_replace(&place, &db, span_str(""), 0) == -1, "or not at all");
	place.above = 0;
}

/* courierimapuiddb(5): a full disk must not cost the file. */
static void
test_full(void)
{
	struct rlimit small = { 40, 40 }, was;
	struct uiddb db = { .uidvalidity = 7, .uidnext = 4 }, seen;
	static const char lines[] = "1 aaaaaaaaaa\n2 b\n3 cccccccccccccc\n";

	scratch_put("M/courierimapuiddb", "1 7 0000000002\n1 a\n");
	(void)load(&db);
	getrlimit(RLIMIT_FSIZE, &was);
	small.rlim_max = was.rlim_max;
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &small);
	db.uidnext = 9;
	ok(uiddb_replace(&place, &db, span_str(lines), 3) == -1 &&
		strcmp(scratch_get("M/courierimapuiddb"),
		    "1 7 0000000002\n1 a\n") == 0 &&
		scratch_count("M/tmp") == 0,
	    "the old file stays, and nothing in tmp");
	ok(uiddb_append(place.dir, &db, span_str(lines), 3) == -1 &&
		strcmp(scratch_get("M/courierimapuiddb"),
		    "1 7 0000000009\n1 a\n") == 0,
	    "lines that do not fit are cut off, the numbers skipped");
	setrlimit(RLIMIT_FSIZE, &was);
	ok(strcmp(load(&seen), "1 a;") == 0 && seen.neat, "and all is well");
}

static void
test_no_file(void)
{
	struct uiddb db;

	unlinkat(place.dir, "courierimapuiddb", 0);
	ok(strcmp(load(&db), "") == 0 && db.uidvalidity == 0, "no file");
	if (symlinkat("/etc/passwd", place.dir, "courierimapuiddb") == 0)
		ok(strcmp(load(&db), "") == 0 && db.uidvalidity == 0 &&
			uiddb_head(place.dir, &db) == 0,
		    "a link is none");
	unlinkat(place.dir, "courierimapuiddb", 0);
	if (mkfifoat(place.dir, "courierimapuiddb", 0600) == 0)
		ok(strcmp(load(&db), "") == 0 && db.uidvalidity == 0,
		    "nor is a FIFO");
	db = (struct uiddb){ .uidvalidity = 9, .uidnext = 1 };
	ok(uiddb_replace(&place, &db, span_str(""), 0) == 0 &&
		strcmp(scratch_get("M/courierimapuiddb"), "1 9 0000000001\n") ==
		    0,
	    "both are replaced");
}

int
main(void)
{
	struct store_conf conf = scratch_conf();

	scratch_make();
	scratch_maildir("M");
	if (account_open("M", &conf, &place.a) == -1)
		return 111;
	place.dir = fs_open_dir(scratch_fd, "M");
	place.tmp = fs_open_dir(scratch_fd, "M/tmp");
	for (size_t i = 0; i < NELEM(cases); i++)
		test_parse(i);
	test_cut();
	test_append();
	test_give();
	test_uidvalidity();
	test_full();
	test_no_file();
	return done_testing();
}
