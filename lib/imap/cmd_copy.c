/* cmd_copy.c: COPY and MOVE (RFC 9051 6.4.7, 6.4.8). */
#include <errno.h>

#include "imap/commands.h"
#include "imap/name.h"
#include "imap/out.h"
#include "imap/outbox.h"
#include "imap/update.h"
#include "store/append.h"
#include "store/folder.h"

struct copy {
	struct span folder;
	uint32_t *seqs; /* what was copied, in the end */
	size_t n;
	uint32_t uidvalidity;
	const uint32_t *uids; /* where they are now; one for each of seqs */
};

/* SP sequence-set SP mailbox; false: *v is the answer. */
static bool
parse(struct session *s, struct span args, struct copy *c, enum verdict *v)
{
	struct seqset set;
	struct span name;

	*v = V_BAD;
	if (!p_sp(&args) || !p_sequence_set(&s->arena, &args, &set) ||
	    !p_sp(&args) || !p_astring(&s->arena, &args, &name) ||
	    !p_end(&args) || !session_seqs(s, &set, &c->seqs, &c->n)) {
		(void)session_bad(s);
		return false;
	}
	*v = V_NO;
	if (!name_to_folder(s, name, &c->folder)) {
		(void)session_say(s, V_NO, "CANNOT", "Invalid mailbox name.");
		return false;
	}
	if (folder_exists(s->account, c->folder) == 0)
		return true;
	(void)session_say(s, V_NO, "TRYCREATE", "Mailbox does not exist.");
	return false;
}

/* "COPYUID 795289312 1:3 7:9" (RFC 4315 section 3) */
static void
put_copyuid(struct session *s, const struct copy *c, struct strbuf *out)
{
	uint32_t *from = arena_array(&s->arena, c->n, sizeof *from);

	for (size_t i = 0; i < c->n; i++)
		from[i] = mailbox_message(s->mbox, c->seqs[i]).uid;
	strbuf_puts(out, "COPYUID ");
	strbuf_num(out, c->uidvalidity);
	strbuf_putc(out, ' ');
	out_put_set(out, from, c->n);
	strbuf_putc(out, ' ');
	out_put_set(out, c->uids, c->n);
}

/* --- COPY ---------------------------------------------------------------- */

static int
copy_all(struct session *s, struct append *ap, struct copy *c)
{
	size_t have = 0, n;

	for (size_t i = 0; i < c->n; i++) {
		if (append_copy(ap, s->mbox, c->seqs[i]) == -1) {
			if (errno == ESTALE && s->uid)
				continue; /* as if it had not been named */
			return -1;
		}
		c->seqs[have++] = c->seqs[i];
	}
	c->n = have;
	if (have == 0)
		return 0;
	if (outbox_is(s, c->folder) && outbox_send(s, ap) == -1)
		return -1;
	return append_commit(ap, &c->uidvalidity, &c->uids, &n);
}

enum verdict
cmd_copy(struct session *s, struct span args)
{
	struct append *ap = NULL;
	struct copy c = { 0 };
	enum verdict v;

	if (!parse(s, args, &c, &v))
		return v;
	if (append_begin(s->account, c.folder, &ap) == -1)
		return session_errno_to(s, c.folder);
	if (copy_all(s, ap, &c) == -1) {
		v = session_errno_to(s, c.folder);
		append_free(ap);
		return v;
	}
	for (size_t i = 0; i < c.n; i++)
		mailbox_note_copied(s->mbox, c.seqs[i]);
	if (c.n > 0)
		put_copyuid(s, &c, &s->code);
	append_free(ap);
	if (span_eq(c.folder, mailbox_folder(s->mbox)))
		update_sync(s, s->uid);
	return V_OK;
}

/* --- MOVE ---------------------------------------------------------------- */

/* Leave out what had vanished before it could be moved. */
static void
drop_vanished(struct copy *c, uint32_t *uids)
{
	size_t have = 0;

	for (size_t i = 0; i < c->n; i++) {
		if (uids[i] == 0)
			continue;
		c->seqs[have] = c->seqs[i];
		uids[have++] = uids[i];
	}
	c->n = have;
	c->uids = uids;
}

/* Told before the messages go, also when only some could be moved. */
static void
tell_moved(struct session *s, const struct copy *c)
{
	struct strbuf code = { 0 };

	put_copyuid(s, c, &code);
	if (mailbox_state(s->mbox)->damaged)
		goto clear; /* the session ends */
	wr_lit(s->out, "* OK [");
	wr_span(s->out, strbuf_span(&code));
	wr_lit(s->out, "] Moved\r\n");
clear:
	strbuf_clear(&code);
}

enum verdict
cmd_move(struct session *s, struct span args)
{
	struct append_moved moved = { 0 };
	struct copy c = { 0 };
	enum verdict v;
	size_t asked;
	int r = 0;

	if (!parse(s, args, &c, &v))
		return v;
	if (outbox_is(s, c.folder))
		return session_say(
		    s, V_NO, "CANNOT", "Messages are sent by COPY or APPEND.");
	asked = c.n;
	moved.uids = arena_array(&s->arena, c.n, sizeof *moved.uids);
	if (c.n > 0)
		r = append_move(s->mbox, c.seqs, c.n, c.folder, &moved);
	v = r == -1 ? session_errno_to(s, c.folder) : V_OK;
	drop_vanished(&c, moved.uids);
	c.uidvalidity = moved.uidvalidity;
	if (c.n > 0)
		tell_moved(s, &c);
	if (v == V_OK && c.n < asked && !s->uid)
		return session_say(s, V_NO, "EXPUNGEISSUED",
		    "Some messages were gone already.");
	return v;
}
