/* status.h: STATUS, of a folder or of each folder that LIST shows. */
#ifndef IMAP_STATUS_H
#define IMAP_STATUS_H

#include <stdbool.h>

#include "imap/session.h"

enum status_item {
	STATUS_MESSAGES = 1 << 0,
	STATUS_RECENT = 1 << 1,
	STATUS_UIDNEXT = 1 << 2,
	STATUS_UIDVALIDITY = 1 << 3,
	STATUS_UNSEEN = 1 << 4,
	STATUS_DELETED = 1 << 5,
	STATUS_SIZE = 1 << 6,
	STATUS_APPENDLIMIT = 1 << 7,
	STATUS_DELETED_STORAGE = 1 << 8,
	STATUS_HIGHESTMODSEQ = 1 << 9,
	STATUS_MAILBOXID = 1 << 10,
};

/* "(" status-att *(SP status-att) ")" */
bool p_status_items(struct span *in, unsigned *items);

/* "* STATUS mailbox (...)"; -1 with errno, and nothing written. */
int status_send(struct session *s, struct span folder, unsigned items);

#endif
