/* cmd_status.c: STATUS (RFC 9051 6.3.11, RFC 7162, 7889, 8438, 8474, 9208). */
#include <string.h>

#include "base/nelem.h"
#include "base/num.h"
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
		for (size_t i = 0; one == 0 && i < NELEM(items_table); i++)
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

enum { VALUES_LEN = 1024 }; /* for all items, a name and a number each */

/* What is told of a folder. */
struct facts {
	struct mailbox_status st;
	char id[MAILBOX_OBJECTID_LEN + 1];
};

static uint64_t
number(unsigned item, const struct mailbox_status *st)
{
	switch (item) {
	case STATUS_MESSAGES:
		return st->messages;
	case STATUS_RECENT:
		return st->recent;
	case STATUS_UIDNEXT:
		return st->uidnext;
	case STATUS_UIDVALIDITY:
		return st->uidvalidity;
	case STATUS_UNSEEN:
		return st->unseen;
	case STATUS_DELETED:
		return st->deleted;
	case STATUS_DELETED_STORAGE:
		return st->deleted_bytes;
	case STATUS_SIZE:
		return st->size;
	default:
		return st->highestmodseq;
	}
}

static char *
put(char *to, const char *s)
{
	size_t len = strlen(s);

	return (char *)memcpy(to, s, len) + len;
}

static char *
put_value(char *to, struct session *s, unsigned item, const struct facts *f)
{
	if (item == STATUS_MAILBOXID) {
		*to++ = '(';
		to = put(to, f->id);
		*to++ = ')';
		return to;
	}
	if (item != STATUS_APPENDLIMIT)
		return num_put(to, number(item, &f->st));
	if (s->conf->append_limit > 0)
		return num_put(to, s->conf->append_limit);
	return put(to, "NIL");
}

/* Put together here: a LIST can ask for it thousands of times. */
static void
put_values(struct session *s, unsigned items, const struct facts *f)
{
	char text[VALUES_LEN], *to = text;

	for (size_t i = 0; items != 0; items &= ~items_table[i++].item) {
		if (!(items & items_table[i].item))
			continue;
		if (to > text)
			*to++ = ' ';
		to = put(to, items_table[i].name);
		*to++ = ' ';
		to = put_value(to, s, items_table[i].item, f);
	}
	wr_bytes(s->out, text, (size_t)(to - text));
}

int
status_send(struct session *s, struct span folder, unsigned items)
{
	struct facts f;

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
	put_values(s, items, &f);
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
