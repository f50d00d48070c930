/* boxes.h: one Maildir's INBOX as mailboxes, for a test. */
#ifndef T_BOXES_H
#define T_BOXES_H

#include "scratch.h"
#include "store/box.h"

static struct store_conf conf;
static struct account *a;
static struct mailbox *m;

__attribute__((unused)) static void
close_box(struct mailbox **box)
{
	mailbox_close(*box);
	*box = NULL;
}

__attribute__((unused)) static struct mailbox *
open_box(void)
{
	struct mailbox *box = NULL;

	if (mailbox_open(a, span_of("", 0), false, &box) == -1)
		printf("# mailbox_open: %s\n", strerror(errno));
	return box;
}

/* A folder of n messages, and time for it to be quiet. */
__attribute__((unused)) static void
fresh(int n)
{
	char name[64];

	close_box(&m);
	account_close(a);
	fs_remove_tree(scratch_fd, "M");
	scratch_maildir("M");
	for (int i = 1; i <= n; i++) {
		snprintf(name, sizeof name, "M/cur/%d.a:2,%s", 1000 + i,
		    i % 2 ? "S" : "");
		scratch_put(name, "A: b\n\nx\n");
	}
	if (account_open("M", &conf, &a) == -1)
		exit(111);
	scratch_sleep_ms(40);
}

__attribute__((unused)) static void
reopen(void)
{
	close_box(&m);
	m = open_box();
}

__attribute__((unused)) static void
change(struct mailbox *box, uint32_t seq, enum flag_op op, unsigned flags)
{
	struct flag_change c = { .op = op, .flags = flags };
	bool changed;

	if (mailbox_store(box, seq, &c, &changed) == -1)
		ok(false, "store: %s", strerror(errno));
}

__attribute__((unused)) static void
expunge(struct mailbox *box, uint32_t seq)
{
	change(box, seq, FLAG_ADD, FLAG_DELETED);
	if (mailbox_expunge(box, seq) == -1)
		ok(false, "expunge: %s", strerror(errno));
	mailbox_expunge_end(box);
}

/* "uid:flags" of all, "!" for changed, "x" for gone. */
__attribute__((unused)) static const char *
show(struct mailbox *box)
{
	static char text[4096];
	size_t at = 0;

	text[0] = '\0';
	for (uint32_t i = 1; i <= mailbox_state(box)->count; i++) {
		struct message msg = mailbox_message(box, i);

		at += (size_t)snprintf(text + at, sizeof text - at,
		    "%s%u:%s%s%s%s", i > 1 ? " " : "", (unsigned)msg.uid,
		    msg.flags & FLAG_SEEN ? "S" : "",
		    msg.flags & FLAG_FLAGGED ? "F" : "",
		    msg.state & MSG_CHANGED ? "!" : "",
		    msg.state & MSG_GONE ? "x" : "");
	}
	return text;
}

__attribute__((unused)) static bool
is(struct mailbox *box, const char *want, const char *what)
{
	const char *got = show(box);

	return ok(strcmp(got, want) == 0, "%s: %s (%s)", what, want, got);
}

__attribute__((unused)) static int64_t
size_of(const char *name)
{
	struct stat st;

	return fstatat(scratch_fd, name, &st, 0) == 0 ? st.st_size : -1;
}

#endif
