/* cmd_select.c: SELECT, EXAMINE, CLOSE, UNSELECT, EXPUNGE. */
#include "imap/commands.h"
#include "imap/modseq.h"
#include "imap/name.h"
#include "imap/out.h"
#include "imap/resync.h"
#include "imap/select_parse.h"
#include "imap/update.h"

static void
code_num(struct session *s, const char *code, uint32_t n)
{
	wr_lit(s->out, "* OK [");
	wr_span(s->out, span_str(code));
	wr_putc(s->out, ' ');
	wr_num(s->out, n);
	wr_lit(s->out, "] Ok\r\n");
}

static void
tell_number(struct session *s, uint32_t n, const char *what)
{
	wr_lit(s->out, "* ");
	wr_num(s->out, n);
	wr_span(s->out, span_str(what));
}

/* RFC 8474 section 4.2 */
static void
tell_mailboxid(struct session *s)
{
	char id[MAILBOX_OBJECTID_LEN + 1];

	if (mailbox_id(s->account, mailbox_folder(s->mbox),
		mailbox_state(s->mbox)->uidvalidity, id) == -1)
		return;
	wr_lit(s->out, "* OK [MAILBOXID (");
	wr_span(s->out, span_str(id));
	wr_lit(s->out, ")] Ok\r\n");
}

/* What RFC 9051 6.3.2 and, for rev1, RFC 3501 6.3.1 want to hear. */
static void
describe(struct session *s)
{
	const struct mailbox_state *st = mailbox_state(s->mbox);
	uint32_t unseen;

	s->exists = st->count;
	s->recent = mailbox_recent(s->mbox, 1, s->exists);
	update_flags(s);
	tell_number(s, s->exists, " EXISTS\r\n");
	if (!s->rev2) {
		tell_number(s, s->recent, " RECENT\r\n");
		if ((unseen = mailbox_first_unseen(s->mbox)) > 0)
			code_num(s, "UNSEEN", unseen);
	}
	code_num(s, "UIDVALIDITY", st->uidvalidity);
	code_num(s, "UIDNEXT", st->uidnext);
	if (!st->sticky)
		wr_lit(s->out, "* NO [UIDNOTSTICKY] UIDs cannot be stored\r\n");
	modseq_put_highest(s);
	tell_mailboxid(s);
	if (!s->rev2)
		return;
	wr_lit(s->out, "* LIST () \".\" ");
	out_mailbox(s, mailbox_folder(s->mbox));
	wr_lit(s->out, "\r\n");
}

static enum verdict
select_mailbox(struct session *s, struct span args, bool readonly)
{
	struct select_args select;
	struct span folder;

	if (!p_select(&s->arena, args, &select))
		return session_bad(s);
	if (select.qresync && !s->qresync)
		return session_say(
		    s, V_BAD, NULL, "QRESYNC has not been enabled.");
	if (s->mbox != NULL)
		wr_lit(s->out, "* OK [CLOSED] Previous mailbox closed.\r\n");
	session_deselect(s);
	s->condstore |= select.condstore;
	if (!name_to_folder(s, select.mailbox, &folder))
		return session_say(
		    s, V_NO, "NONEXISTENT", "Invalid mailbox name.");
	if (mailbox_open_soon(s->account, folder, readonly, &s->mbox) == -1)
		return session_errno(s);
	s->state = STATE_SELECTED;
	describe(s);
	if (select.qresync)
		resync(s, &select.known);
	return session_say(s, V_OK,
	    mailbox_is_readonly(s->mbox) ? "READ-ONLY" : "READ-WRITE", "Ok");
}

enum verdict
cmd_select(struct session *s, struct span args)
{
	return select_mailbox(s, args, false);
}

enum verdict
cmd_examine(struct session *s, struct span args)
{
	return select_mailbox(s, args, true);
}

enum verdict
cmd_unselect(struct session *s, struct span args)
{
	if (!p_end(&args))
		return session_bad(s);
	session_deselect(s);
	return session_say(s, V_OK, NULL, "mailbox closed.");
}

/* --- EXPUNGE ------------------------------------------------------------- */

static int
expunge_one(struct session *s, uint32_t seq)
{
	struct message m = mailbox_message(s->mbox, seq);

	if (!(m.flags & FLAG_DELETED) || (m.state & MSG_GONE))
		return 0;
	return mailbox_expunge(s->mbox, seq);
}

/* Every deleted message, or of those in seqs. */
static int
expunge(struct session *s, const uint32_t *seqs, size_t n)
{
	int failed = 0;

	for (size_t i = 0; i < n; i++)
		if (expunge_one(s, seqs == NULL ? (uint32_t)i + 1 : seqs[i]))
			failed = -1;
	return mailbox_expunge_end(s->mbox) == -1 ? -1 : failed;
}

enum verdict
cmd_expunge(struct session *s, struct span args)
{
	uint32_t *seqs = NULL;
	struct seqset set;
	size_t n = s->exists;
	enum verdict v;
	int failed;

	if (s->uid && (!p_sp(&args) || !p_sequence_set(&s->arena, &args, &set)))
		return session_bad(s);
	if (!p_end(&args))
		return session_bad(s);
	if (s->uid && !session_seqs(s, &set, &seqs, &n))
		return session_bad(s);
	(void)mailbox_sync(s->mbox); /* flags as they are now */
	failed = s->uid && n == 0 ? 0 : expunge(s, seqs, n);
	v = failed ? session_errno(s) : V_OK;
	update_report(s, true);
	return v;
}

enum verdict
cmd_close(struct session *s, struct span args)
{
	if (!p_end(&args))
		return session_bad(s);
	if (!mailbox_is_readonly(s->mbox)) {
		(void)mailbox_sync(s->mbox);
		(void)expunge(s, NULL, mailbox_state(s->mbox)->count);
	}
	session_deselect(s);
	return session_say(s, V_OK, NULL, "mailbox closed.");
}
