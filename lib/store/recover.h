/* recover.h: rows that are garbage, made anew from the truth. */
#ifndef STORE_RECOVER_H
#define STORE_RECOVER_H

#include "store/box.h"

/*
 * Some row of m, or its name, is not what was written.  Every such row gets
 * the message that courierimapuiddb and cur have in its place, and is as if
 * it had changed.  What cannot be told is lost: the mailbox is then (ENOENT
 * from mailbox_sync()), and its messages are gone.  Either way all rows are
 * sound afterwards, and the index will be written anew.
 */
void recover_rows(struct mailbox *m);

#endif
