/* change.c: flags and keywords set, messages expunged, alone and in company. */
#include <sys/file.h>

#include "scratch.h"
#include "store/box.h"
#include "store/folder.h"
#include "store/mailbox.h"
#include "sys/clock.h"

static struct store_conf conf;
static struct account *a;
static struct mailbox *m;
static struct strbuf log_text;

static void
note(void *arg, struct span old_name, struct span new_name)
{
	(void)arg;
	strbuf_cat(&log_text, old_name);
	strbuf_putc(&log_text, '>');
	strbuf_cat(&log_text, new_name);
	strbuf_putc(&log_text, ';');
}

static void
fresh(void)
{
	mailbox_close(m);
	m = NULL;
	account_close(a);
	fs_remove_tree(scratch_fd, "M");
	scratch_maildir("M");
	if (account_open("M", &conf, &a) == -1)
		exit(111);
}

static void
open_inbox(void)
{
	mailbox_close(m);
	m = NULL;
	if (mailbox_open(a, span_of("", 0), false, &m) == -1)
		exit(111);
}

static bool
store(uint32_t seq, enum flag_op op, unsigned flags)
{
	struct flag_change c = { .op = op, .flags = flags };
	bool changed = false;

	return mailbox_store(m, seq, &c, &changed) == 0 && changed;
}

static bool
keyword(uint32_t seq, enum flag_op op, const char *name)
{
	struct flag_change c = { .op = op };
	bool changed = false;
	uint32_t k;

	if (!mailbox_keyword_find(m, span_str(name), true, &k))
		return false;
	c.keywords = &k;
	c.nkeywords = 1;
	return mailbox_store(m, seq, &c, &changed) == 0 && changed;
}

/* "a,b" of message seq. */
static const char *
keywords(struct mailbox *box, uint32_t seq)
{
	static struct strbuf out;
	size_t n;
	const uint32_t *v =
	    mailbox_keyword_set(box, mailbox_message(box, seq).keywords, &n);

	strbuf_reset(&out);
	for (size_t i = 0; i < n; i++) {
		strbuf_puts(&out, i > 0 ? "," : "");
		strbuf_cat(&out, mailbox_keyword(box, v[i]));
	}
	strbuf_putc(&out, '\0');
	return out.p;
}

static void
test_flags(void)
{
	uint64_t modseq;

	fresh();
	scratch_put("M/cur/1795288001.55_1.host:2,SPabc", "x");
	scratch_put("M/cur/nocolon.cur", "x");
	open_inbox();
	modseq = mailbox_state(m)->highestmodseq;
	ok(store(2, FLAG_ADD, FLAG_FLAGGED) &&
		scratch_has("M/cur/1795288001.55_1.host:2,FPSabc"),
	    "letters of others stay");
	ok(mailbox_message(m, 2).modseq > modseq &&
		mailbox_state(m)->highestmodseq == mailbox_message(m, 2).modseq,
	    "a mod-sequence");
	ok(!store(2, FLAG_ADD, FLAG_FLAGGED), "no change");
	ok(store(1, FLAG_SET, FLAG_SEEN | FLAG_DRAFT) &&
		scratch_has("M/cur/nocolon.cur:2,DS"),
	    "a name without info");
	ok(store(1, FLAG_REMOVE, FLAG_SEEN) && store(1, FLAG_SET, 0) &&
		scratch_has("M/cur/nocolon.cur:2,"),
	    "none left");
	scratch_sleep_ms(40);
	ok(mailbox_sync(m) == 0 && !mailbox_state(m)->changed,
	    "own changes are no news");
	scratch_move("M/cur/nocolon.cur:2,", "M/cur/nocolon.cur:2,F");
	ok(store(1, FLAG_ADD, FLAG_SEEN) &&
		scratch_has("M/cur/nocolon.cur:2,FS") &&
		mailbox_message(m, 1).state & MSG_CHANGED,
	    "beside somebody else's");
	scratch_unlink("M/cur/nocolon.cur:2,FS");
	ok(!store(1, FLAG_REMOVE, FLAG_SEEN) && errno == ESTALE, "gone");
}

static void
test_twin(void)
{
	fresh();
	scratch_put("M/cur/1.a:2,", "one");
	open_inbox();
	scratch_put("M/cur/1.a:2,S", "other");
	(void)store(1, FLAG_ADD, FLAG_SEEN); /* whichever of them it is now */
	ok(scratch_count("M/cur") == 2 &&
		mailbox_message(m, 1).flags & FLAG_SEEN,
	    "no file is overwritten");
	ok(mailbox_state(m)->count == 2, "both are messages");
}

static void
test_keywords(void)
{
	struct mailbox *other;
	struct flag_change c = { .op = FLAG_SET };
	bool changed;

	fresh();
	scratch_put("M/cur/1.a:2,", "x");
	scratch_put("M/cur/2.a:2,", "x");
	open_inbox();
	ok(keyword(1, FLAG_ADD, "Work") &&
		strcmp(scratch_get("M/courierimapkeywords/1.a"), "Work\n") == 0,
	    "a keyword");
	ok(!keyword(1, FLAG_ADD, "work"), "without case");
	ok(keyword(1, FLAG_ADD, "x") && keyword(1, FLAG_REMOVE, "WORK") &&
		keyword(1, FLAG_ADD, "y") &&
		strcmp(keywords(m, 1), "x,y") == 0 &&
		strcmp(scratch_get("M/courierimapkeywords/1.a"), "x\ny\n") == 0,
	    "several changes before anyone has looked");
	ok(!scratch_has("M/courierimapkeywords/:list"), "and no list");
	if (mailbox_open(a, span_of("", 0), false, &other) == -1)
		exit(111);
	ok(strcmp(keywords(other, 1), "x,y") == 0, "another session reads it");
	scratch_put("M/courierimapkeywords/1.a", "z\n");
	ok(keyword(1, FLAG_ADD, "q") && strcmp(keywords(m, 1), "q,z") == 0,
	    "a change meets a pending one: %s", keywords(m, 1));
	ok(mailbox_store(m, 1, &c, &changed) == 0 && changed &&
		strcmp(keywords(m, 1), "") == 0,
	    "all taken away");
	ok(mailbox_sync(other) == 0 && strcmp(keywords(other, 1), "") == 0 &&
		mailbox_message(other, 1).state & MSG_CHANGED,
	    "which the other is told");
	mailbox_close(other);
	ok(mailbox_keyword_count(m) >= 4 &&
		span_is(mailbox_keyword(m, 0), "Work"),
	    "names keep their numbers and first spelling");
}

static void
test_expunge(void)
{
	fresh();
	scratch_put("M/cur/1.a:2,T", "x");
	scratch_put("M/cur/2.a:2,", "x");
	scratch_put("M/cur/3.a:2,T", "x");
	scratch_put("M/cur/4.a:2,T", "x");
	open_inbox();
	scratch_move("M/cur/3.a:2,T", "M/cur/3.a:2,");
	scratch_unlink("M/cur/4.a:2,T");
	for (uint32_t i = 1; i <= 4; i++)
		if (mailbox_expunge(m, i) == -1)
			ok(false, "expunge %u: %s", i, strerror(errno));
	mailbox_expunge_end(m);
	ok(scratch_count("M/cur") == 2 && scratch_has("M/cur/3.a:2,"),
	    "what is \\Deleted on disk, and nothing else");
	ok(mailbox_message(m, 1).state & MSG_GONE &&
		!(mailbox_message(m, 2).state & MSG_GONE) &&
		!(mailbox_message(m, 3).state & MSG_GONE) &&
		mailbox_message(m, 4).state & MSG_GONE,
	    "gone");
	ok(strcmp(log_text.p, "cur/1.a:2,T>;") == 0, "logged: %s", log_text.p);
}

static void
test_trash(void)
{
	fresh();
	strbuf_reset(&log_text);
	conf.expunge_to_trash = true;
	scratch_put("M/cur/1.a:2,DST", "x");
	scratch_put("M/cur/2.a:2,T", "x");
	scratch_put("M/cur/3.a:2,T", "x");
	open_inbox();
	mailbox_note_copied(m, 2);
	ok(mailbox_expunge(m, 1) == 0 && mailbox_expunge(m, 2) == 0 &&
		mailbox_expunge_end(m) == 0,
	    "expunged to Trash");
	ok(scratch_has("M/.Trash/cur/1.a:2,S") &&
		scratch_count("M/.Trash/cur") == 1 &&
		scratch_has("M/.Trash/maildirfolder"),
	    "made on demand; without T and D; not what was copied");
	scratch_put("M/.Trash/cur/3.a:2,", "y");
	ok(mailbox_expunge(m, 3) == 0 && scratch_count("M/.Trash/cur") == 3,
	    "nothing there is overwritten");
	mailbox_expunge_end(m);
	ok(strncmp(log_text.p, "cur/1.a:2,DST>.Trash/cur/1.a:2,S;cur/2.a:2,T>;",
	       46) == 0,
	    "logged: %s", log_text.p);
	mailbox_close(m);
	if (mailbox_open(a, span_str("Trash"), false, &m) == -1)
		exit(111);
	ok(store(1, FLAG_ADD, FLAG_DELETED) && mailbox_expunge(m, 1) == 0 &&
		scratch_count("M/.Trash/cur") == 2,
	    "in Trash it is removed");
	conf.expunge_to_trash = false;
}

/* STORE with UNCHANGEDSINCE: the error, or 0. */
static int
store_unchanged(uint32_t seq, unsigned flags, uint32_t *k, uint64_t since)
{
	struct flag_change c = { .op = FLAG_ADD, .flags = flags };
	bool changed = false;

	c.conditional = true;
	c.unchanged_since = since;
	c.keywords = k;
	c.nkeywords = k != NULL;
	return mailbox_store(m, seq, &c, &changed) == 0 ? 0 : errno;
}

static void
test_conditional(void)
{
	struct mailbox *other;
	struct flag_change c = { .op = FLAG_ADD };
	uint64_t since;
	bool changed;
	uint32_t k;

	fresh();
	scratch_put("M/cur/1.a:2,", "x");
	scratch_put("M/cur/2.b:2,", "x");
	open_inbox();
	since = mailbox_message(m, 1).modseq;
	ok(store_unchanged(1, FLAG_SEEN, NULL, since - 1) == ECANCELED &&
		scratch_has("M/cur/1.a:2,") &&
		mailbox_message(m, 1).modseq == since,
	    "greater than that: nothing is changed");
	ok(store_unchanged(1, FLAG_SEEN, NULL, 0) == ECANCELED, "0 fails");
	ok(store_unchanged(1, FLAG_SEEN, NULL, since) == 0 &&
		mailbox_message(m, 1).modseq > since,
	    "equal: it is changed");
	ok(store_unchanged(1, FLAG_SEEN, NULL, since) == ECANCELED,
	    "changed meanwhile, if to the same");
	scratch_move("M/cur/2.b:2,", "M/cur/2.b:2,F");
	ok(store_unchanged(2, FLAG_SEEN, NULL, since) == ECANCELED &&
		scratch_has("M/cur/2.b:2,F") &&
		mailbox_message(m, 2).state & MSG_CHANGED,
	    "another has renamed it: not changed, and known now");
	since = mailbox_message(m, 2).modseq;
	if (mailbox_open(a, span_of("", 0), false, &other) == -1 ||
	    !mailbox_keyword_find(other, span_str("Theirs"), true, &k))
		exit(111);
	c.keywords = &k;
	c.nkeywords = 1;
	ok(mailbox_store(other, 2, &c, &changed) == 0 && changed,
	    "another session gives it a keyword");
	if (!mailbox_keyword_find(m, span_str("Ours"), true, &k))
		exit(111);
	ok(store_unchanged(2, FLAG_SEEN, &k, since) == ECANCELED &&
		scratch_has("M/cur/2.b:2,F") &&
		strcmp(keywords(m, 2), "Theirs") == 0,
	    "neither flags nor keywords are changed then");
	ok(store_unchanged(2, FLAG_SEEN, &k, mailbox_message(m, 2).modseq) ==
		    0 &&
		scratch_has("M/cur/2.b:2,FS"),
	    "but with what is known now");
	mailbox_close(other);
}

/* Whether another session of ours would have to wait. */
static bool
is_locked(void)
{
	int tmp = fs_open_dir(scratch_fd, "M/tmp"), r;

	if (tmp == -1)
		exit(111);
	r = flock(tmp, LOCK_EX | LOCK_NB);
	close(tmp);
	return r == -1;
}

static off_t
index_size(void)
{
	struct stat st;

	return fstatat(scratch_fd, "M/satchel-index", &st, 0) == 0 ? st.st_size
								   : -1;
}

/* A burst of changes: one lock, one entry in the index. */
static void
test_hold(void)
{
	uint64_t first, second;
	off_t size;

	fresh();
	scratch_put("M/cur/1000000001.a:2,", "x\n");
	scratch_put("M/cur/1000000002.b:2,", "x\n");
	open_inbox();
	size = index_size();
	mailbox_release(m);
	ok(!is_locked(), "nothing is held");
	ok(mailbox_begin(m) == 0 && store(1, FLAG_ADD, FLAG_SEEN), "begun");
	m->since_ms = clock_mono_ms() + 10000; /* it ends when we say so */
	mailbox_hold(m);
	ok(is_locked() && mailbox_state(m)->held && index_size() == size,
	    "held, and not written yet");
	ok(scratch_has("M/cur/1000000001.a:2,S"), "but the file is renamed");
	ok(mailbox_begin(m) == 0 && !mailbox_state(m)->held &&
		store(2, FLAG_ADD, FLAG_SEEN),
	    "the next goes on with it");
	mailbox_hold(m);
	second = (uint64_t)clock_now_us();
	mailbox_release(m);
	ok(!is_locked() && !mailbox_state(m)->held && index_size() > size,
	    "released and written");
	first = mailbox_message(m, 1).modseq;
	ok(first >= second && mailbox_message(m, 2).modseq > first &&
		mailbox_state(m)->highestmodseq == mailbox_message(m, 2).modseq,
	    "mod-sequences are those of the end");
	ok(mailbox_begin(m) == 0, "once more");
	m->since_ms -= 20;
	mailbox_hold(m);
	ok(!is_locked() && !mailbox_state(m)->held, "not for long");
	ok(mailbox_begin(m) == 0, "and");
	m->since_ms = clock_mono_ms() + 10000;
	mailbox_hold(m);
	mailbox_hold(m);
	ok(is_locked() && mailbox_state(m)->held, "as long as it may");
	m->since_ms = clock_mono_ms() - 20;
	mailbox_hold(m);
	ok(!is_locked() && !mailbox_state(m)->held, "whatever comes meanwhile");
	ok(mailbox_begin(m) == 0 && store(2, FLAG_REMOVE, FLAG_SEEN), "again");
	m->since_ms = clock_mono_ms() + 10000;
	mailbox_hold(m);
	mailbox_close(m);
	m = NULL;
	ok(!is_locked(), "closing releases it");
	open_inbox();
	ok(mailbox_message(m, 1).flags == FLAG_SEEN &&
		mailbox_message(m, 1).modseq == first &&
		mailbox_message(m, 2).flags == 0 &&
		mailbox_message(m, 2).modseq > first,
	    "all of it stands in the index");
}

int
main(void)
{
	conf = scratch_conf();
	conf.log_deletions = true;
	conf.on_expunge = note;
	scratch_make();
	test_flags();
	test_twin();
	test_keywords();
	test_expunge();
	test_trash();
	test_conditional();
	test_hold();
	mailbox_close(m);
	return done_testing();
}
