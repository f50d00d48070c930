/* options.h: account options, "disableimap=0,group=staff,group=sales". */
#ifndef AUTH_OPTIONS_H
#define AUTH_OPTIONS_H

#include <stdbool.h>

#include "base/span.h"

/*
 * The next option of *in, taken off its front.  False when there is none
 * left.  value is empty, with p NULL, when there is no "=".  Empty options
 * (two commas) are passed over.
 */
bool options_next(struct span *in, struct span *name, struct span *value);

/* The first option called name; *value as above. */
bool options_find(struct span options, const char *name, struct span *value);

/*
 * Whether the first option called name is there and true: without a value,
 * or with one that is a number other than 0 or begins with t, T, y or Y.
 */
bool options_on(struct span options, const char *name);

#endif
