/* cmd_fetch.c: FETCH and UID FETCH (RFC 9051 6.4.5 and 6.4.9, RFC 7162). */
#include <errno.h>

#include "imap/commands.h"
#include "imap/fetch_parse.h"
#include "imap/fetch_send.h"
#include "imap/modseq.h"
#include "imap/token.h"
#include "imap/update.h"
#include "imap/vanished.h"

/*
 * What the tagged line says.  A message that another session has expunged is
 * left out (RFC 2180 section 4.1.3); by number its absence is an error that
 * the client learns to read from the code of RFC 5530, by UID it is what
 * RFC 9051 section 6.4.9 says of UIDs that do not exist.
 */
static enum verdict
verdict(const struct fetch *f)
{
	struct session *s = f->s;

	if (f->unknown_cte)
		return session_say(s, V_NO, "UNKNOWN-CTE",
		    "A part has an unknown transfer encoding.");
	if (f->error != 0) {
		errno = f->error;
		return session_errno(s);
	}
	if (f->gone && !s->uid)
		return session_say(
		    s, V_NO, "EXPUNGEISSUED", "Some messages were expunged.");
	return session_say(s, V_OK, NULL, "FETCH completed.");
}

/* A FETCH at work: what it asks for. */
struct fetching {
	struct seqset set;
	struct fetch_items items;
	struct fetch_modifiers mods;
	bool modseq; /* MODSEQ is among the items */
};

static bool
p_fetch(struct session *s, struct span args, struct fetching *out)
{
	if (!p_sp(&args) || !p_sequence_set(&s->arena, &args, &out->set) ||
	    !p_sp(&args) || !p_fetch_items(&s->arena, &args, &out->items) ||
	    !p_fetch_modifiers(&args, &out->mods) || !p_end(&args))
		return false;
	out->modseq = out->mods.changed;
	for (size_t i = 0; i < out->items.n; i++)
		out->modseq |= out->items.v[i].kind == FETCH_MODSEQ;
	return true;
}

/* Why the modifiers are BAD (RFC 7162 sections 3.1.2.2 and 3.2.6), or NULL. */
static const char *
wrong_modifiers(const struct session *s, const struct fetching *f)
{
	if (f->modseq && modseq_is_refused(s))
		return "This mailbox has no mod-sequences.";
	if (!f->mods.vanished)
		return NULL;
	if (!s->uid || !f->mods.changed)
		return "VANISHED goes with UID FETCH and CHANGEDSINCE.";
	return s->qresync ? NULL : "QRESYNC has not been enabled.";
}

/*
 * VANISHED (EARLIER) for UIDs of the set.  "*" is the highest UID there ever
 * was: the last message may be what is gone.
 */
static void
tell_vanished(struct session *s, const struct fetching *f)
{
	struct seqset set = f->set;

	if (set.saved) {
		vanished_earlier(s, f->mods.since, &s->saved, 0);
		return;
	}
	set.r = arena_array(&s->arena, set.n, sizeof *set.r);
	for (size_t i = 0; i < set.n; i++)
		set.r[i] = f->set.r[i];
	seqset_resolve(&set, mailbox_state(s->mbox)->uidnext - 1);
	vanished_earlier(s, f->mods.since, &set, 0);
}

/*
 * What is changed is looked for first: a client asks for the changes there
 * are, not for those that we know of.  VANISHED (EARLIER) comes before any
 * FETCH (RFC 7162 section 3.2.6).
 */
static void
prepare(struct session *s, struct fetching *f)
{
	struct fetch_modifiers *m = &f->mods;

	if (f->modseq)
		modseq_enable(s);
	if (m->changed) {
		(void)mailbox_sync(s->mbox);
		update_numbers(s, s->uid);
	}
	if (m->vanished)
		tell_vanished(s, f);
	if (m->changed && m->since > mailbox_state(s->mbox)->highestmodseq)
		m->since = 0; /* it knows what was lost here */
}

static bool
is_wanted(struct session *s, const struct fetching *f, uint32_t seq)
{
	return !f->mods.changed ||
	       mailbox_message(s->mbox, seq).modseq > f->mods.since;
}

enum verdict
cmd_fetch(struct session *s, struct span args)
{
	struct fetching what = { .modseq = false };
	struct fetch f;
	const char *why;
	uint32_t *seqs;
	size_t n;
	enum verdict v;

	if (!p_fetch(s, args, &what))
		return session_bad(s);
	if ((why = wrong_modifiers(s, &what)) != NULL)
		return session_say(s, V_BAD, NULL, why);
	prepare(s, &what);
	if (!session_seqs(s, &what.set, &seqs, &n))
		return session_say(
		    s, V_BAD, NULL, "No message has that number.");
	fetch_init(&f, s, &what.items);
	f.add_modseq = what.modseq;
	for (size_t i = 0; i < n && !s->out->failed; i++)
		if (is_wanted(s, &what, seqs[i]))
			fetch_message(&f, seqs[i]);
	v = verdict(&f);
	fetch_clear(&f);
	return v;
}
