/*
 * sorted.c: every key becomes a column of numbers, and those are sorted.
 *
 * A stable sort by the last key, then by the one before it, up to the first:
 * radix_sort() is stable, so ties are broken by the keys behind and in the end
 * by the number of the message, as RFC 5256 wants it also for REVERSE, which
 * turns the bits of its column alone.
 *
 * Texts become ranks: they are sorted by their first eight bytes as a number,
 * and where these are the same, by comparison.  So what memory is asked for is
 * mostly the column, not the texts.
 */
#include "store/sorted.h"

#include <stdlib.h>

#include "base/oom.h"
#include "base/radix.h"

/* A column for each key; texts for those that are texts. */
struct columns {
	bool keys; /* something of the messages themselves is asked for */
	size_t n;
	uint64_t *number[SORTED_KEYS];
	struct span *text[SORTED_KEYS];
};

static const int text_of[SORTED_KEYS] = {
	[SORTED_ARRIVAL] = -1,
	[SORTED_CC] = SORT_CC,
	[SORTED_DATE] = -1,
	[SORTED_DISPLAYFROM] = SORT_DISPLAYFROM,
	[SORTED_DISPLAYTO] = SORT_DISPLAYTO,
	[SORTED_FROM] = SORT_FROM,
	[SORTED_SIZE] = -1,
	[SORTED_SUBJECT] = SORT_SUBJECT,
	[SORTED_TO] = SORT_TO,
};

/* --- texts --------------------------------------------------------------- */

/* The first eight bytes, so that they compare as a number. */
static uint64_t
front(struct span s)
{
	uint64_t v = 0;

	for (unsigned i = 0; i < sizeof v; i++)
		v = v << 8 | (s.p < s.end ? (unsigned char)*s.p++ : 0);
	return v;
}

struct text {
	struct span s;
	uint32_t at;
};

static int
compare(const void *a, const void *b)
{
	const struct text *x = a, *y = b;

	return span_cmp(x->s, y->s);
}

/* v[from..to-1] begin with the same bytes. */
static void
sort_run(const struct span *texts, struct radix *v, size_t n)
{
	struct text *run;
	size_t same = 1;

	while (same < n && span_eq(texts[v[same].value], texts[v[0].value]))
		same++;
	if (same == n)
		return;
	if ((run = malloc(n * sizeof *run)) == NULL)
		oom();
	for (size_t i = 0; i < n; i++)
		run[i] = (struct text){ texts[v[i].value], v[i].value };
	qsort(run, n, sizeof *run, compare);
	for (size_t i = 0; i < n; i++)
		v[i].value = run[i].at;
	free(run);
}

void
sorted_rank(struct arena *a, const struct span *texts, size_t n, uint64_t *rank)
{
	struct radix *v = arena_array(a, n, sizeof *v);
	size_t from, to;
	uint64_t r = 0;

	for (size_t i = 0; i < n; i++)
		v[i] = (struct radix){ front(texts[i]), (uint32_t)i };
	radix_sort(v, n);
	for (from = 0; from < n; from = to) {
		for (to = from + 1; to < n && v[to].key == v[from].key; to++)
			;
		sort_run(texts, v + from, to - from);
	}
	for (size_t i = 0; i < n; i++) {
		if (i > 0 && !span_eq(texts[v[i].value], texts[v[i - 1].value]))
			r++;
		rank[v[i].value] = r;
	}
}

/* --- columns ------------------------------------------------------------- */

/* Times before 1970 come first. */
static uint64_t
biased(int64_t t)
{
	return (uint64_t)t ^ (uint64_t)1 << 63;
}

static void
fill_row(struct arena *a, struct sortfacts *f, struct columns *c, uint32_t seq,
    size_t i)
{
	struct sortkeys k;

	sortfacts_get(f, seq, &k);
	if (c->number[SORTED_DATE] != NULL)
		c->number[SORTED_DATE][i] = biased(k.date);
	for (int key = 0; key < SORTED_KEYS; key++)
		if (c->text[key] != NULL && span_len(k.text[text_of[key]]) > 0)
			c->text[key][i] = arena_span(a, k.text[text_of[key]]);
}

static void
fill(struct arena *a, struct sortfacts *f, struct columns *c, const uint32_t *v)
{
	for (size_t i = 0; i < c->n; i++) {
		if (c->keys)
			fill_row(a, f, c, v[i], i);
		if (c->number[SORTED_ARRIVAL] != NULL)
			c->number[SORTED_ARRIVAL][i] =
			    biased(sortfacts_arrival(f, v[i]));
		if (c->number[SORTED_SIZE] != NULL)
			c->number[SORTED_SIZE][i] = sortfacts_size(f, v[i]);
	}
}

/* Make room for what order asks for. */
static void
make_columns(
    struct arena *a, const struct sorted_order *order, struct columns *c)
{
	for (size_t i = 0; i < order->n; i++) {
		enum sorted_key key = order->by[i].key;

		c->number[key] = arena_array(a, c->n, sizeof **c->number);
		if (text_of[key] != -1)
			c->text[key] = arena_array(a, c->n, sizeof **c->text);
		c->keys |= key == SORTED_DATE || text_of[key] != -1;
	}
}

static void
sort_by(struct radix *r, size_t n, const uint64_t *column, bool reverse)
{
	uint64_t flip = reverse ? UINT64_MAX : 0;

	for (size_t i = 0; i < n; i++)
		r[i].key = column[r[i].value] ^ flip;
	radix_sort(r, n);
}

void
sorted_put(struct arena *a, struct sortfacts *f,
    const struct sorted_order *order, uint32_t *v, size_t n)
{
	struct columns c = { .n = n };
	struct radix *r = arena_array(a, n, sizeof *r);
	uint32_t *sorted = arena_array(a, n, sizeof *sorted);

	make_columns(a, order, &c);
	fill(a, f, &c, v);
	for (int key = 0; key < SORTED_KEYS; key++)
		if (c.text[key] != NULL)
			sorted_rank(a, c.text[key], n, c.number[key]);
	for (size_t i = 0; i < n; i++)
		r[i].value = (uint32_t)i;
	for (size_t i = order->n; i > 0; i--)
		sort_by(r, n, c.number[order->by[i - 1].key],
		    order->by[i - 1].reverse);
	for (size_t i = 0; i < n; i++)
		sorted[i] = v[r[i].value];
	if (n > 0)
		memcpy(v, sorted, n * sizeof *v);
}
