/* bodystructure.h: BODY and BODYSTRUCTURE of FETCH (RFC 9051 7.5.2). */
#ifndef IMAP_BODYSTRUCTURE_H
#define IMAP_BODYSTRUCTURE_H

#include <stdbool.h>

#include "base/arena.h"
#include "msg/structure.h"
#include "sys/wr.h"

/*
 * Write the structure below root, which structure_read() has made.
 * extended: with extension data (BODYSTRUCTURE); utf8: whether the client
 * takes UTF-8 in strings.  Memory for addresses is taken from a.
 */
struct bodystructure {
	struct wr *w;
	struct arena *a;
	bool extended;
	bool utf8;
};

void bodystructure_put(const struct bodystructure *b, const struct part *root);

#endif
