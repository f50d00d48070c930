/* trash.h: messages that go to the Trash folder in place of being removed. */
#ifndef STORE_TRASH_H
#define STORE_TRASH_H

#include "base/strbuf.h"
#include "store/maildir.h"

/* Open the Trash folder of store_conf as *out, made if it is not there. */
int trash_open(struct account *a, struct maildir *out);

/*
 * Move the file name of cur there, without its flags \Deleted and \Draft;
 * to gets its new name.  ENOENT when it is not there.
 */
int trash_put(struct account *a, int cur, const char *name,
    const struct maildir *trash, struct strbuf *to);

#endif
