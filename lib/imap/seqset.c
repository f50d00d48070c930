/* seqset.c: sets as the client writes them, and as they are looked up. */
#include "imap/seqset.h"

#include <stdlib.h>

#include "imap/limits.h"
#include "imap/token.h"

/* seq-number = nz-number / "*" */
static bool
p_seq_number(struct span *in, uint32_t *out)
{
	if (!span_eat(in, '*'))
		return p_nz_number(in, out);
	*out = 0;
	return true;
}

/* seq-number / seq-range */
static bool
p_range(struct span *in, struct seqrange *out)
{
	struct span s = *in;
	struct seqrange r;

	if (!p_seq_number(&s, &r.a))
		return false;
	r.b = r.a;
	if (span_eat(&s, ':') && !p_seq_number(&s, &r.b))
		return false;
	*in = s;
	*out = r;
	return true;
}

/* sequence-set = (seq-number / seq-range) ["," sequence-set] / "$" */
bool
p_sequence_set(struct arena *a, struct span *in, struct seqset *out)
{
	struct seqset set = { 0 };
	struct span s = *in;
	size_t max = 0;

	if (span_eat(&s, '$')) {
		set.saved = true;
		*in = s;
		*out = set;
		return true;
	}
	do {
		set.r = arena_grow(a, set.r, set.n, &max, sizeof *set.r);
		if (set.n == LIMIT_RANGES || !p_range(&s, &set.r[set.n]))
			return false;
		set.n++;
	} while (span_eat(&s, ','));
	*in = s;
	*out = set;
	return true;
}

static int
by_start(const void *x, const void *y)
{
	const struct seqrange *p = x, *q = y;

	return p->a < q->a ? -1 : p->a > q->a;
}

static void
resolve_range(struct seqrange *r, uint32_t max)
{
	uint32_t t;

	if (r->a == 0)
		r->a = max;
	if (r->b == 0)
		r->b = max;
	if (r->a > r->b) {
		t = r->a;
		r->a = r->b;
		r->b = t;
	}
}

void
seqset_resolve(struct seqset *set, uint32_t max)
{
	bool sorted = true;
	size_t n = 0;

	for (size_t i = 0; i < set->n; i++) {
		resolve_range(&set->r[i], max);
		if (i > 0 && set->r[i].a < set->r[i - 1].a)
			sorted = false;
	}
	if (!sorted)
		qsort(set->r, set->n, sizeof *set->r, by_start);
	for (size_t i = 0; i < set->n; i++) {
		if (n > 0 &&
		    set->r[i].a - set->r[n - 1].a <=
			set->r[n - 1].b - set->r[n - 1].a + (uint64_t)1) {
			if (set->r[i].b > set->r[n - 1].b)
				set->r[n - 1].b = set->r[i].b;
			continue;
		}
		set->r[n++] = set->r[i];
	}
	set->n = n;
}

bool
seqset_has(const struct seqset *set, uint32_t n)
{
	size_t lo = 0, hi = set->n, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (set->r[mid].b < n)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < set->n && set->r[lo].a <= n;
}
