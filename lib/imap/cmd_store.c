/* cmd_store.c: STORE (RFC 9051 6.4.6), UNCHANGEDSINCE (RFC 7162 3.1.3). */
#include <errno.h>
#include <stdlib.h>

#include "imap/commands.h"
#include "imap/modseq.h"
#include "imap/out.h"
#include "imap/update.h"

enum { BATCH = 1000 }; /* messages that others wait for */

struct store_args {
	struct seqset set;
	enum flag_op op;
	bool silent;
	bool conditional;
	uint64_t unchanged_since;
	struct flag_list flags;
};

/*
 * store-modifiers = "(" store-modifier *(SP store-modifier) ")"
 * store-modifier = "UNCHANGEDSINCE" SP mod-sequence-valzer, only one
 */
static bool
p_store_modifiers(struct span *in, struct store_args *out)
{
	struct span s = *in;
	uint64_t modseq;

	if (!span_eat(&s, '(') || !p_word(&s, "UNCHANGEDSINCE") || !p_sp(&s) ||
	    !p_number64(&s, &modseq) || !span_eat(&s, ')'))
		return false;
	*in = s;
	out->conditional = true;
	out->unchanged_since = modseq;
	return true;
}

/*
 * store = "STORE" SP sequence-set [SP store-modifiers] SP store-att-flags
 * store-att-flags = (["+" / "-"] "FLAGS" [".SILENT"]) SP
 *                   (flag-list / (flag *(SP flag)))
 */
static bool
p_store(struct arena *a, struct span in, struct store_args *out)
{
	*out = (struct store_args){ .conditional = false };
	if (!p_sp(&in) || !p_sequence_set(a, &in, &out->set) || !p_sp(&in))
		return false;
	if (span_at(&in, '(') && (!p_store_modifiers(&in, out) || !p_sp(&in)))
		return false;
	out->op = span_eat(&in, '+')   ? FLAG_ADD
		  : span_eat(&in, '-') ? FLAG_REMOVE
				       : FLAG_SET;
	if (!span_eat_word(&in, "FLAGS"))
		return false;
	out->silent = span_eat_word(&in, ".SILENT");
	return p_sp(&in) && p_store_flags(a, &in, &out->flags) && p_end(&in);
}

static int
by_number(const void *x, const void *y)
{
	uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;

	return a < b ? -1 : a > b;
}

/*
 * The numbers of the names in l, ascending and each once; those that the
 * mailbox does not know are added, or left out where add is false.  Where
 * keywords are switched off there are none: what PERMANENTFLAGS does not list
 * is ignored (RFC 9051 section 7.1).
 */
static void
keywords_find(struct session *s, const struct flag_list *l, bool add,
    const uint32_t **out, size_t *n)
{
	size_t names = s->conf->keywords ? l->nkeywords : 0;
	uint32_t *k = arena_array(&s->arena, names + 1, sizeof *k);
	size_t have = 0, used = 0;

	for (size_t i = 0; i < names; i++)
		if (mailbox_keyword_find(
			s->mbox, l->keywords[i], add, &k[have]))
			have++;
	qsort(k, have, sizeof *k, by_number);
	for (size_t i = 0; i < have; i++)
		if (used == 0 || k[used - 1] != k[i])
			k[used++] = k[i];
	*out = k;
	*n = used;
}

/* A STORE at work. */
struct storing {
	struct session *s;
	struct store_args args;
	struct flag_change change;
	uint32_t
	    *modified; /* what failed the test: numbers, or with UID UIDs */
	size_t nmodified;
	int failed; /* errno of what failed otherwise */
};

static void
tell_flags(struct session *s, uint32_t seq)
{
	mailbox_told(s->mbox, seq);
	out_fetch_flags(s, seq, s->uid);
}

/* It has been changed: told at once, so that the client need not ask. */
static void
add_modified(struct storing *st, uint32_t seq)
{
	struct session *s = st->s;

	st->modified[st->nmodified++] =
	    s->uid ? mailbox_message(s->mbox, seq).uid : seq;
	tell_flags(s, seq);
}

/*
 * What a silent client has to be told: the new mod-sequence, if it knows of
 * those.  It knows what its change did, but not what someone else's did to the
 * same message: MSG_CHANGED stays for that.
 */
static void
tell_silently(struct storing *st, uint32_t seq, bool changed)
{
	if (modseq_is_on(st->s) && (changed || st->args.conditional))
		out_fetch_modseq(st->s, seq);
}

struct stored {
	int error; /* errno, or 0 */
	bool changed;
};

/*
 * The changes of one batch, under one lock; nothing is said meanwhile.  The
 * last one's is kept for the next STORE, if that comes at once.
 */
static void
store_all(struct storing *st, const uint32_t *seqs, size_t n, bool last,
    struct stored *out)
{
	struct mailbox *m = st->s->mbox;
	bool begun = mailbox_begin(m) == 0; /* or each for itself */

	for (size_t i = 0; i < n; i++) {
		out[i] = (struct stored){ .error = ESTALE };
		if (mailbox_message(m, seqs[i]).state & MSG_GONE)
			continue;
		out[i].error = 0;
		if (mailbox_store(m, seqs[i], &st->change, &out[i].changed) ==
		    -1)
			out[i].error = errno;
	}
	if (begun && last && !modseq_is_on(st->s))
		mailbox_hold(m);
	else if (begun)
		mailbox_end(m);
}

static void
tell_stored(struct storing *st, uint32_t seq, const struct stored *is)
{
	struct session *s = st->s;

	if (is->error == 0 && st->args.silent) {
		tell_silently(st, seq, is->changed);
	} else if (is->error == 0) {
		tell_flags(s, seq);
	} else if (mailbox_message(s->mbox, seq).state & MSG_GONE) {
		st->failed = st->failed == 0 ? ESTALE : st->failed;
	} else if (is->error == ECANCELED) {
		add_modified(st, seq);
	} else if (st->failed == 0 || st->failed == ESTALE) {
		st->failed = is->error;
	}
}

/*
 * The MODIFIED code must be there, whatever else went wrong; that is left to
 * the text then.
 */
static enum verdict
finish(struct storing *st)
{
	struct session *s = st->s;
	enum verdict v = V_OK;

	errno = st->failed;
	/* A UID that is gone is no error (RFC 9051 6.4.9). */
	if (st->failed != 0 && !(s->uid && st->failed == ESTALE))
		v = session_errno(s);
	if (st->nmodified == 0)
		return v;
	(void)session_say(
	    s, v, NULL, v == V_OK ? "Conditional STORE failed." : s->text);
	strbuf_puts(&s->code, "MODIFIED ");
	out_put_set(&s->code, st->modified, st->nmodified);
	return v;
}

/* The arguments, all checked; false is BAD. */
static bool
prepare(struct storing *st, struct span args, uint32_t **seqs, size_t *n)
{
	struct session *s = st->s;
	struct store_args *a = &st->args;

	if (!p_store(&s->arena, args, a) ||
	    (a->conditional && modseq_is_refused(s)))
		return false;
	if (!session_seqs(s, &a->set, seqs, n))
		return false;
	st->modified = arena_array(&s->arena, *n, sizeof *st->modified);
	st->change.op = a->op;
	st->change.flags = a->flags.flags;
	st->change.conditional = a->conditional;
	st->change.unchanged_since = a->unchanged_since;
	return true;
}

enum verdict
cmd_store(struct session *s, struct span args)
{
	struct storing st = { .s = s };
	struct flag_change *c = &st.change;
	struct stored *stored;
	uint32_t *seqs;
	size_t n, upto;

	if (!prepare(&st, args, &seqs, &n))
		return session_bad(s);
	if (st.args.conditional) {
		modseq_enable(s);
		(void)mailbox_sync(s->mbox); /* what others have changed */
	}
	keywords_find(s, &st.args.flags, c->op != FLAG_REMOVE, &c->keywords,
	    &c->nkeywords);
	if (mailbox_state(s->mbox)->keywords_new)
		update_flags(s);
	stored = arena_array(&s->arena, n < BATCH ? n : BATCH, sizeof *stored);
	for (size_t i = 0; i < n; i = upto) {
		upto = n - i > BATCH ? i + BATCH : n;
		store_all(&st, seqs + i, upto - i, upto == n, stored);
		for (size_t k = i; k < upto; k++)
			tell_stored(&st, seqs[k], &stored[k - i]);
	}
	return finish(&st);
}
