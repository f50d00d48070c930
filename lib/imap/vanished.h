/* vanished.h: VANISHED responses (RFC 7162 section 3.2.10). */
#ifndef IMAP_VANISHED_H
#define IMAP_VANISHED_H

#include <stdbool.h>
#include <stdint.h>

#include "imap/seqset.h"
#include "imap/session.h"

/*
 * A response that is written as its UIDs come, however many there are.  All
 * zero but for w and earlier is one without any: then nothing is written.
 */
struct vanished {
	struct wr *w;
	bool earlier;
	bool begun; /* first..last is not written yet */
	uint32_t first;
	uint32_t last;
};

/* UIDs first..last, above all before. */
void vanished_add(struct vanished *v, uint32_t first, uint32_t last);
void vanished_end(struct vanished *v);

/*
 * "* VANISHED (EARLIER) ..." of the UIDs that went after the mod-sequence
 * since, that known (resolved; NULL: all) has, and that are greater than above.
 * Where it is not known since when, all that no message has.
 */
void vanished_earlier(struct session *s, uint64_t since,
    const struct seqset *known, uint32_t above);

#endif
