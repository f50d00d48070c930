/* resync.h: SELECT with QRESYNC (RFC 7162 section 3.2.5). */
#ifndef IMAP_RESYNC_H
#define IMAP_RESYNC_H

#include "imap/select_parse.h"
#include "imap/session.h"

/*
 * Tell what has changed in the mailbox just selected since the client knew
 * it: VANISHED (EARLIER), then FETCH.  Nothing when UIDVALIDITY is another, or
 * mod-sequences are not kept.
 */
void resync(struct session *s, const struct select_qresync *known);

#endif
