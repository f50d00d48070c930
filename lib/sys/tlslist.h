/* tlslist.h: what TLS has found out, as UCSPI-TLS tells it. */
#ifndef SYS_TLSLIST_H
#define SYS_TLSLIST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"
#include "base/strbuf.h"

/*
 * A list is *( NAME "=" value NUL ) NUL, at least two octets long; an item
 * without "=" stands for a variable that is to be removed.
 */
enum {
	TLSLIST_MAX = 16384,
	TLSLIST_VALUE_MAX = 1024,
	TLSLIST_NAME_LEN = 64 /* of those that may be set, with a NUL */
};

/*
 * Add an item.  Octets of the value below a blank become question marks, and
 * it ends after TLSLIST_VALUE_MAX; p NULL: an item without "=".
 */
void tlslist_put(struct strbuf *out, const char *name, struct span value);
void tlslist_end(struct strbuf *out);

/*
 * Take the first item.  *value is empty with p NULL for one without "=".
 * False when nothing is left but the end, *in then being past that, or when
 * what is left is no list; *in is then where it was, and not empty.
 */
bool tlslist_take(struct span *in, struct span *name, struct span *value);

/* Whether in begins with a whole list. */
bool tlslist_is_whole(struct span in);

/*
 * Whether a variable may be set by a list: SSL_, TLS_SUBJECT_ and letters,
 * digits or underscores; TLS_CONNECTED_PROTOCOL.
 */
bool tlslist_is_name(struct span name);

/* Put a whole list into the environment, but for other names.  0, or -1. */
int tlslist_apply(struct span list);

/* Remove all such variables from the environment, and those of UCSPI-TLS. */
void tlslist_forget(void);

#endif
