/* name.h: mailbox names of the protocol and folder names of the store. */
#ifndef IMAP_NAME_H
#define IMAP_NAME_H

#include <stdbool.h>

#include "base/span.h"
#include "base/strbuf.h"
#include "imap/session.h"

/*
 * The folder that a mailbox name means, allocated from s->arena.  Names are
 * modified UTF-7, or UTF-8 once that was enabled; UTF-8 is understood in
 * either case (RFC 9755 3).  "INBOX" in any case is the INBOX; with
 * conf->inbox_prefix all other names begin with "INBOX.".
 * False when no folder can have that name.
 */
bool name_to_folder(struct session *s, struct span name, struct span *folder);

/*
 * What stands before the folder's own name in the mailbox name: "INBOX." or
 * nothing; for the INBOX, whose own name is empty, all of it.
 */
const char *name_prefix(const struct session *s, struct span folder);

/* Append the mailbox name of a folder, in UTF-8. */
void name_put_utf8(
    const struct session *s, struct span folder, struct strbuf *out);

/* Append it as it goes over the wire now. */
void name_put(const struct session *s, struct span folder, struct strbuf *out);

/* Whether the folder has a name at all (prefix-less: ".INBOX" has none). */
bool name_exists(const struct session *s, struct span folder);

#endif
