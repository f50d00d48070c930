/* cmd_store.c: STORE (RFC 9051 6.4.6). */
#include <errno.h>
#include <stdlib.h>

#include "imap/commands.h"
#include "imap/out.h"
#include "imap/update.h"

struct store_args {
	struct seqset set;
	enum flag_op op;
	bool silent;
	struct flag_list flags;
};

/*
 * store = "STORE" SP sequence-set SP store-att-flags
 * store-att-flags = (["+" / "-"] "FLAGS" [".SILENT"]) SP
 *                   (flag-list / (flag *(SP flag)))
 */
static bool
p_store(struct arena *a, struct span in, struct store_args *out)
{
	if (!p_sp(&in) || !p_sequence_set(a, &in, &out->set) || !p_sp(&in))
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

/*
 * One message.  A silent client knows what its change did, but not what
 * someone else's did to the same message: MSG_CHANGED stays for that.
 */
static int
store_one(struct session *s, const struct store_args *args,
    const struct flag_change *change, uint32_t seq)
{
	bool changed;
	int r = -1;

	if (!(mailbox_message(s->mbox, seq).state & MSG_GONE))
		r = mailbox_store(s->mbox, seq, change, &changed);
	if (r == -1) {
		if (mailbox_message(s->mbox, seq).state & MSG_GONE)
			errno = ESTALE;
		return -1;
	}
	if (args->silent)
		return 0;
	mailbox_told(s->mbox, seq);
	out_fetch_flags(s, seq, s->uid);
	return 0;
}

enum verdict
cmd_store(struct session *s, struct span args)
{
	struct flag_change change = { 0 };
	struct store_args st;
	uint32_t *seqs;
	int failed = 0;
	size_t n;

	if (!p_store(&s->arena, args, &st) ||
	    !session_seqs(s, &st.set, &seqs, &n))
		return session_bad(s);
	change.op = st.op;
	change.flags = st.flags.flags;
	keywords_find(s, &st.flags, st.op != FLAG_REMOVE, &change.keywords,
	    &change.nkeywords);
	if (mailbox_state(s->mbox)->keywords_new)
		update_flags(s);
	for (size_t i = 0; i < n; i++)
		if (store_one(s, &st, &change, seqs[i]) == -1)
			failed =
			    failed == 0 || failed == ESTALE ? errno : failed;
	if (failed == 0)
		return V_OK;
	errno = failed;
	/* A UID that is gone is no error (RFC 9051 6.4.9). */
	return s->uid && failed == ESTALE ? V_OK : session_errno(s);
}
