/* order.c: names that come as they came, and those that do not. */
#include "store/order.h"

#include "scratch.h"
#include "store/maildir.h"
#include "store/root.h"

enum { MESSAGES = 300 };

static struct store_conf conf;
static struct account *a;
static struct mailbox *m;

static void
begin(void)
{
	char name[64];

	scratch_maildir("M");
	for (int i = 0; i < MESSAGES; i++) {
		snprintf(name, sizeof name, "M/cur/%d.M%dP7.host:2,%s",
		    1000 + i, i, i % 2 ? "S" : "");
		scratch_put(name, "A: b\n\nx\n");
	}
	if (account_open("M", &conf, &a) == -1)
		exit(111);
}

static void
reopen(void)
{
	mailbox_close(m);
	m = NULL;
	if (mailbox_open(a, span_of("", 0), false, &m) == -1)
		exit(111);
	(void)mailbox_sync(m);
}

struct pass {
	struct order o;
	uint32_t hits, misses, wrong;
	bool taken[MESSAGES + 1];
};

static int
one(void *arg, const char *name, unsigned char type)
{
	struct pass *p = arg;
	uint32_t i;

	(void)type;
	if (name[0] == '.')
		return 0;
	i = order_next(&p->o, &m->im, span_str(name));
	if (i == ORDER_NONE) {
		p->misses++;
		return 0;
	}
	p->hits++;
	p->wrong +=
	    i >= m->im.n || p->taken[i] || strcmp(box_name(m, i), name) != 0;
	p->taken[i] = true;
	return 0;
}

static struct pass
walk(void)
{
	struct pass p = { .hits = 0 };

	order_begin(&p.o, &m->im, 0);
	(void)fs_walk(m->md.cur, one, &p);
	order_clear(&p.o);
	return p;
}

static void
move(int i, const char *from, const char *to)
{
	char old[64], new[64];

	snprintf(old, sizeof old, "M/cur/%d.M%dP7.host%s", 1000 + i, i, from);
	snprintf(new, sizeof new, "M/cur/%d.M%dP7.host%s", 1000 + i, i, to);
	if (renameat(scratch_fd, old, scratch_fd, new) == -1)
		exit(111);
}

static void
test_same(void)
{
	struct pass p;

	reopen();
	scratch_sleep_ms(30);
	reopen();
	p = walk();
	ok(p.hits == MESSAGES && p.misses == 0 && p.wrong == 0,
	    "all come as they came: %u, %u, %u", (unsigned)p.hits,
	    (unsigned)p.misses, (unsigned)p.wrong);
}

static void
test_renamed(void)
{
	struct pass p;

	for (int i = 1; i < MESSAGES; i += 50)
		move(i, ":2,S", ":2,FS");
	p = walk();
	ok(p.misses <= 6 + 4 && p.wrong == 0 && p.hits >= MESSAGES - 10,
	    "without those that were renamed: %u, %u, %u", (unsigned)p.hits,
	    (unsigned)p.misses, (unsigned)p.wrong);
	(void)mailbox_sync(m);
	p = walk();
	ok(p.wrong == 0, "which have another name then");
	ok(mailbox_message(m, 2).flags == (FLAG_SEEN | FLAG_FLAGGED) &&
		mailbox_message(m, 3).flags == 0,
	    "and other flags");
	/* what the index had first is what it must not believe now */
	for (int i = 1; i < MESSAGES; i += 50)
		move(i, ":2,FS", ":2,S");
	p = walk();
	ok(p.wrong == 0, "not under their first name");
	scratch_sleep_ms(30);
	(void)mailbox_sync(m);
	ok(mailbox_message(m, 2).flags == FLAG_SEEN &&
		mailbox_state(m)->count == MESSAGES,
	    "until that is seen");
}

static void
test_gone(void)
{
	struct pass p;

	if (unlinkat(scratch_fd, "M/cur/1009.M9P7.host:2,S", 0) == -1)
		exit(111);
	scratch_sleep_ms(30);
	(void)mailbox_sync(m);
	scratch_put("M/cur/1009.M9P7.host:2,S", "A: b\n\nx\n");
	p = walk();
	ok(p.wrong == 0 && !p.taken[9], "one that is gone does not come back");
	scratch_sleep_ms(30);
	reopen();
	ok(mailbox_state(m)->count == MESSAGES &&
		mailbox_message(m, MESSAGES).uid == MESSAGES + 1,
	    "it is another message");
}

/* A new base has the new order, in which all are. */
static void
test_rewritten(void)
{
	struct pass p;

	m->link.rewrite = true;
	if (box_begin(m) == 0)
		box_end(m);
	reopen();
	p = walk();
	ok(p.wrong == 0 && p.hits + p.misses == MESSAGES && p.misses <= 8,
	    "written without a look: %u, %u, %u", (unsigned)p.hits,
	    (unsigned)p.misses, (unsigned)p.wrong);
	m->link.rewrite = true;
	m->rescan = true;
	(void)mailbox_sync(m);
	reopen();
	p = walk();
	ok(p.wrong == 0 && p.hits == MESSAGES, "and after one: %u, %u",
	    (unsigned)p.hits, (unsigned)p.wrong);
}

static void
test_damaged(void)
{
	struct pass p;
	struct place *v;

	v = (struct place *)(void *)(m->im.map->p + m->im.places_at +
				     sizeof(uint64_t));
	v[7].row ^= 1;
	ok(image_places(&m->im) == NULL, "places that are damaged are none");
	p = walk();
	ok(p.hits == 0 && p.misses == MESSAGES, "nothing is believed");
	m->rescan = true;
	ok(mailbox_sync(m) == 0 && mailbox_state(m)->count == MESSAGES &&
		!mailbox_state(m)->damaged,
	    "all are found all the same");
}

/* A row that nothing is known of, found while a new base is laid out. */
static void
test_lost(void)
{
	struct stat was, is;

	reopen();
	m->im.rows[MESSAGES / 2].flags ^= 1;
	scratch_unlink("M/courierimapuiddb");
	if (fstatat(scratch_fd, "M/satchel-index", &was, 0) == -1)
		exit(111);
	m->link.rewrite = true;
	if (box_begin(m) == 0)
		box_end(m);
	ok(mailbox_state(m)->damaged, "the numbers mean nothing any more");
	ok(fstatat(scratch_fd, "M/satchel-index", &is, 0) == 0 &&
		is.st_ino == was.st_ino && is.st_size == was.st_size,
	    "which is not written");
}

int
main(void)
{
	scratch_make();
	conf = scratch_conf();
	begin();
	test_same();
	test_renamed();
	test_gone();
	test_rewritten();
	test_damaged();
	test_lost();
	mailbox_close(m);
	account_close(a);
	return done_testing();
}
