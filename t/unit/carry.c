/* carry.c: what is known of a message is known of its copies. */
#include "scratch.h"
#include "store/append.h"
#include "store/mailbox.h"

static struct store_conf conf;
static struct account *a;
static struct mailbox *m;

static void
open_box(const char *folder)
{
	mailbox_close(m);
	m = NULL;
	if (mailbox_open(a, span_str(folder), false, &m) == -1)
		exit(111);
}

static void
keep(uint32_t seq, const char *facts)
{
	struct stat st;

	if (mailbox_stat_message(m, seq, &st) == 0)
		mailbox_keep_facts(m, seq, &st, span_str(facts));
	mailbox_facts_end(m);
}

static bool
knows(uint32_t seq, const char *facts)
{
	bool is = span_is(mailbox_facts(m, seq), facts);

	mailbox_facts_end(m);
	return is;
}

static bool
copy(uint32_t seq, const char *to)
{
	uint32_t uidvalidity;
	const uint32_t *uids;
	struct append *ap;
	size_t n;
	bool good;

	if (append_begin(a, span_str(to), &ap) == -1)
		exit(111);
	good = append_copy(ap, m, seq) == 0 &&
	       append_commit(ap, &uidvalidity, &uids, &n) == 0;
	append_free(ap);
	return good;
}

/* The second message's new UID. */
static uint32_t
move_second(const char *to)
{
	uint32_t seq = 2, uid = 0;
	struct append_moved moved = { .uids = &uid };

	(void)append_move(m, &seq, 1, span_str(to), &moved);
	return uid;
}

static void
begin(void)
{
	conf = scratch_conf();
	scratch_make();
	scratch_maildir("M");
	scratch_maildir("M/.Work");
	if (account_open("M", &conf, &a) == -1)
		exit(111);
	scratch_put("M/cur/1.a:2,", "one\n");
	scratch_put("M/cur/2.a:2,", "two\n");
	scratch_put("M/cur/3.a:2,", "three\n");
	scratch_put("M/.Work/cur/0.z:2,", "z\n");
}

int
main(void)
{
	struct stat st, now;

	begin();
	open_box("Work");
	open_box("");
	keep(1, "Facts 1");
	keep(2, "Facts 2");
	ok(copy(1, "Work") && !scratch_has("M/.Work/satchel-cache"),
	    "not where nobody has read anything");
	open_box("Work");
	keep(1, "Facts 0");
	open_box("");
	ok(copy(1, "Work") && copy(3, "Work") && copy(2, "Work") &&
		move_second("Work") == 6,
	    "three copies, one moved");
	(void)stat("M/.Work/satchel-cache", &st);
	open_box("Work");
	ok(mailbox_state(m)->count == 6 && knows(1, "Facts 0") &&
		knows(2, "") && knows(3, "Facts 1") && knows(4, "") &&
		knows(5, "Facts 2") && knows(6, "Facts 2"),
	    "what was known is known there");
	ok(stat("M/.Work/satchel-cache", &now) == 0 &&
		now.st_size == st.st_size,
	    "and was not found out again");
	ok(copy(3, "Work") && mailbox_state(m)->count == 7 &&
		knows(7, "Facts 1") && knows(3, "Facts 1"),
	    "in the same folder");
	scratch_unlink("M/.Work/satchel-cache");
	keep(2, "Other");
	open_box("");
	ok(copy(1, "Work"), "a cache that was begun again");
	open_box("Work");
	ok(knows(8, "Facts 1") && knows(2, "Other") && knows(5, ""),
	    "has it, too");
	scratch_unlink("M/.Work/satchel-cache");
	scratch_dir("M/.Work/satchel-cache");
	open_box("");
	ok(copy(1, "Work"), "nor does what is none matter");
	open_box("Work");
	ok(mailbox_state(m)->count == 9 && knows(9, ""), "it is not known");
	mailbox_close(m);
	account_close(a);
	return done_testing();
}
