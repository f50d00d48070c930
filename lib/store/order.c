/*
 * order.c: names that come as they came the last time.
 *
 * To look 10,000 names up takes a hash of each, a table of all, and a line of
 * memory here and there for every one of them; to compare each with the one
 * that is expected takes what stands next to the one before.  A directory is
 * listed in an order that changes little when some of its names do, whatever
 * file system it is: so the index has its names in that order.
 *
 * A file that was renamed or removed is missed at its place: some more are
 * compared.  One that is new, or has come to another place, is looked up.
 * Where nothing is as expected (a folder that was copied) this gives up soon.
 *
 * The places have a check, so that none of them speaks of another row than it
 * should, and a name proves itself.  A row that was changed since it was read
 * is compared itself.
 */
#include "store/order.h"

enum { AHEAD = 4, MISSES = 64, MISSES_PART = 4 };

void
order_begin(struct order *o, struct image *im, size_t expected)
{
	o->places = image_places(im);
	o->n = o->places != NULL ? im->nplaces : 0;
	o->next = o->missed = 0;
	o->at = 0;
	o->listed.n = 0;
	numbers_room(&o->listed, expected);
}

void
order_clear(struct order *o)
{
	numbers_clear(&o->listed);
}

static bool
is_at(
    const struct image *im, const struct place *p, size_t at, struct span name)
{
	uint32_t i = p->row;

	if (!image_is_touched(im, i))
		return image_is_placed(im, at, p, name);
	return !(im->rows[i].state & (MSG_GONE | MSG_IN_NEW)) &&
	       image_is_named(im, i, name) && image_is_sound(im, i);
}

uint32_t
order_next(struct order *o, const struct image *im, struct span name)
{
	size_t at = o->at;

	for (uint32_t k = o->next; k < o->n && k - o->next < AHEAD; k++) {
		const struct place *p = &o->places[k];

		if (p->row < o->n && is_at(im, p, at, name)) {
			o->next = k + 1;
			o->at = at + p->namelen;
			return p->row;
		}
		at += p->namelen;
	}
	if (++o->missed > MISSES + o->n / MISSES_PART)
		o->n = 0;
	return ORDER_NONE;
}
