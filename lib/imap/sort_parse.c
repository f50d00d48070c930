/* sort_parse.c: what comes before the search keys of SORT and THREAD. */
#include "imap/sort_parse.h"

#include "base/nelem.h"
#include "imap/limits.h"
#include "imap/token.h"

static const struct {
	const char *word;
	enum sorted_key key;
} keys[] = {
	/* clang-format off */
	{ "ARRIVAL", SORTED_ARRIVAL },
	{ "CC", SORTED_CC },
	{ "DATE", SORTED_DATE },
	{ "DISPLAYFROM", SORTED_DISPLAYFROM },
	{ "DISPLAYTO", SORTED_DISPLAYTO },
	{ "FROM", SORTED_FROM },
	{ "SIZE", SORTED_SIZE },
	{ "SUBJECT", SORTED_SUBJECT },
	{ "TO", SORTED_TO },
	/* clang-format on */
};

/* sort-key */
static bool
p_sort_key(struct span *in, enum sorted_key *out)
{
	struct span word;

	if (!p_atom(in, &word))
		return false;
	for (size_t i = 0; i < NELEM(keys); i++) {
		if (!span_case_is(word, keys[i].word))
			continue;
		*out = keys[i].key;
		return true;
	}
	return false;
}

static bool
has_key(const struct sorted_order *order, enum sorted_key key)
{
	for (size_t i = 0; i < order->n; i++)
		if (order->by[i].key == key)
			return true;
	return false;
}

/* sort-criterion = ["REVERSE" SP] sort-key */
static bool
p_sort_criterion(struct span *in, struct sorted_order *out)
{
	struct sorted_by by = { 0 };
	struct span s = *in;

	if (p_word(&s, "REVERSE") && p_sp(&s)) {
		by.reverse = true;
		*in = s;
	}
	if (!p_sort_key(in, &by.key))
		return false;
	if (!has_key(out, by.key))
		out->by[out->n++] = by;
	return true;
}

/* sort-criteria = "(" sort-criterion *(SP sort-criterion) ")" */
static bool
p_sort_criteria(struct span *in, struct sorted_order *out)
{
	size_t n = 0;

	if (!span_eat(in, '('))
		return false;
	do
		if (++n > LIMIT_SORT_KEYS || !p_sort_criterion(in, out))
			return false;
	while (p_sp(in));
	return span_eat(in, ')');
}

bool
p_sort_args(
    struct arena *a, struct span *in, int64_t now, struct sort_args *out)
{
	struct sort_args args = { .order = { .n = 0 } };
	struct span s = *in;

	p_search_return(&s, &args.search);
	if (!p_sp(&s) || !p_sort_criteria(&s, &args.order) || !p_sp(&s) ||
	    !p_search_criteria(a, &s, now, &args.search))
		return false;
	*in = s;
	*out = args;
	return true;
}

bool
p_thread_args(
    struct arena *a, struct span *in, int64_t now, struct thread_args *out)
{
	struct thread_args args = { .alg = THREAD_UNKNOWN };
	struct span s = *in, alg;

	args.search.utf8 = true;
	if (!p_sp(&s) || !p_atom(&s, &alg) || !p_sp(&s) ||
	    !p_search_criteria(a, &s, now, &args.search))
		return false;
	if (span_case_is(alg, "ORDEREDSUBJECT"))
		args.alg = THREAD_ORDEREDSUBJECT;
	if (span_case_is(alg, "REFERENCES"))
		args.alg = THREAD_REFERENCES;
	*in = s;
	*out = args;
	return true;
}
