/* bases.c: from the base of a file name to a number, for a scan. */
#include "store/bases.h"

#include <stdlib.h>
#include <string.h>

#include "base/oom.h"

static struct bases_cell *
new_cells(size_t n)
{
	struct bases_cell *c = malloc(n * sizeof *c);

	if (c == NULL)
		oom();
	memset(c, 0xff, n * sizeof *c); /* BASES_NONE */
	return c;
}

void
bases_init(struct bases *k, size_t n)
{
	size_t cells = 64;

	while (cells < n + n / 2)
		cells *= 2;
	k->cells = new_cells(cells);
	k->mask = cells - 1;
	k->n = 0;
}

void
bases_clear(struct bases *k)
{
	free(k->cells);
	*k = (struct bases){ .cells = NULL };
}

struct bases_cell *
bases_find(const struct bases *k, uint32_t hash, struct span base,
    bases_same *same, const void *arg)
{
	size_t i = hash & k->mask;

	for (; k->cells[i].number != BASES_NONE; i = (i + 1) & k->mask)
		if (k->cells[i].hash == hash &&
		    same(arg, k->cells[i].number, base))
			break;
	return &k->cells[i];
}

static void
grow(struct bases *k)
{
	struct bases_cell *old = k->cells;
	size_t n = k->mask + 1;

	k->cells = new_cells(n * 2);
	k->mask = n * 2 - 1;
	for (size_t j = 0; j < n; j++) {
		size_t i = old[j].hash & k->mask;

		if (old[j].number == BASES_NONE)
			continue;
		while (k->cells[i].number != BASES_NONE)
			i = (i + 1) & k->mask;
		k->cells[i] = old[j];
	}
	free(old);
}

void
bases_put(struct bases *k, struct bases_cell *c, uint32_t hash, uint32_t number)
{
	if (c->number == BASES_NONE)
		k->n++;
	*c = (struct bases_cell){ hash, number };
	if (k->n + k->n / 4 > k->mask)
		grow(k);
}
