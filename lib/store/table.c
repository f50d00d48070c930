/* table.c: from the base of a file name to a number. */
#include "store/table.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/oom.h"
#include "store/flags.h"
#include "sys/clock.h"

struct table_cell {
	uint32_t hash;
	uint32_t name;
	uint32_t number; /* TABLE_NONE: free */
};

static uint32_t
hash_of(const struct table *t, struct span s)
{
	uint64_t h = t->seed, w;

	for (; span_len(s) >= 8; s.p += 8) {
		memcpy(&w, s.p, 8);
		h = (h ^ w) * 0x9e3779b97f4a7c15;
		h ^= h >> 29;
	}
	for (; s.p < s.end; s.p++)
		h = (h ^ (unsigned char)*s.p) * 0x9e3779b97f4a7c15;
	h ^= h >> 32;
	h *= 0xd6e8feb86659fd93;
	return (uint32_t)(h >> 32);
}

static struct table_cell *
new_cells(size_t n)
{
	struct table_cell *c = malloc(n * sizeof *c);

	if (c == NULL)
		oom();
	for (size_t i = 0; i < n; i++)
		c[i].number = TABLE_NONE;
	return c;
}

void
table_init(struct table *t, const struct strbuf *names, size_t n)
{
	size_t cells = 64;

	while (cells < n + n / 2)
		cells *= 2;
	t->names = names;
	t->cells = new_cells(cells);
	t->mask = cells - 1;
	t->n = 0;
	t->seed = (uint32_t)clock_now_us() * 2654435761u ^ (uint32_t)getpid();
}

void
table_clear(struct table *t)
{
	free(t->cells);
	t->cells = NULL;
	t->n = 0;
}

/* Where base is, or the free cell where it belongs. */
static struct table_cell *
find_cell(const struct table *t, struct span base, uint32_t hash)
{
	size_t len = span_len(base), i;

	for (i = hash & t->mask; t->cells[i].number != TABLE_NONE;
	     i = (i + 1) & t->mask) {
		const char *s = t->names->p + t->cells[i].name;

		/* the NUL behind each name keeps this within the heap */
		if (t->cells[i].hash == hash && strncmp(s, base.p, len) == 0 &&
		    (s[len] == ':' || s[len] == '\0'))
			break;
	}
	return &t->cells[i];
}

uint32_t
table_find(const struct table *t, struct span base)
{
	if (span_find(base, '\0') != NULL)
		return TABLE_NONE;
	return find_cell(t, base, hash_of(t, base))->number;
}

static void
grow(struct table *t)
{
	struct table_cell *old = t->cells;
	size_t n = t->mask + 1;

	t->cells = new_cells(n * 2);
	t->mask = n * 2 - 1;
	for (size_t k = 0; k < n; k++) {
		size_t i = old[k].hash & t->mask;

		if (old[k].number == TABLE_NONE)
			continue;
		while (t->cells[i].number != TABLE_NONE)
			i = (i + 1) & t->mask;
		t->cells[i] = old[k];
	}
	free(old);
}

void
table_put(struct table *t, uint32_t name, uint32_t number)
{
	struct span base = flags_base(span_str(t->names->p + name));
	uint32_t hash = hash_of(t, base);
	struct table_cell *c = find_cell(t, base, hash);

	if (c->number == TABLE_NONE) {
		if (t->n + t->n / 4 > t->mask) {
			grow(t);
			c = find_cell(t, base, hash);
		}
		t->n++;
	}
	*c = (struct table_cell){ hash, name, number };
}
