/* sync.h: bring what is known of a folder up to date with the disk. */
#ifndef STORE_SYNC_H
#define STORE_SYNC_H

#include "store/box.h"

/*
 * As mailbox_sync(); the first time it fills in UIDVALIDITY, the messages and
 * whether UIDs can be stored.
 */
int sync_box(struct mailbox *m);

#endif
