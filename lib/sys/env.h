/* env.h: settings out of the environment. */
#ifndef SYS_ENV_H
#define SYS_ENV_H

#include <stdbool.h>
#include <stdint.h>

/* The value of name, or def when it is unset or empty. */
const char *env_str(const char *name, const char *def);

/* Whether it is set, but to nothing: where that is not the same as unset. */
bool env_is_empty(const char *name);

/*
 * A number as Courier reads one: leading digits, and anything else is 0.
 * def when name is unset or empty.  Larger than 32 bits: UINT32_MAX.
 */
uint32_t env_num(const char *name, uint32_t def);

/* env_num() != 0. */
bool env_bool(const char *name, bool def);

#endif
