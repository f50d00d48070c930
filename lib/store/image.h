/* image.h: the rows of a mailbox in memory. */
#ifndef STORE_IMAGE_H
#define STORE_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "base/strbuf.h"
#include "store/index.h"

/* Numbers, gathered. */
struct numbers {
	uint32_t *v;
	size_t n, max;
};

void numbers_add(struct numbers *a, uint32_t number);
/* Room for n in all, so that they are not moved again and again. */
void numbers_room(struct numbers *a, size_t n);
void numbers_sort(struct numbers *a);
void numbers_clear(struct numbers *a);
/* How many are below number; they are sorted. */
size_t numbers_below(const struct numbers *a, uint32_t number);

/* All zero: closed. */
struct image {
	struct map *map;
	struct row *rows; /* in it, ascending by UID */
	uint32_t n, max;
	uint32_t sound; /* row sound - 1 was found so last; 0: none */
	const char *heap; /* names of a file, in it */
	size_t heap_len;
	size_t places_at; /* in the map; 0: none that count */
	uint32_t nplaces;
	unsigned char *touched; /* a bit for each of their rows; NULL: none */
	struct strbuf names; /* those that came since, behind the others */
	uint64_t id; /* of the index; new for one that is not from a file */
	struct numbers sets; /* the kwset's number of the index's set i */
	struct numbers holes; /* rows that have no number any more; sorted */
};

/* One without a file, and one with the base of fd, whose head is h. */
void image_init(struct image *im);
int image_open(struct image *im, int fd, const struct index_head *h);
void image_clear(struct image *im);

/* Whether row i is what was written. */
bool image_is_sound(const struct image *im, uint32_t i);

/* Whether all of them are, with names, and ascend by UID. */
bool image_is_good(const struct image *im);

/*
 * The nplaces places of the file, whose check is right; NULL when there are
 * none.  Until a row is added.
 */
const struct place *image_places(struct image *im);

/* Whether row i, which has a place, need not be as that says any more. */
static inline bool
image_is_touched(const struct image *im, uint32_t i)
{
	return im->touched != NULL && (im->touched[i / 8] >> i % 8 & 1) != 0;
}

/* Row i is to be changed, or has been: then seal it. */
void image_seal(struct image *im, uint32_t i);

/* The first row whose UID is at least uid; n when there is none. */
uint32_t image_find(const struct image *im, uint32_t uid);

/* Have room for n rows in all. */
void image_room(struct image *im, uint32_t n);

/* One more row, all zero but for what is not known; its number. */
uint32_t image_add(struct image *im, uint32_t uid);

/* The base of row i's name; valid until a name is put. */
struct span image_base(const struct image *im, uint32_t i);

/* Whether the base is the one that the row was given. */
bool image_has_base(const struct image *im, uint32_t i);

/* Append the name of its file. */
void image_name(const struct image *im, uint32_t i, struct strbuf *out);

/* Whether it is this one. */
bool image_is_named(const struct image *im, uint32_t i, struct span name);

/* The same of what stands at an offset of the names of the file. */
bool image_is_placed(
    const struct image *im, size_t at, const struct place *p, struct span name);
struct span image_placed_base(
    const struct image *im, size_t at, const struct place *p);

/*
 * Name it, after its flags have been set.  Of a name that is the base and
 * the letters of the flags only the base is kept, which two names of one
 * message share.
 */
void image_put_name(struct image *im, uint32_t i, struct span name);
/*
 * The same for a row without a name, in parts: the flags of a name whose base
 * has this length, with ROW_ODD; then what is kept of it, its base or all.
 * Where names is what im has taken the name is not put again.
 */
unsigned image_flags(struct span name, size_t len);
void image_first_name(struct image *im, uint32_t i, const struct strbuf *names,
    struct span kept, uint32_t hash);

/* Have these names for one that has no rows and no names. */
void image_take_names(struct image *im, struct strbuf *names);

/* As rows have it. */
uint32_t image_hash(const struct image *im, struct span base);

#endif
