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

/* Row i is to be changed, or has been: then seal it. */
void image_seal(struct image *im, uint32_t i);

/* The first row whose UID is at least uid; n when there is none. */
uint32_t image_find(const struct image *im, uint32_t uid);

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

/*
 * Name it, after its flags have been set.  Of a name that is the base and
 * the letters of the flags only the base is kept, which two names of one
 * message share.
 */
void image_put_name(struct image *im, uint32_t i, struct span name);
/* The same for a row without a name; its base has this length and hash. */
void image_first_name(
    struct image *im, uint32_t i, struct span name, size_t len, uint32_t hash);

/* As rows have it. */
uint32_t image_hash(const struct image *im, struct span base);

#endif
