/* index.c: satchel-index, written, read, damaged, shared by sessions. */
#include "store/index.h"

#include "boxes.h"
#include "store/replay.h"
#include "store/root.h"
#include "sys/map.h"

/* --- a folder opened again ------------------------------------------- */

static void
test_warm(void)
{
	struct index_state s;
	uint64_t modseq, high;
	struct stat before, after;
	int dir;

	fresh(5);
	m = open_box();
	modseq = mailbox_message(m, 1).modseq;
	high = mailbox_state(m)->highestmodseq;
	ok(modseq > 0 && modseq <= high, "a mod-sequence");
	ok(size_of("M/satchel-index") > 4096, "an index is written");
	fstatat(scratch_fd, "M/satchel-index", &before, 0);
	scratch_sleep_ms(30);
	reopen();
	is(m, "1:S 2: 3:S 4: 5:S", "opened from it");
	fstatat(scratch_fd, "M/satchel-index", &after, 0);
	ok(m->im.heap != NULL && before.st_ino == after.st_ino &&
		before.st_size == after.st_size,
	    "nothing is written");
	ok(mailbox_message(m, 1).modseq == modseq &&
		mailbox_state(m)->highestmodseq == high,
	    "the same mod-sequences");
	ok(mailbox_first_unseen(m) == 2 && mailbox_recent(m, 1, 5) == 0,
	    "the first unseen");
	dir = fs_open_dir(scratch_fd, "M");
	ok(index_peek(dir, &s) == 0 && s.messages == 5 && s.unseen == 2 &&
		s.uidnext == 6 && s.highestmodseq == high &&
		s.uidvalidity == mailbox_state(m)->uidvalidity,
	    "a peek");
	change(m, 2, FLAG_ADD, FLAG_SEEN);
	ok(index_peek(dir, &s) == 0 && s.unseen == 1 &&
		s.highestmodseq == mailbox_message(m, 2).modseq,
	    "a peek at the log");
	close(dir);
	reopen();
	is(m, "1:S 2:S 3:S 4: 5:S", "a STORE is in the log");
	ok(mailbox_first_unseen(m) == 4, "the first unseen is another");
}

static void
test_off(void)
{
	fresh(3);
	conf.no_index = true;
	m = open_box();
	is(m, "1:S 2: 3:S", "without an index");
	change(m, 2, FLAG_ADD, FLAG_FLAGGED);
	expunge(m, 1);
	mailbox_forget(m, 3, NULL, NULL);
	is(m, "2:F 3:S", "as with one");
	ok(!scratch_has("M/satchel-index"), "none is written");
	conf.no_index = false;
}

/* --- two sessions ---------------------------------------------------- */

static void
test_two(void)
{
	struct mailbox *other;

	fresh(6);
	m = open_box();
	other = open_box();
	change(m, 2, FLAG_ADD, FLAG_FLAGGED);
	expunge(m, 4);
	ok(mailbox_sync(other) == 0, "the other looks");
	is(other, "1:S 2:F! 3:S 4:!x 5:S 6:", "and has seen it");
	ok(mailbox_message(other, 2).modseq == mailbox_message(m, 2).modseq,
	    "with the same mod-sequence");
	ok(mailbox_forget(other, 6, NULL, NULL) == 5 &&
		mailbox_seq(other, 5) == 4 && mailbox_seq(other, 4) == 4 &&
		mailbox_seq(other, 3) == 3 && mailbox_seq(other, 99) == 6,
	    "numbers without the one that is gone");
	ok(mailbox_message(other, 4).uid == 5 &&
		mailbox_message(other, 3).uid == 3,
	    "messages by number");
	/* what only one has forgotten */
	expunge(other, 1);
	change(other, 5, FLAG_ADD, FLAG_FLAGGED);
	mailbox_sync(m);
	is(m, "1:S!x 2:F 3:S 4:x 5:S 6:F!", "back again");
	ok(mailbox_forget(m, 6, NULL, NULL) == 4, "both are forgotten");
	mailbox_forget(other, 5, NULL, NULL);
	is(other, "2:F! 3:S 5:S 6:F", "the same here");
	close_box(&other);
}

/* A new file while a session has holes, told of and not. */
static void
test_adopt(void)
{
	struct mailbox *other;

	fresh(6);
	m = open_box();
	other = open_box();
	expunge(m, 2);
	mailbox_sync(other);
	m->link.rewrite = true;
	change(m, 3, FLAG_ADD, FLAG_FLAGGED);
	ok(!m->link.rewrite, "written anew");
	mailbox_sync(other);
	is(other, "1:S 2:!x 3:SF! 4: 5:S 6:", "by a merge");
	ok(other->link.other, "the old one is still mapped");
	change(m, 4, FLAG_ADD, FLAG_FLAGGED);
	mailbox_sync(other);
	is(other, "1:S 2:!x 3:SF! 4:F! 5:S 6:", "and the new one followed");
	ok(mailbox_forget(other, 6, NULL, NULL) == 5 && !other->link.other &&
		other->im.holes.n == 0,
	    "changed over when nothing is left to tell");
	is(other, "1:S 3:SF! 4:F! 5:S 6:", "with all that is to be told");
	close_box(&other);
}

static struct numbers vanished;

static void
note(void *arg, uint32_t first, uint32_t last)
{
	(void)arg;
	numbers_add(&vanished, first);
	numbers_add(&vanished, last);
}

static void
test_history(void)
{
	uint64_t since, after;

	fresh(9);
	m = open_box();
	since = mailbox_state(m)->highestmodseq;
	expunge(m, 3);
	expunge(m, 4);
	after = mailbox_state(m)->highestmodseq;
	expunge(m, 7);
	vanished.n = 0;
	ok(mailbox_vanished(m, since, note, NULL) && vanished.n == 4 &&
		vanished.v[0] == 3 && vanished.v[1] == 4 &&
		vanished.v[2] == 7 && vanished.v[3] == 7,
	    "what vanished, in ranges");
	vanished.n = 0;
	ok(mailbox_vanished(m, after, note, NULL) && vanished.n == 2 &&
		vanished.v[0] == 7,
	    "since then");
	ok(!mailbox_vanished(m, since - 10000000, note, NULL),
	    "before the index began");
	ok(!mailbox_vanished(
	       m, mailbox_state(m)->highestmodseq + 1, note, NULL),
	    "in the future");
	m->link.rewrite = true;
	change(m, 1, FLAG_ADD, FLAG_FLAGGED);
	reopen();
	vanished.n = 0;
	ok(mailbox_vanished(m, since, note, NULL) && vanished.n == 4,
	    "in a file that was written anew");
	numbers_clear(&vanished);
}

/* --- damage ---------------------------------------------------------- */

static struct strbuf whole;

static void
put_index(struct span s)
{
	int fd = openat(scratch_fd, "M/satchel-index", O_WRONLY | O_TRUNC);

	if (fd == -1 || fs_write(fd, s) == -1)
		exit(111);
	close(fd);
}

/* An index with a log; in whole too. */
static void
make_index(void)
{
	fresh(5);
	m = open_box();
	scratch_sleep_ms(40);
	reopen(); /* pays what is owed */
	change(m, 2, FLAG_ADD, FLAG_FLAGGED);
	expunge(m, 1);
	scratch_sleep_ms(40);
	reopen();
	close_box(&m);
	strbuf_reset(&whole);
	fs_slurp(scratch_fd, "M/satchel-index", 1 << 26, &whole);
}

static const char want[] = "2:F 3:S 4: 5:S";

/* What is opened, and that it all reads the same. */
static bool
opens(void)
{
	bool good;

	m = open_box();
	if (m == NULL)
		return false;
	(void)show(m); /* what had to be made anew is as if it had changed */
	for (uint32_t i = 1; i <= mailbox_state(m)->count; i++)
		mailbox_told(m, i);
	good = strcmp(show(m), want) == 0 && mailbox_state(m)->uidnext == 6 &&
	       !mailbox_state(m)->damaged;
	if (!good)
		printf("# %s\n", show(m));
	close_box(&m);
	return good;
}

static void
test_cut(void)
{
	int bad = 0;

	make_index();
	ok(opens(), "as it was made");
	for (size_t len = 0; len < whole.len; len += len < 480 ? 7 : 61) {
		put_index(span_of(whole.p, len));
		bad += !opens();
	}
	ok(bad == 0, "cut at many lengths: %d are wrong", bad);
}

/* A byte changed under the index's own name: inode and time are right. */
static void
test_garbled(void)
{
	int bad = 0;

	make_index();
	for (size_t at = 0; at < whole.len; at += at < 480 ? 3 : 37) {
		struct strbuf b = { 0 };

		strbuf_cat(&b, strbuf_span(&whole));
		b.p[at] = (char)(b.p[at] ^ 0x55);
		put_index(strbuf_span(&b));
		strbuf_clear(&b);
		bad += !opens();
	}
	ok(bad == 0, "garbled at many places: %d are wrong", bad);
}

static void
test_foreign(void)
{
	struct index_head h;
	struct stat st;
	uint64_t high;
	int fd;

	make_index();
	m = open_box();
	high = mailbox_state(m)->highestmodseq;
	close_box(&m);
	memcpy(&h, whole.p, sizeof h);
	h.version++;
	memcpy(whole.p, &h, sizeof h);
	put_index(strbuf_span(&whole));
	ok(opens(), "a version of the future");
	fd = openat(scratch_fd, "M/satchel-index", O_RDONLY);
	fstat(fd, &st);
	ok(index_read_head(fd, &st, &h) == 0 && h.version == INDEX_VERSION,
	    "replaced");
	close(fd);
	m = open_box();
	ok(mailbox_state(m)->highestmodseq > high, "HIGHESTMODSEQ has risen");
	ok(mailbox_message(m, 1).modseq > high, "all is as if it had changed");
	close_box(&m);
	/* a copy in its place */
	strbuf_reset(&whole);
	fs_slurp(scratch_fd, "M/satchel-index", 1 << 26, &whole);
	scratch_put("M/copy", "");
	scratch_move("M/copy", "M/satchel-index");
	put_index(strbuf_span(&whole));
	m = open_box();
	ok(mailbox_message(m, 1).modseq > high + 1, "a copy is not believed");
	close_box(&m);
}

/* Counts and places that are beyond all bounds, with good checks. */
static void
test_huge(void)
{
	static const uint64_t values[] = { 1, 4096, UINT32_MAX, INT64_MAX,
		UINT64_MAX, UINT64_MAX - 63 };
	int bad = 0;

	make_index();
	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		for (int field = 0; field < 7; field++) {
			struct index_head h;

			memcpy(&h, whole.p, sizeof h);
			if (field == 0)
				h.rows = (uint32_t)values[i];
			else if (field == 1)
				h.gone = (uint32_t)values[i];
			else
				(&h.names_len)[field - 2] = values[i];
			index_seal_head(&h);
			put_index(span_of(whole.p, whole.len));
			memcpy(whole.p, &h, sizeof h);
			put_index(strbuf_span(&whole));
			bad += !opens();
			make_index();
		}
	}
	ok(bad == 0, "huge numbers: %d are wrong", bad);
}

/* Garbage under a session that has it mapped. */
static void
test_living(void)
{
	struct strbuf b = { 0 };
	size_t rows_at;

	make_index();
	m = open_box();
	rows_at = (size_t)((char *)m->im.rows - m->im.map->p);
	strbuf_cat(&b, strbuf_span(&whole));
	memset(b.p + rows_at, 0xa5, 2 * sizeof(struct row));
	put_index(strbuf_span(&b));
	ok(mailbox_message(m, 1).uid == 2 && mailbox_message(m, 2).uid == 3 &&
		mailbox_message(m, 1).flags == FLAG_FLAGGED,
	    "rows are made anew");
	ok(mailbox_sync(m) == 0 && !mailbox_state(m)->damaged,
	    "the session goes on");
	ok(opens(), "and the next begins");
	m = open_box();
	if (ftruncate(m->link.fd, 100) == -1)
		exit(111);
	ok(mailbox_message(m, 3).uid == 4, "cut to nothing");
	ok(mailbox_sync(m) == 0 && !mailbox_state(m)->damaged,
	    "the session goes on");
	is(m, "2:F! 3:S! 4:! 5:S!", "with all that it had");
	close_box(&m);
	strbuf_clear(&b);
}

/* --- written after the answer ---------------------------------------- */

static void
open_soon(int n)
{
	fresh(n);
	if (mailbox_open_soon(a, span_of("", 0), false, &m) == -1)
		exit(111);
}

static void
test_soon(void)
{
	open_soon(300);
	mailbox_hold(m);
	ok(mailbox_state(m)->count == 300 && mailbox_state(m)->held &&
		size_of("M/satchel-index") == -1,
	    "many are told of first");
	mailbox_release(m);
	ok(!mailbox_state(m)->held && size_of("M/satchel-index") > 4096 &&
		m->im.heap != NULL,
	    "and then written");
	open_soon(300);
	if (mailbox_begin(m) == 0) {
		change(m, 2, FLAG_ADD, FLAG_FLAGGED);
		mailbox_end(m);
	}
	ok(!mailbox_state(m)->held && size_of("M/satchel-index") > 4096,
	    "or with the next change");
	reopen();
	ok(mailbox_state(m)->count == 300 &&
		mailbox_message(m, 2).flags == FLAG_FLAGGED,
	    "and that");
	open_soon(300);
	ok(mailbox_sync(m) == 0 && mailbox_state(m)->held,
	    "another look changes nothing");
	close_box(&m);
	ok(size_of("M/satchel-index") > 4096, "or at the end");
	open_soon(10);
	ok(!mailbox_state(m)->held && size_of("M/satchel-index") > 4096,
	    "few are written at once");
}

/* --- the truth has changed ------------------------------------------- */

static void
test_other_uids(void)
{
	fresh(3);
	m = open_box();
	close_box(&m);
	scratch_put("M/courierimapuiddb",
	    "1 795288830 0000000012\n9 1003.a\n10 1001.a\n11 1002.a\n");
	m = open_box();
	is(m, "9:S 10:S 11:", "courierimapuiddb is the truth");
	ok(mailbox_state(m)->uidvalidity == 795288830, "its UIDVALIDITY");
	close_box(&m);
	scratch_put("M/courierimapuiddb",
	    "1 795288830 0000000015\n12 1003.a\n10 1001.a\n14 1002.a\n");
	m = open_box();
	is(m, "10:S 12:S 14:", "the same with other UIDs");
	close_box(&m);
	scratch_unlink("M/courierimapuiddb");
	m = open_box();
	is(m, "1:S 2: 3:S", "none at all");
}

static void
test_keywords(void)
{
	struct mailbox *other;
	struct flag_change c = { .op = FLAG_ADD };
	uint32_t k;
	bool changed;
	size_t n;

	fresh(3);
	m = open_box();
	other = open_box();
	mailbox_keyword_find(m, span_str("Blue"), true, &k);
	mailbox_keyword_find(m, span_str("Red"), true, &k);
	c.keywords = &k;
	c.nkeywords = 1;
	mailbox_store(m, 2, &c, &changed);
	mailbox_sync(other);
	(void)mailbox_keyword_set(
	    other, mailbox_message(other, 2).keywords, &n);
	ok(n == 1 && mailbox_keyword_find(other, span_str("red"), false, &k) &&
		mailbox_keyword_set(
		    other, mailbox_message(other, 2).keywords, &n)[0] == k,
	    "keywords by the log");
	ok(mailbox_state(other)->keywords_new, "a new name is told");
	close_box(&other);
	scratch_sleep_ms(40);
	reopen();
	reopen();
	(void)mailbox_keyword_set(m, mailbox_message(m, 2).keywords, &n);
	ok(n == 1 && mailbox_message(m, 1).keywords == 0 &&
		mailbox_keyword_find(m, span_str("Blue"), false, &k),
	    "kept, and the name that no message has");
}

int
main(void)
{
	scratch_make();
	conf = scratch_conf();
	test_warm();
	test_off();
	test_two();
	test_adopt();
	test_history();
	test_cut();
	test_garbled();
	test_foreign();
	test_huge();
	test_living();
	test_soon();
	test_other_uids();
	test_keywords();
	close_box(&m);
	account_close(a);
	strbuf_clear(&whole);
	return done_testing();
}
