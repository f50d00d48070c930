/* name.h: names of folders, and of their directories. */
#ifndef STORE_NAME_H
#define STORE_NAME_H

#include <stdbool.h>

#include "base/span.h"
#include "base/strbuf.h"
#include "store/account.h"

/*
 * The only way from a folder's name to a path: append the directory's name
 * below the Maildir, "." for the INBOX, else "." and the name in the tree's
 * encoding.  What is appended has no "/", and no ".." or "." but that for
 * the INBOX.  False, and nothing appended, for a name that is not valid
 * (folder_name_valid()).
 */
bool name_to_dir(struct account *a, struct span name, struct strbuf *out);

/*
 * The way back, from an entry of the Maildir.  False, and nothing appended,
 * when it is no folder's name, or one that name_to_dir() would not give
 * the same directory for.
 */
bool name_from_dir(struct account *a, struct span dir, struct strbuf *out);

/*
 * Whether name, which is not empty, is valid and its directory is "." and name
 * whatever the encoding, as of most.
 */
bool name_is_simple(struct span name);

/* Whether name is base itself or below it; every name is below the INBOX. */
bool name_is_below(struct span name, struct span base);

/* What is above name, or the empty span when it is at the top. */
struct span name_parent(struct span name);

#endif
