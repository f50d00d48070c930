/* kwset.c: keywords by number, and sets of them by number. */
#include "store/kwset.h"

#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/oom.h"

/* What an IMAP keyword may not have in it (courierimapkeywords(5)). */
static bool
is_forbidden(unsigned char c)
{
	return c <= 0x20 || c == 0x7f || memchr("(){%*\"\\]", c, 8) != NULL;
}

static unsigned char
clean(unsigned char c)
{
	return is_forbidden(c) ? '_' : c;
}

static uint32_t
mix(uint32_t h, uint32_t v)
{
	h = (h ^ v) * 0x01000193;
	return h ^ h >> 15;
}

static uint32_t
hash_name(struct span s)
{
	uint32_t h = 0x811c9dc5;

	for (; s.p < s.end; s.p++)
		h = mix(h, ascii_lower(clean((unsigned char)*s.p)));
	return h;
}

static uint32_t
hash_list(const uint32_t *v, size_t n)
{
	uint32_t h = 0x811c9dc5;

	for (size_t i = 0; i < n; i++)
		h = mix(h, v[i]);
	return h;
}

static bool
same_name(struct span known, struct span s)
{
	if (span_len(known) != span_len(s))
		return false;
	for (; s.p < s.end; s.p++, known.p++)
		if (ascii_lower((unsigned char)*known.p) !=
		    ascii_lower(clean((unsigned char)*s.p)))
			return false;
	return true;
}

static uint32_t *
new_cells(uint32_t *old, size_t *mask, size_t want)
{
	size_t n = 16;
	uint32_t *cells;

	while (n < want * 2)
		n *= 2;
	if ((cells = calloc(n, sizeof *cells)) == NULL)
		oom();
	free(old);
	*mask = n - 1;
	return cells;
}

static void
put_cell(uint32_t *cells, size_t mask, uint32_t hash, uint32_t value)
{
	size_t i = hash & mask;

	while (cells[i] != 0)
		i = (i + 1) & mask;
	cells[i] = value;
}

static void
grow_names(struct kwset *k)
{
	if (k->name_cells != NULL && (k->nnames + 1) * 2 <= k->name_mask)
		return;
	k->name_cells =
	    new_cells(k->name_cells, &k->name_mask, (k->nnames + 8) * 2);
	for (size_t i = 0; i < k->nnames; i++)
		put_cell(k->name_cells, k->name_mask, hash_name(k->names[i]),
		    (uint32_t)i + 1);
}

static void
grow_sets(struct kwset *k)
{
	if (k->set_cells != NULL && (k->nsets + 1) * 2 <= k->set_mask)
		return;
	k->set_cells =
	    new_cells(k->set_cells, &k->set_mask, (k->nsets + 8) * 2);
	for (size_t i = 0; i < k->nsets; i++)
		put_cell(k->set_cells, k->set_mask,
		    hash_list(k->sets[i].v, k->sets[i].n), (uint32_t)i + 1);
}

void
kwset_clear(struct kwset *k)
{
	free(k->name_cells);
	free(k->set_cells);
	arena_clear(&k->ar);
	*k = (struct kwset){ .nnames = 0 };
}

static struct span
copy_clean(struct arena *ar, struct span s)
{
	size_t len = span_len(s);
	char *p = arena_alloc(ar, len + 1);

	for (size_t i = 0; i < len; i++)
		p[i] = (char)clean((unsigned char)s.p[i]);
	return span_of(p, len);
}

bool
kwset_name(
    struct kwset *k, struct span name, bool add, uint32_t *out, bool *added)
{
	uint32_t h = hash_name(name);
	size_t i;

	if (name.p == name.end)
		return false;
	grow_names(k);
	for (i = h & k->name_mask; k->name_cells[i] != 0;
	     i = (i + 1) & k->name_mask) {
		uint32_t known = k->name_cells[i] - 1;

		if (!same_name(k->names[known], name))
			continue;
		*out = known;
		return true;
	}
	if (!add)
		return false;
	k->names = arena_grow(
	    &k->ar, k->names, k->nnames, &k->maxnames, sizeof *k->names);
	k->names[k->nnames] = copy_clean(&k->ar, name);
	*out = (uint32_t)k->nnames++;
	k->name_cells[i] = *out + 1;
	if (added != NULL)
		*added = true;
	return true;
}

static int
compare(const void *va, const void *vb)
{
	const uint32_t *a = va, *b = vb;

	return *a < *b ? -1 : *a > *b;
}

static size_t
sort_unique(uint32_t *v, size_t n)
{
	size_t kept = 0;

	if (n > 1)
		qsort(v, n, sizeof *v, compare);
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || v[kept - 1] != v[i])
			v[kept++] = v[i];
	return kept;
}

uint32_t
kwset_set(struct kwset *k, uint32_t *v, size_t n)
{
	uint32_t h, *copy;
	size_t i;

	if ((n = sort_unique(v, n)) == 0)
		return 0;
	h = hash_list(v, n);
	grow_sets(k);
	for (i = h & k->set_mask; k->set_cells[i] != 0;
	     i = (i + 1) & k->set_mask) {
		const struct kwlist *l = &k->sets[k->set_cells[i] - 1];

		if (l->n == n && memcmp(l->v, v, n * sizeof *v) == 0)
			return k->set_cells[i];
	}
	copy = arena_array(&k->ar, n, sizeof *copy);
	memcpy(copy, v, n * sizeof *v);
	k->sets =
	    arena_grow(&k->ar, k->sets, k->nsets, &k->maxsets, sizeof *k->sets);
	k->sets[k->nsets++] = (struct kwlist){ .v = copy, .n = n };
	k->set_cells[i] = (uint32_t)k->nsets;
	return (uint32_t)k->nsets;
}

struct kwlist
kwset_list(const struct kwset *k, uint32_t id)
{
	if (id == 0)
		return (struct kwlist){ .v = NULL, .n = 0 };
	return k->sets[id - 1];
}
