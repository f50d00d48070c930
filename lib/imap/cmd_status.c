/* cmd_status.c: STATUS (RFC 9051 6.3.11, RFC 7162, 7889, 8438, 8474, 9208). */
#include "base/nelem.h"
#include "imap/commands.h"
#include "imap/modseq.h"
#include "imap/name.h"
#include "imap/out.h"
#include "imap/status.h"

/* In the order in which they are answered, Courier's first. */
static const struct {
	const char *name;
	unsigned item;
} items_table[] = {
	{ "MESSAGES", STATUS_MESSAGES },
	{ "RECENT", STATUS_RECENT },
	{ "UIDNEXT", STATUS_UIDNEXT },
	{ "UIDVALIDITY", STATUS_UIDVALIDITY },
	{ "UNSEEN", STATUS_UNSEEN },
	{ "DELETED", STATUS_DELETED },
	{ "DELETED-STORAGE", STATUS_DELETED_STORAGE },
	{ "SIZE", STATUS_SIZE },
	{ "APPENDLIMIT", STATUS_APPENDLIMIT },
	{ "HIGHESTMODSEQ", STATUS_HIGHESTMODSEQ },
	{ "MAILBOXID", STATUS_MAILBOXID },
};

bool
p_status_items(struct span *in, unsigned *items)
{
	struct span s = *in, name;
	unsigned got = 0, one;

	if (!span_eat(&s, '('))
		return false;
	do {
		if (!p_atom(&s, &name))
			return false;
		one = 0;
		for (size_t i = 0; i < NELEM(items_table); i++)
			if (span_case_is(name, items_table[i].name))
				one = items_table[i].item;
		if (one == 0)
			return false;
		got |= one;
	} while (p_sp(&s));
	if (!span_eat(&s, ')'))
		return false;
	*in = s;
	*items = got;
	return true;
}

/* What is told of a folder. */
struct facts {
	struct mailbox_status st;
	char id[MAILBOX_OBJECTID_LEN + 1];
};

static void
put_value(struct session *s, unsigned item, const struct facts *f)
{
	const struct mailbox_status *st = &f->st;

	switch (item) {
	case STATUS_MESSAGES:
		wr_num(s->out, st->messages);
		break;
	case STATUS_RECENT:
		wr_num(s->out, st->recent);
		break;
	case STATUS_UIDNEXT:
		wr_num(s->out, st->uidnext);
		break;
	case STATUS_UIDVALIDITY:
		wr_num(s->out, st->uidvalidity);
		break;
	case STATUS_UNSEEN:
		wr_num(s->out, st->unseen);
		break;
	case STATUS_DELETED:
		wr_num(s->out, st->deleted);
		break;
	case STATUS_DELETED_STORAGE:
		wr_num(s->out, st->deleted_bytes);
		break;
	case STATUS_SIZE:
		wr_num(s->out, st->size);
		break;
	case STATUS_APPENDLIMIT:
		if (s->conf->append_limit > 0)
			wr_num(s->out, s->conf->append_limit);
		else
			wr_lit(s->out, "NIL");
		break;
	case STATUS_HIGHESTMODSEQ:
		wr_num(s->out, st->highestmodseq);
		break;
	case STATUS_MAILBOXID:
		wr_putc(s->out, '(');
		wr_span(s->out, span_str(f->id));
		wr_putc(s->out, ')');
		break;
	}
}

int
status_send(struct session *s, struct span folder, unsigned items)
{
	struct facts f;
	const char *sep = "";

	if (mailbox_status(s->account, folder, items & STATUS_SIZE, &f.st) ==
	    -1)
		return -1;
	if ((items & STATUS_MAILBOXID) &&
	    mailbox_id(s->account, folder, f.st.uidvalidity, f.id) == -1)
		return -1;
	if ((items & STATUS_HIGHESTMODSEQ) && f.st.highestmodseq != 0)
		f.st.highestmodseq = mailbox_highest(s->account, folder);
	if (items & STATUS_HIGHESTMODSEQ)
		modseq_enable(s);
	wr_lit(s->out, "* STATUS ");
	out_mailbox(s, folder);
	wr_lit(s->out, " (");
	for (size_t i = 0; i < NELEM(items_table); i++) {
		if (!(items & items_table[i].item))
			continue;
		wr_span(s->out, span_str(sep));
		wr_span(s->out, span_str(items_table[i].name));
		wr_putc(s->out, ' ');
		put_value(s, items_table[i].item, &f);
		sep = " ";
	}
	wr_lit(s->out, ")\r\n");
	return 0;
}

enum verdict
cmd_status(struct session *s, struct span args)
{
	struct span name, folder;
	unsigned items;

	if (!p_sp(&args) || !p_astring(&s->arena, &args, &name) ||
	    !p_sp(&args) || !p_status_items(&args, &items) || !p_end(&args))
		return session_bad(s);
	if (!name_to_folder(s, name, &folder))
		return session_say(
		    s, V_NO, "NONEXISTENT", "Invalid mailbox name.");
	if (status_send(s, folder, items) == -1)
		return session_errno(s);
	return V_OK;
}
