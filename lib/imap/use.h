/* use.h: names of special uses (RFC 6154, RFC 8457, RFC 9979). */
#ifndef IMAP_USE_H
#define IMAP_USE_H

#include <stdbool.h>

#include "base/span.h"
#include "sys/wr.h"

/* use-attr = "\" atom; *use is an enum folder_use, 0 for one not known. */
bool p_use(struct span *in, unsigned *use);

/* Write the names of the uses, each after *sep; *sep becomes " ". */
void use_put(struct wr *w, unsigned uses, const char **sep);

#endif
