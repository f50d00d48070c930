/* table.h: from the base of a file name to a number. */
#ifndef STORE_TABLE_H
#define STORE_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "base/strbuf.h"

/*
 * An open hash table.  The bases are not copied: they stand in *names at the
 * offsets that were given, each up to a ":" or NUL, and must stay there.
 */
struct table {
	const struct strbuf *names;
	struct table_cell *cells;
	size_t n;
	size_t mask;
	uint32_t seed; /* so that nobody can choose names that collide */
};

enum { TABLE_NONE = UINT32_MAX };

/* For about n entries; more make it grow. */
void table_init(struct table *t, const struct strbuf *names, size_t n);
void table_clear(struct table *t);

/* The number of base, or TABLE_NONE. */
uint32_t table_find(const struct table *t, struct span base);

/* Add the base at offset name, or change its number if it is there. */
void table_put(struct table *t, uint32_t name, uint32_t number);

#endif
