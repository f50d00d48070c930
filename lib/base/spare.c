/* spare.c: a few places, searched from the first to the last. */
#include "base/spare.h"

#include <stdlib.h>

enum {
	PLACES = 16,
	SMALLEST = 512, /* below, malloc() is as good */
	LARGEST = 256 * 1024, /* above, the system's work on it is little */
	TIMES = 4, /* what is got is at most so much more than needed */
};

/* what finds errors in the use of memory has to see its end of use */
#if defined(__SANITIZE_ADDRESS__)
#define KEEPS 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#define KEEPS 0
#endif
#endif
#ifndef KEEPS
#define KEEPS 1
#endif

static struct {
	void *p;
	size_t max;
} places[PLACES];

void *
spare_get(size_t need, size_t *max)
{
	int best = -1;
	void *p;

	if (need < SMALLEST)
		return NULL;
	for (int i = 0; i < PLACES; i++)
		if (places[i].max >= need && places[i].max / TIMES <= need &&
		    (best == -1 || places[i].max < places[best].max))
			best = i;
	if (best == -1)
		return NULL;
	p = places[best].p;
	*max = places[best].max;
	places[best].p = NULL;
	places[best].max = 0;
	return p;
}

void
spare_put(void *p, size_t max)
{
	int least = 0;

	if (KEEPS && max >= SMALLEST && max <= LARGEST) {
		for (int i = 1; i < PLACES; i++)
			if (places[i].max < places[least].max)
				least = i;
		if (places[least].max < max) {
			void *other = places[least].p;

			places[least].p = p;
			places[least].max = max;
			p = other;
		}
	}
	free(p);
}

bool
spare_kept(void)
{
	for (int i = 0; i < PLACES; i++)
		if (places[i].p != NULL)
			return true;
	return false;
}

void
spare_free(void)
{
	for (int i = 0; i < PLACES; i++) {
		free(places[i].p);
		places[i].p = NULL;
		places[i].max = 0;
	}
}
