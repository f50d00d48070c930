/* registry.h: what satchel-folders tells, for a test. */
#ifndef T_REGISTRY_H
#define T_REGISTRY_H

#include <stdlib.h>

#include "store/registry.h"

/* The highest UIDVALIDITY that was noted for name. */
static uint32_t
registry_had(struct account *a, const char *name)
{
	uint32_t v = 0;

	if (registry_uidvalidity(a, span_str(name), &v) == -1)
		exit(111);
	return v;
}

#endif
