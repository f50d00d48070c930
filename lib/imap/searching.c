/* searching.c: which messages a program names, and how that is told. */
#include "imap/searching.h"

#include "imap/gather.h"
#include "imap/modseq.h"
#include "imap/out.h"
#include "imap/update.h"
#include "store/search.h"

/* RFC 9051 6.4.4: US-ASCII is what is in UTF-8 anyway. */
static bool
is_charset_known(struct span charset)
{
	return charset.p == NULL || span_case_is(charset, "UTF-8") ||
	       span_case_is(charset, "US-ASCII");
}

/* The ranges of a set, as the store has them. */
static void
give_set(struct session *s, const struct seqset *set, struct search_key *key)
{
	struct search_range *r = arena_array(&s->arena, set->n, sizeof *r);

	for (size_t i = 0; i < set->n; i++) {
		r[i].lo = set->r[i].a;
		r[i].hi = set->r[i].b;
	}
	key->set = r;
	key->nset = set->n;
}

static uint32_t
last_uid(const struct session *s)
{
	return s->exists == 0 ? 0 : mailbox_message(s->mbox, s->exists).uid;
}

/*
 * False when a number is out of range (RFC 9051 section 9, seq-number): that
 * is BAD.  "*" in an empty mailbox matches nothing; "1:*" is what clients
 * ask before they know that there is nothing.
 */
static bool
resolve(struct session *s, struct search_setref *ref)
{
	bool star = false;

	if (ref->set.saved) {
		ref->key->kind = SEARCH_UIDS;
		give_set(s, &s->saved, ref->key);
		return true;
	}
	/* RFC 7162 section 3.2.10.2, of UID SEARCH with message numbers */
	s->by_number |= ref->key->kind == SEARCH_SEQS;
	for (size_t i = 0; i < ref->set.n; i++) {
		const struct seqrange *r = &ref->set.r[i];

		star = r->a == 0 || r->b == 0;
		if (ref->key->kind == SEARCH_SEQS &&
		    !(star && s->exists == 0) &&
		    (r->a > s->exists || r->b > s->exists))
			return false;
	}
	seqset_resolve(
	    &ref->set, ref->key->kind == SEARCH_UIDS ? last_uid(s) : s->exists);
	give_set(s, &ref->set, ref->key);
	return true;
}

/* RFC 5182 section 2.1: what is refused with NO leaves "$" empty. */
static void
save_nothing(struct session *s, const struct search_args *args)
{
	struct search_result none = { 0 };

	if ((args->want & RETURN_SAVE) != 0)
		searching_save(s, &none);
}

/* What has nothing to do with messages.  V_OK, or what the answer is. */
static enum verdict
check(struct session *s, const struct search_args *args)
{
	/* RFC 9755 section 3; RFC 9051 6.4.4 allows it in IMAP4rev2 */
	if (!args->needs_charset && args->charset.p != NULL && s->utf8 &&
	    !s->rev2)
		return session_say(s, V_BAD, NULL,
		    "CHARSET is not allowed after UTF8=ACCEPT.");
	if (!is_charset_known(args->charset)) {
		save_nothing(s, args);
		return session_say(s, V_NO, "BADCHARSET (US-ASCII UTF-8)",
		    "That charset is not supported.");
	}
	if (!args->utf8)
		return session_say(s, V_BAD, NULL, "Text must be UTF-8.");
	if (args->modseq && modseq_is_refused(s))
		return session_say(
		    s, V_BAD, NULL, "This mailbox has no mod-sequences.");
	return V_OK;
}

enum verdict
searching_begin(struct session *s, const struct search_args *args)
{
	enum verdict v = check(s, args);

	if (v != V_OK)
		return v;
	if (args->modseq) {
		modseq_enable(s);
		(void)mailbox_sync(s->mbox); /* as for FETCH CHANGEDSINCE */
		update_numbers(s, false);
	}
	for (size_t i = 0; i < args->nsets; i++)
		if (!resolve(s, &args->sets[i]))
			return session_say(
			    s, V_BAD, NULL, "No message has that number.");
	return V_OK;
}

bool
searching_may_sort(
    struct session *s, const struct search_args *args, enum verdict *v)
{
	if (!s->conf->no_sorting)
		return true;
	save_nothing(s, args);
	*v = session_say(s, V_NO, "NOPERM",
	    "This command is disabled by the system administrator.");
	return false;
}

bool
searching_is_for_ends(const struct search_args *args)
{
	unsigned need = args->want & ~(unsigned)RETURN_SAVE;

	return need != 0 && (need & (RETURN_ALL | RETURN_COUNT)) == 0;
}

static void
add(struct session *s, struct search_result *r, uint32_t n)
{
	r->v = arena_grow(&s->arena, r->v, r->n, &r->max, sizeof *r->v);
	r->v[r->n++] = n;
}

void
searching_run(struct session *s, const struct search_args *args, bool ends,
    struct search_result *r)
{
	struct search *x = search_open(&s->arena, s->mbox, args->root);
	struct gather g = { .sort = s->sorts };
	uint32_t seq = 1, last = s->exists;

	search_by(x, gather_search, &g);
	if (ends && (args->want & RETURN_MIN) != 0) {
		while (seq <= last && !search_match(x, seq))
			seq++;
		if (seq <= last)
			add(s, r, seq++);
	}
	if (ends && (args->want & RETURN_MAX) != 0) {
		while (last >= seq && !search_match(x, last))
			last--;
		if (last >= seq)
			add(s, r, last);
	}
	for (; !ends && seq <= last; seq++)
		if (search_match(x, seq))
			add(s, r, seq);
	search_close(x);
	gather_clear(&g);
}

void
searching_save(struct session *s, const struct search_result *r)
{
	struct seqset set = { 0 };

	set.r = arena_array(&s->arena, r->n, sizeof *set.r);
	for (size_t i = 0; i < r->n; i++) {
		uint32_t uid = mailbox_message(s->mbox, r->v[i]).uid;

		if (set.n > 0 && set.r[set.n - 1].b == uid - 1) {
			set.r[set.n - 1].b = uid;
			continue;
		}
		set.r[set.n++] = (struct seqrange){ uid, uid };
	}
	session_save(s, &set);
}

void
searching_modseq(struct session *s, struct search_result *r)
{
	for (size_t i = 0; i < r->n; i++) {
		uint64_t modseq = mailbox_message(s->mbox, r->v[i]).modseq;

		if (modseq > r->modseq)
			r->modseq = modseq;
	}
}

void
searching_uids(struct session *s, struct search_result *r)
{
	for (size_t i = 0; i < r->n; i++)
		r->v[i] = mailbox_message(s->mbox, r->v[i]).uid;
}

void
searching_put_list(
    struct wr *w, const char *name, const struct search_result *r)
{
	wr_lit(w, "* ");
	wr_span(w, span_str(name));
	for (size_t i = 0; i < r->n; i++) {
		wr_lit(w, " ");
		wr_num(w, r->v[i]);
	}
	if (r->modseq != 0) {
		wr_lit(w, " (MODSEQ ");
		wr_num(w, r->modseq);
		wr_putc(w, ')');
	}
	wr_lit(w, "\r\n");
}

void
searching_put(struct session *s, unsigned want, const struct search_result *r)
{
	struct wr *w = s->out;

	wr_lit(w, "* ESEARCH (TAG \"");
	wr_span(w, s->tag); /* has no byte that needs an escape */
	wr_lit(w, "\")");
	if (s->uid)
		wr_lit(w, " UID");
	if ((want & RETURN_MIN) != 0 && r->n > 0) {
		wr_lit(w, " MIN ");
		wr_num(w, r->v[0]);
	}
	if ((want & RETURN_MAX) != 0 && r->n > 0) {
		wr_lit(w, " MAX ");
		wr_num(w, r->v[r->n - 1]);
	}
	if ((want & RETURN_ALL) != 0 && r->n > 0) {
		wr_lit(w, " ALL ");
		out_set(w, r->v, r->n);
	}
	if ((want & RETURN_COUNT) != 0) {
		wr_lit(w, " COUNT ");
		wr_num(w, r->n);
	}
	if (r->modseq != 0) {
		wr_lit(w, " MODSEQ ");
		wr_num(w, r->modseq);
	}
	wr_lit(w, "\r\n");
}
