/* modseq.h: what CONDSTORE and QRESYNC add to answers (RFC 7162). */
#ifndef IMAP_MODSEQ_H
#define IMAP_MODSEQ_H

#include <stdbool.h>
#include <stdint.h>

#include "imap/session.h"

/* Whether answers about the selected mailbox have mod-sequences. */
bool modseq_is_on(const struct session *s);

/* Whether there is one selected whose mod-sequences do not last: NOMODSEQ. */
bool modseq_is_refused(const struct session *s);

/*
 * The command is one that enables CONDSTORE.  The first of a session tells
 * HIGHESTMODSEQ of the selected mailbox (section 3.1).
 */
void modseq_enable(struct session *s);

/* "* OK [HIGHESTMODSEQ n] ..." or NOMODSEQ of the selected mailbox. */
void modseq_put_highest(struct session *s);

/* "MODSEQ (n)" of a message; "(n)" alone. */
void modseq_put(struct session *s, uint64_t modseq);
void modseq_put_value(struct session *s, uint64_t modseq);

/*
 * The end of a command with verdict v.  What the client may take for
 * HIGHESTMODSEQ goes into the code of the tagged line, or before it, where it
 * cannot know that itself: messages went, or some that are gone must not be
 * told of yet (sections 3.2 and 6).
 */
void modseq_end(struct session *s, enum verdict v);

#endif
