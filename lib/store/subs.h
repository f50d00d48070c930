/* subs.h: courierimapsubscribed. */
#ifndef STORE_SUBS_H
#define STORE_SUBS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/span.h"
#include "store/account.h"

/*
 * The names that are subscribed, as folder names (account.h), sorted, each
 * once; lines of other namespaces ("#shared.x") are kept in the file and left
 * out here.  A missing file is an empty list.
 */
int subs_list(
    struct account *a, struct arena *ar, struct span **out, size_t *n);

/* Done already is no error. The folder need not exist. */
int subs_add(struct account *a, struct span name);
int subs_remove(struct account *a, struct span name);

#endif
