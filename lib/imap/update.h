/* update.h: untagged data about the selected mailbox. */
#ifndef IMAP_UPDATE_H
#define IMAP_UPDATE_H

#include <stdbool.h>

#include "imap/session.h"

/*
 * Tell the client what mailbox_sync() found: EXPUNGE or VANISHED (only where
 * expunge is set: RFC 9051 7.5.1 forbids it during FETCH, STORE and SEARCH by
 * number), new keywords, EXISTS and RECENT, changed flags.
 */
void update_report(struct session *s, bool expunge);

/* The same without the changed flags: what comes before FETCH. */
void update_numbers(struct session *s, bool expunge);

/* mailbox_sync(), then update_report(). Errors are left for later. */
void update_sync(struct session *s, bool expunge);

/*
 * The same without waiting for those who have the folder locked, and with
 * EXPUNGE.  False when that cannot be: then nothing new was seen.
 */
bool update_try(struct session *s);

/* "* FLAGS (...)" and "* OK [PERMANENTFLAGS (...)]". */
void update_flags(struct session *s);

#endif
