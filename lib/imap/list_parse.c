/* list_parse.c: RFC 9051 section 9, rules around list. */
#include "imap/list_parse.h"

#include "base/nelem.h"
#include "imap/limits.h"
#include "imap/status.h"
#include "imap/token.h"

static const struct option {
	const char *name;
	unsigned option;
} select_options[] = {
	{ "SUBSCRIBED", LIST_SUBSCRIBED },
	{ "REMOTE", LIST_REMOTE },
	{ "RECURSIVEMATCH", LIST_RECURSIVE },
	{ "SPECIAL-USE", LIST_SPECIAL_USE },
}, return_options[] = {
	{ "SUBSCRIBED", LIST_RETURN_SUBSCRIBED },
	{ "CHILDREN", LIST_RETURN_CHILDREN },
	{ "SPECIAL-USE", LIST_RETURN_SPECIAL_USE },
	{ "STATUS", LIST_RETURN_STATUS },
};

static unsigned
find_option(const struct option *table, size_t n, struct span name)
{
	for (size_t i = 0; i < n; i++)
		if (span_case_is(name, table[i].name))
			return table[i].option;
	return 0;
}

/*
 * list-select-opts = "(" [list-select-opt *(SP list-select-opt)] ")"
 * RECURSIVEMATCH alone selects nothing and is BAD (RFC 9051 6.3.9.1).
 */
static bool
p_select_opts(struct span *in, unsigned *options)
{
	struct span s = *in, name;
	unsigned got = 0, one;

	if (!span_eat(&s, '('))
		return false;
	if (!span_at(&s, ')')) {
		do {
			if (!p_atom(&s, &name))
				return false;
			one = find_option(
			    select_options, NELEM(select_options), name);
			if (one == 0)
				return false;
			got |= one;
		} while (p_sp(&s));
	}
	if (!span_eat(&s, ')'))
		return false;
	if ((got & LIST_RECURSIVE) &&
	    !(got & (LIST_SUBSCRIBED | LIST_SPECIAL_USE)))
		return false;
	*in = s;
	*options |= got | LIST_EXTENDED;
	return true;
}

/* return-option = "SUBSCRIBED" / "CHILDREN" / "STATUS" SP "(" ... ")" / ... */
static bool
p_return_opt(struct span *in, struct list_args *out)
{
	struct span s = *in, name;
	unsigned one;

	if (!p_atom(&s, &name))
		return false;
	one = find_option(return_options, NELEM(return_options), name);
	if (one == 0)
		return false;
	if (one == LIST_RETURN_STATUS &&
	    (!p_sp(&s) || !p_status_items(&s, &out->status)))
		return false;
	*in = s;
	out->options |= one;
	return true;
}

/* list-return-opts = "RETURN" SP "(" [return-option *(SP ...)] ")" */
static bool
p_return_opts(struct span *in, struct list_args *out)
{
	if (!p_word(in, "RETURN") || !p_sp(in) || !span_eat(in, '('))
		return false;
	out->options |= LIST_EXTENDED;
	if (span_eat(in, ')'))
		return true;
	do {
		if (!p_return_opt(in, out))
			return false;
	} while (p_sp(in));
	return span_eat(in, ')');
}

/* mbox-or-pat = list-mailbox / patterns */
static bool
p_mbox_or_pat(struct arena *a, struct span *in, struct list_args *out)
{
	bool many = span_eat(in, '(');
	size_t max = 0;

	do {
		if (out->npatterns == LIMIT_LIST_PATTERNS)
			return false;
		out->patterns = arena_grow(a, out->patterns, out->npatterns,
		    &max, sizeof *out->patterns);
		if (!p_list_mailbox(a, in, &out->patterns[out->npatterns++]))
			return false;
	} while (many && p_sp(in));
	if (many)
		out->options |= LIST_EXTENDED;
	return !many || span_eat(in, ')');
}

bool
p_list(struct arena *a, struct span in, struct list_args *out)
{
	struct list_args l = { 0 };

	if (!p_sp(&in))
		return false;
	if (span_at(&in, '(') &&
	    (!p_select_opts(&in, &l.options) || !p_sp(&in)))
		return false;
	if (!p_astring(a, &in, &l.reference) || !p_sp(&in) ||
	    !p_mbox_or_pat(a, &in, &l))
		return false;
	if (!p_end(&in) &&
	    (!p_sp(&in) || !p_return_opts(&in, &l) || !p_end(&in)))
		return false;
	*out = l;
	return true;
}

bool
p_lsub(struct arena *a, struct span in, struct list_args *out)
{
	struct list_args l = { 0 };

	l.patterns = arena_array(a, 1, sizeof *l.patterns);
	l.npatterns = 1;
	l.options = LIST_SUBSCRIBED;
	if (!p_sp(&in) || !p_astring(a, &in, &l.reference) || !p_sp(&in) ||
	    !p_list_mailbox(a, &in, &l.patterns[0]) || !p_end(&in))
		return false;
	*out = l;
	return true;
}
