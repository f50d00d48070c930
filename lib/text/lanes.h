/* lanes.h: sixteen bytes at a step. */
#ifndef TEXT_LANES_H
#define TEXT_LANES_H

#include <string.h>

enum { LANES = 16 };

/* One byte in each lane; both compilers lower this to what the CPU has. */
typedef unsigned char lanes __attribute__((vector_size(LANES)));

/* The LANES bytes from p on, which need not be aligned. */
static inline lanes
lanes_load(const char *p)
{
	lanes v;

	memcpy(&v, p, sizeof v);
	return v;
}

#endif
