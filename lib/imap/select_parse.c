/* select_parse.c: RFC 7162 section 7, the parameters of SELECT. */
#include "imap/select_parse.h"

#include "imap/token.h"

/* sequence-set of which "*" and "$" are no part */
static bool
p_known_set(struct arena *a, struct span *in, struct seqset *out)
{
	struct span s = *in;
	struct seqset set;

	if (!p_sequence_set(a, &s, &set) || set.saved)
		return false;
	for (size_t i = 0; i < set.n; i++)
		if (set.r[i].a == 0 || set.r[i].b == 0)
			return false;
	*in = s;
	*out = set;
	return true;
}

/* How many numbers there are; 0 where they do not ascend. */
static uint64_t
count_ascending(const struct seqset *set)
{
	uint64_t n = 0;

	for (size_t i = 0; i < set->n; i++) {
		const struct seqrange *r = &set->r[i];

		if (r->a > r->b || (i > 0 && r->a <= set->r[i - 1].b))
			return 0;
		n += (uint64_t)r->b - r->a + 1;
	}
	return n;
}

/* seq-match-data = "(" known-sequence-set SP known-uid-set ")" */
static bool
p_seq_match_data(struct arena *a, struct span *in, struct select_qresync *out)
{
	struct span s = *in;
	struct seqset numbers, uids;

	if (!span_eat(&s, '(') || !p_known_set(a, &s, &numbers) || !p_sp(&s) ||
	    !p_known_set(a, &s, &uids) || !span_eat(&s, ')'))
		return false;
	if (count_ascending(&numbers) == 0 ||
	    count_ascending(&numbers) != count_ascending(&uids))
		return false;
	*in = s;
	out->numbers = numbers;
	out->uids = uids;
	return true;
}

/*
 * SP "(" uidvalidity SP mod-sequence-value [SP known-uids]
 * [SP seq-match-data] ")", and a mod-sequence of 0 (satchel-imap(7)).
 */
static bool
p_qresync(struct arena *a, struct span *in, struct select_qresync *out)
{
	struct select_qresync q = { 0 };
	struct span s = *in, next;

	if (!p_sp(&s) || !span_eat(&s, '(') ||
	    !p_nz_number(&s, &q.uidvalidity) || !p_sp(&s) ||
	    !p_number64(&s, &q.modseq))
		return false;
	next = s;
	if (p_sp(&next) && span_isdigit(&next)) {
		if (!p_known_set(a, &next, &q.known))
			return false;
		q.has_known = true;
		seqset_resolve(&q.known, UINT32_MAX);
		s = next;
	}
	if (p_sp(&s) && !p_seq_match_data(a, &s, &q))
		return false;
	if (!span_eat(&s, ')'))
		return false;
	*in = s;
	*out = q;
	return true;
}

/* select-param */
static bool
p_select_param(struct arena *a, struct span *in, struct select_args *out)
{
	if (p_word(in, "CONDSTORE")) {
		out->condstore = true;
		return true;
	}
	if (out->qresync || !p_word(in, "QRESYNC"))
		return false;
	out->qresync = true;
	return p_qresync(a, in, &out->known);
}

bool
p_select(struct arena *a, struct span in, struct select_args *out)
{
	struct select_args args = { 0 };

	if (!p_sp(&in) || !p_astring(a, &in, &args.mailbox))
		return false;
	if (!p_end(&in)) {
		if (!p_sp(&in) || !span_eat(&in, '('))
			return false;
		do
			if (!p_select_param(a, &in, &args))
				return false;
		while (p_sp(&in));
		if (!span_eat(&in, ')') || !p_end(&in))
			return false;
	}
	*out = args;
	return true;
}
