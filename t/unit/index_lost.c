/* index_lost.c: a satchel-index that is lost, or its end, under sessions. */
#include "store/index.h"

#include "boxes.h"
#include "store/append.h"
#include "sys/map.h"

/* Another session beside m, in a folder of n messages that m knows. */
static struct mailbox *
open_two(int n)
{
	struct mailbox *other;

	fresh(n);
	m = open_box();
	other = open_box();
	scratch_sleep_ms(40);
	mailbox_sync(m);
	return other;
}

/* Cut under sessions that know more: all keep their messages and UIDs. */
static void
test_back(void)
{
	struct mailbox *other;
	int64_t before;

	fresh(3);
	m = open_box();
	other = open_box();
	before = size_of("M/satchel-index");
	scratch_put("M/cur/2001.b:2,", "A: b\n\nx\n");
	scratch_sleep_ms(40);
	mailbox_sync(m);
	mailbox_sync(other);
	is(other, "1:S 2: 3:S 4:", "one has arrived");
	if (truncate("M/satchel-index", before) == -1)
		exit(111);
	change(m, 2, FLAG_ADD, FLAG_FLAGGED);
	is(m, "1:S 2:F 3:S 4:", "an index of before is not believed");
	mailbox_sync(other);
	is(other, "1:S 2:F! 3:S 4:", "nor by another");
	close_box(&other);
	reopen();
	is(m, "1:S 2:F 3:S 4:", "nor kept");
}

static void
none(void *arg, uint32_t first, uint32_t last)
{
	(void)arg;
	printf("# vanished %u:%u\n", (unsigned)first, (unsigned)last);
}

/* What came and went in the part that is lost is remembered by a client. */
static void
test_history(void)
{
	uint64_t known;
	int64_t before;

	fresh(3);
	reopen();
	before = size_of("M/satchel-index");
	scratch_put("M/cur/2001.b:2,", "A: b\n\nx\n");
	scratch_sleep_ms(40);
	mailbox_sync(m);
	known = mailbox_state(m)->highestmodseq;
	expunge(m, 4);
	close_box(&m);
	if (truncate("M/satchel-index", before + 8) == -1)
		exit(111);
	m = open_box();
	is(m, "1:S 2: 3:S", "it came and went");
	ok(mailbox_state(m)->highestmodseq > known &&
		!mailbox_vanished(m, known, none, NULL),
	    "no client is told that nothing vanished");
	known = mailbox_state(m)->highestmodseq;
	reopen();
	ok(!mailbox_vanished(m, known - 1, none, NULL) &&
		mailbox_vanished(m, known, none, NULL),
	    "nor later on");
}

/* What one session has told its client is gone is not the others' for ever. */
static void
test_disagree(void)
{
	struct mailbox *other;

	fresh(3);
	m = open_box();
	other = open_box();
	box_mark_gone(m, 2);
	(void)mailbox_forget(m, 3, NULL, NULL);
	change(other, 1, FLAG_ADD, FLAG_FLAGGED);
	scratch_unlink("M/satchel-index");
	scratch_sleep_ms(40);
	scratch_put("M/new/2001.b", "A: b\n\nx\n");
	mailbox_sync(other);
	mailbox_sync(m);
	for (uint32_t i = 1; i <= mailbox_state(m)->count; i++)
		mailbox_told(m, i);
	is(m, "1:SF 2: 4: 5:S", "it has a UID that this client can be shown");
	mailbox_sync(other);
	is(other, "1:SF 2: 3:Sx 4: 5:S", "and that alone");
	close_box(&other);
	reopen();
	is(m, "1:SF 2: 4: 5:S", "for those to come, too");
	ok(mailbox_state(m)->count == m->counts.messages, "all counted");
}

/* A row was looked at last before the index was cut. */
static void
test_since(void)
{
	fresh(3);
	reopen();
	scratch_sleep_ms(40);
	reopen();
	(void)mailbox_message(m, 1);
	if (ftruncate(m->link.fd, (char *)m->im.rows - m->im.map->p) == -1)
		exit(111);
	mailbox_resume(m); /* for the next command */
	ok(mailbox_message(m, 1).uid == 1, "it is looked at again");
	close_box(&m);
}

/* One that knew less than is lost has gone on; three messages and a fourth. */
static void
test_behind(void)
{
	struct mailbox *other, *third;
	uint64_t modseq;
	int64_t before;

	fresh(3);
	m = open_box();
	other = open_box();
	third = open_box();
	scratch_sleep_ms(40);
	mailbox_sync(m);
	before = size_of("M/satchel-index");
	scratch_put("M/new/2001.b", "A: b\n\nx\n");
	mailbox_sync(other);
	change(other, 2, FLAG_ADD, FLAG_FLAGGED);
	mailbox_sync(third);
	modseq = mailbox_message(third, 2).modseq;
	is(third, "1:S 2:F! 3:S 4:", "one has arrived, one is flagged");
	mailbox_told(third, 2);
	if (truncate("M/satchel-index", before) == -1)
		exit(111);
	change(m, 1, FLAG_ADD, FLAG_ANSWERED);
	mailbox_sync(third);
	is(third, "1:S! 2:F 3:S 4:", "neither is taken back");
	ok(mailbox_message(third, 2).modseq >= modseq, "nor a mod-sequence");
	close_box(&other);
	close_box(&third);
	reopen();
	is(m, "1:S 2:F 3:S 4:", "for those to come, too");
}

/* Another writes as much as was lost. */
static void
test_as_much(void)
{
	struct mailbox *other;
	uint64_t modseq;
	int64_t before;

	other = open_two(3);
	mailbox_sync(other);
	before = size_of("M/satchel-index");
	change(m, 1, FLAG_ADD, FLAG_FLAGGED);
	change(m, 1, FLAG_REMOVE, FLAG_FLAGGED);
	modseq = mailbox_message(m, 1).modseq;
	if (truncate("M/satchel-index", before) == -1)
		exit(111);
	change(other, 3, FLAG_ADD, FLAG_FLAGGED);
	change(other, 3, FLAG_ADD, FLAG_ANSWERED);
	scratch_sleep_ms(40);
	mailbox_sync(m);
	is(m, "1:S 2: 3:SF!", "both are known");
	ok(mailbox_message(m, 1).modseq >= modseq, "it has not gone back");
	mailbox_sync(other);
	ok(mailbox_message(other, 1).modseq >= modseq, "for nobody");
	close_box(&other);
}

/* Numbers that mean nothing any more: the UIDs of others are left alone. */
static void
test_give_up(void)
{
	struct mailbox *other;
	char before[512];

	other = open_two(6);
	expunge(other, 1);
	mailbox_sync(m);
	(void)mailbox_forget(m, 6, NULL, NULL);
	expunge(other, 2);
	close_box(&other);
	snprintf(
	    before, sizeof before, "%s", scratch_get("M/courierimapuiddb"));
	if (truncate("M/satchel-index", 0) == -1)
		exit(111);
	ok(mailbox_sync(m) == -1 && mailbox_state(m)->damaged,
	    "the session has to end");
	ok(strcmp(scratch_get("M/courierimapuiddb"), before) == 0,
	    "nobody is given another UID");
}

/*
 * As many entries as there are rows, but one is of a message that the client
 * knows to be gone, and one is missing: they are not taken for each other.
 */
static void
test_mistake(void)
{
	char db[512];

	fresh(6);
	m = open_box();
	scratch_sleep_ms(40);
	mailbox_sync(m);
	expunge(m, 2);
	(void)mailbox_forget(m, 6, NULL, NULL);
	snprintf(db, sizeof db, "%s", scratch_get("M/courierimapuiddb"));
	*strstr(db, "6 1006") = '\0';
	scratch_put("M/courierimapuiddb", db);
	scratch_unlink("M/cur/1006.a:2,");
	if (truncate("M/satchel-index", 0) == -1)
		exit(111);
	(void)mailbox_sync(m);
	ok(mailbox_state(m)->damaged || mailbox_message(m, 2).uid == 3,
	    "the second is no other now");
}

/* Gone for this session, while another has logged it and begun a new file. */
static void
test_gone_twice(void)
{
	struct mailbox *other;
	uint64_t cut;

	other = open_two(3);
	cut = m->counts.cut;
	expunge(other, 2);
	ok(box_relocate(m, 1) == -1 && errno == ESTALE, "found to be gone");
	other->link.rewrite = true;
	change(other, 1, FLAG_ADD, FLAG_FLAGGED);
	mailbox_sync(m);
	change(m, 1, FLAG_ADD, FLAG_ANSWERED);
	close_box(&other);
	reopen();
	ok(m->counts.cut == cut, "the index is believed, with its history");
}

static void
append_to(const char *folder)
{
	struct append_info info = { .date = INT64_MIN };
	const uint32_t *uids;
	struct append *ap;
	uint32_t uidvalidity;
	size_t n;

	if (append_begin(a, span_str(folder), &ap) == -1 ||
	    append_message(ap, &info, false) == -1)
		exit(111);
	append_write(ap, span_str("A: b\n\nx\n"));
	if (append_end(ap, NULL) == -1 ||
	    append_commit(ap, &uidvalidity, &uids, &n) == -1)
		exit(111);
	append_free(ap);
}

/* A folder that is not open: its index is written by who knows all of it. */
static void
test_removed(void)
{
	static const char index[] = "M/.Work/satchel-index";

	fresh(1);
	reopen();
	scratch_maildir("M/.Work");
	scratch_maildir("M/.Other");
	append_to("Work");
	scratch_unlink(index);
	append_to("Work");
	ok(size_of(index) > 0, "one that was removed is made anew");
	append_to("Other");
	scratch_unlink(index);
	append_to("Work");
	ok(size_of(index) == -1, "where there is none, none");
	if (ftruncate(m->link.fd, 100) == -1)
		exit(111);
	scratch_unlink("M/satchel-index");
	ok(mailbox_sync(m) == 0 && mailbox_state(m)->count == 1,
	    "cut, and then removed");
}

int
main(void)
{
	scratch_make();
	conf = scratch_conf();
	test_back();
	test_history();
	test_disagree();
	test_since();
	test_behind();
	test_as_much();
	test_give_up();
	test_mistake();
	test_gone_twice();
	test_removed();
	close_box(&m);
	account_close(a);
	return done_testing();
}
