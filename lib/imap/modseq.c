/* modseq.c: what CONDSTORE and QRESYNC add to answers (RFC 7162). */
#include "imap/modseq.h"

bool
modseq_is_on(const struct session *s)
{
	return s->condstore && s->mbox != NULL &&
	       mailbox_state(s->mbox)->sticky;
}

bool
modseq_is_refused(const struct session *s)
{
	return s->mbox != NULL && !mailbox_state(s->mbox)->sticky;
}

static void
put_code(struct session *s, uint64_t modseq, const char *text)
{
	wr_lit(s->out, "* OK [HIGHESTMODSEQ ");
	wr_num(s->out, modseq);
	wr_lit(s->out, "] ");
	wr_span(s->out, span_str(text));
	wr_lit(s->out, "\r\n");
}

void
modseq_put_highest(struct session *s)
{
	if (modseq_is_refused(s))
		wr_lit(s->out, "* OK [NOMODSEQ] No mod-sequences are kept\r\n");
	else
		put_code(s, mailbox_state(s->mbox)->highestmodseq, "Ok");
}

void
modseq_enable(struct session *s)
{
	if (s->condstore)
		return;
	s->condstore = true;
	if (modseq_is_on(s))
		modseq_put_highest(s);
}

void
modseq_put(struct session *s, uint64_t modseq)
{
	wr_lit(s->out, "MODSEQ ");
	modseq_put_value(s, modseq);
}

void
modseq_put_value(struct session *s, uint64_t modseq)
{
	wr_putc(s->out, '(');
	wr_num(s->out, modseq);
	wr_putc(s->out, ')');
	s->told_modseq = true;
}

/*
 * The client has been told all changes up to *out; whether there are others:
 * messages that are gone and keep their numbers for now.
 */
static bool
is_delayed(struct session *s, uint64_t *out)
{
	const struct mailbox_state *st = mailbox_state(s->mbox);
	bool delayed = false;

	*out = st->highestmodseq;
	for (uint32_t seq = 1; st->changed && seq <= s->exists; seq++) {
		struct message m = mailbox_message(s->mbox, seq);

		if (!(m.state & MSG_GONE))
			continue;
		delayed = true;
		if (m.modseq <= *out)
			*out = m.modseq - 1;
	}
	if (*out == 0)
		*out = 1; /* section 7: it is positive */
	return delayed;
}

void
modseq_end(struct session *s, enum verdict v)
{
	uint64_t modseq;

	if (!modseq_is_on(s))
		return;
	if (!(is_delayed(s, &modseq) && s->told_modseq) && !s->told_gone)
		return;
	if (v != V_OK || s->code.len > 0) {
		put_code(s, modseq, "Ok");
		return;
	}
	strbuf_puts(&s->code, "HIGHESTMODSEQ ");
	strbuf_num(&s->code, modseq);
}
