/* update.c: what the client is told without having asked. */
#include "imap/update.h"

#include <errno.h>

#include "imap/modseq.h"
#include "imap/out.h"
#include "imap/vanished.h"

static void
keywords(struct session *s)
{
	uint32_t n = mailbox_keyword_count(s->mbox);

	for (uint32_t k = 0; k < n; k++)
		(void)out_keyword(s, " ", k);
	s->keywords = n;
}

void
update_flags(struct session *s)
{
	mailbox_state(s->mbox)->keywords_new = false;
	wr_lit(
	    s->out, "* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft");
	keywords(s);
	wr_lit(s->out, ")\r\n* OK [PERMANENTFLAGS (");
	if (mailbox_is_readonly(s->mbox)) {
		wr_lit(s->out, ")] No permanent flags permitted\r\n");
		return;
	}
	wr_lit(s->out, "\\Answered \\Flagged \\Deleted \\Seen \\Draft");
	keywords(s);
	if (s->conf->keywords)
		wr_lit(s->out, " \\*");
	wr_lit(s->out, ")] Limited\r\n");
}

struct going {
	struct session *s;
	bool qresync;
	struct vanished v;
};

static void
tell_gone(void *arg, uint32_t seq, uint32_t uid)
{
	struct going *g = arg;

	g->s->told_gone = true;
	if (g->qresync) {
		vanished_add(&g->v, uid, uid);
		return;
	}
	wr_lit(g->s->out, "* ");
	wr_num(g->s->out, seq);
	wr_lit(g->s->out, " EXPUNGE\r\n");
}

static void
forget(struct session *s)
{
	struct going g = { .s = s, .v.w = s->out };

	g.qresync = s->qresync && modseq_is_on(s);
	s->exists = mailbox_forget(s->mbox, s->exists, tell_gone, &g);
	vanished_end(&g.v);
}

static uint32_t
count_recent(struct session *s, uint32_t from)
{
	return mailbox_recent(s->mbox, from, mailbox_state(s->mbox)->count);
}

/* New messages: EXISTS, and RECENT for those that still know it. */
static void
tell_exists(struct session *s)
{
	uint32_t count = mailbox_state(s->mbox)->count;

	if (count == s->exists)
		return;
	s->recent += count_recent(s, s->exists + 1);
	s->exists = count;
	wr_lit(s->out, "* ");
	wr_num(s->out, s->exists);
	wr_lit(s->out, " EXISTS\r\n");
	if (s->rev2)
		return;
	wr_lit(s->out, "* ");
	wr_num(s->out, s->recent);
	wr_lit(s->out, " RECENT\r\n");
}

/* Flags that others changed; what is gone keeps silent until it is told. */
static void
tell_flags(struct session *s)
{
	struct mailbox_state *st = mailbox_state(s->mbox);
	bool gone = false;

	for (uint32_t seq = 1; seq <= s->exists; seq++) {
		struct message m = mailbox_message(s->mbox, seq);

		gone |= (m.state & MSG_GONE) != 0;
		if (!(m.state & MSG_CHANGED))
			continue;
		mailbox_told(s->mbox, seq);
		if (!(m.state & MSG_GONE))
			out_fetch_flags(s, seq, s->uid || s->rev2);
	}
	st->changed = gone;
}

void
update_numbers(struct session *s, bool expunge)
{
	struct mailbox_state *st = mailbox_state(s->mbox);

	if (st->damaged)
		return;
	if (st->changed && expunge) {
		forget(s);
		s->recent = s->rev2 ? 0 : count_recent(s, 1);
		s->recent -= s->rev2 ? 0 : count_recent(s, s->exists + 1);
	}
	if (st->keywords_new)
		update_flags(s);
	tell_exists(s);
}

void
update_report(struct session *s, bool expunge)
{
	update_numbers(s, expunge);
	if (mailbox_state(s->mbox)->changed)
		tell_flags(s);
}

void
update_sync(struct session *s, bool expunge)
{
	(void)mailbox_sync(s->mbox); /* what was seen before stays true */
	update_report(s, expunge);
}

bool
update_try(struct session *s)
{
	bool busy = mailbox_try_sync(s->mbox) == -1 && errno == EBUSY;

	update_report(s, true);
	return !busy;
}
