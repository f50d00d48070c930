/* vars.h: the environment of one connection's chain. */
#ifndef NET_VARS_H
#define NET_VARS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"

enum { VARS_MORE = 80, VARS_TEXT_LEN = 8192 };

struct vars {
	char **base; /* what all have; views of the environment */
	size_t base_n;
	char **v; /* what vars_set() has made of it, for exec */
	size_t n;
	char text[VARS_TEXT_LEN];
	size_t len;
};

/*
 * From env without the variables named in drop, which ends in NULL.  env
 * must stay as it is.  0, or -1 with errno.
 */
int vars_init(struct vars *s, char **env, const char *const drop[]);

/* Begin with the base again. */
void vars_reset(struct vars *s);

/* Set name, for this time; false when there is no more room. */
bool vars_set(struct vars *s, struct span name, struct span value);
bool vars_put(struct vars *s, const char *name, const char *value);

#endif
