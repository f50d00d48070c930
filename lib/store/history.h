/* history.h: what went from a mailbox, and when the rest of it came. */
#ifndef STORE_HISTORY_H
#define STORE_HISTORY_H

#include <stdint.h>

#include "base/strbuf.h"

struct mailbox;

/*
 * Of this session only: it begins when the mailbox is opened.  All zero is
 * one that has not begun, which notes nothing.
 */
struct history {
	uint64_t since; /* it tells all that went after this mod-sequence */
	struct strbuf gone; /* in the order of their mod-sequences */
	struct strbuf saved; /* ascending */
};

/* From now on; what is there already came at a time that nobody knows. */
void history_begin(struct mailbox *m);
void history_clear(struct mailbox *m);

/* Message uid is gone, or has come. */
void history_gone(struct mailbox *m, uint32_t uid, uint64_t modseq);
void history_came(struct mailbox *m, uint32_t uid);

#endif
