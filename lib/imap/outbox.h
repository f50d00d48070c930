/* outbox.h: mail that is sent by putting it into a folder (satchel-imap(7)). */
#ifndef IMAP_OUTBOX_H
#define IMAP_OUTBOX_H

#include <stdbool.h>

#include "imap/session.h"
#include "store/append.h"

/*
 * Where there is an Outbox, start what sendmail will be started by: a
 * descriptor for session.sendmail, or -1.  Call it before the cage closes.
 */
int outbox_start(const struct imap_conf *c);

/* Whether folder is the Outbox. */
bool outbox_is(const struct session *s, struct span folder);

/*
 * Hand the messages of ap to sendmail, one by one, each with the sender's
 * header put in front: all that can fail in the command itself must have
 * been tried, since there is no way to take mail back.  Returns when sendmail
 * has ended; -1 with EDQUOT, with EMSGSIZE when they are too many at a time,
 * with ECONNABORTED when it could not be started or did not exit 0.
 */
int outbox_send(struct session *s, struct append *ap);

#endif
