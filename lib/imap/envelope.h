/* envelope.h: ENVELOPE of FETCH (RFC 9051 section 7.5.2). */
#ifndef IMAP_ENVELOPE_H
#define IMAP_ENVELOPE_H

#include <stdbool.h>

#include "base/arena.h"
#include "msg/structure.h"
#include "sys/wr.h"

/*
 * Write the envelope.  utf8: whether the client takes UTF-8 in strings.
 * Memory for addresses is taken from a.
 */
void envelope_put(
    struct wr *w, struct arena *a, const struct envelope *e, bool utf8);

#endif
