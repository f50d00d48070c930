/* keywords.h: keyword names of the client as numbers of the mailbox. */
#ifndef IMAP_KEYWORDS_H
#define IMAP_KEYWORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "imap/session.h"
#include "imap/token.h"

/*
 * The numbers of the names in l, ascending and each once; those that the
 * mailbox does not know are added, or left out where add is false.
 * False: keywords are switched off.
 */
bool keywords_find(struct session *s, const struct flag_list *l, bool add,
    const uint32_t **out, size_t *n);

#endif
