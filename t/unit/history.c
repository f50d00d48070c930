/* history.c: what went since when, and when the rest of it came. */
#include "scratch.h"
#include "store/mailbox.h"
#include "sys/clock.h"

static struct store_conf conf;
static struct account *a;
static struct mailbox *m;
static struct strbuf ranges;

static void
note(void *arg, uint32_t first, uint32_t last)
{
	strbuf_num(arg, first);
	strbuf_putc(arg, ':');
	strbuf_num(arg, last);
	strbuf_putc(arg, ' ');
}

/* "1:3 7:7 ", or "?" where nobody knows. */
static bool
vanished(uint64_t since, const char *want)
{
	strbuf_reset(&ranges);
	if (!mailbox_vanished(m, since, note, &ranges))
		strbuf_putc(&ranges, '?');
	return span_is(strbuf_span(&ranges), want);
}

static void
put(unsigned n)
{
	char name[64];

	(void)snprintf(name, sizeof name, "M/cur/%u.x:2,T", n);
	scratch_put(name, "x");
}

static void
expunge(uint32_t seq)
{
	if (mailbox_expunge(m, seq) == -1)
		exit(111);
}

int
main(void)
{
	uint64_t start, middle;
	int64_t before;

	conf = scratch_conf();
	scratch_make();
	scratch_maildir("M");
	for (unsigned n = 1; n <= 9; n++)
		put(n);
	if (account_open("M", &conf, &a) == -1 ||
	    mailbox_open(a, span_of("", 0), false, &m) == -1)
		exit(111);
	start = mailbox_state(m)->highestmodseq;
	ok(start > 0 && vanished(start, ""), "nothing has gone");
	ok(vanished(1, "?"), "before it was opened nobody knows");
	ok(vanished(start + 1, "?"), "nor of what has not been");
	expunge(4);
	expunge(2);
	mailbox_expunge_end(m);
	middle = mailbox_state(m)->highestmodseq;
	expunge(3);
	expunge(9);
	mailbox_expunge_end(m);
	ok(vanished(start, "2:4 9:9 "), "ascending, joined");
	ok(vanished(middle, "3:3 9:9 "), "what went later");
	ok(vanished(mailbox_state(m)->highestmodseq, ""), "and last");
	(void)mailbox_forget(m, 9, NULL, NULL);
	ok(vanished(start, "2:4 9:9 "), "the same when it is forgotten");
	ok(mailbox_saved(m, 1) == -1, "when the first came is not known");
	before = clock_now();
	put(10);
	scratch_sleep_ms(40);
	ok(mailbox_sync(m) == 0 && mailbox_state(m)->count == 6, "one comes");
	ok(mailbox_saved(m, 6) >= before && mailbox_saved(m, 6) <= clock_now(),
	    "that is known");
	ok(mailbox_saved(m, 5) == -1, "and of no other");
	mailbox_close(m);
	account_close(a);
	strbuf_clear(&ranges);
	return done_testing();
}
