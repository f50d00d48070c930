/* follow.h: a mailbox and its index on disk. */
#ifndef STORE_FOLLOW_H
#define STORE_FOLLOW_H

#include <stdint.h>

#include "store/box.h"

/*
 * Before the first look: take the rows of the index, if there is one that can
 * be believed; else m is empty and its index will be written anew.
 */
void follow_open(struct mailbox *m);
/* Only the former: -1 where there is none, and m has no rows at all. */
int follow_open_known(struct mailbox *m);

/* Under the lock, before anything was shown: somebody may have made one. */
void follow_open_again(struct mailbox *m);
void follow_close(struct mailbox *m);

/*
 * See what others have written since, and apply it.  Takes no lock.  What is
 * found damaged is written anew by the next commit.
 */
void follow_look(struct mailbox *m);

/*
 * If an older file is mapped than the one that is followed, and nothing keeps
 * the session at it any more: change over.  Not between box_begin() and
 * box_end(), whose changes the newer file does not have.
 */
void follow_catch_up(struct mailbox *m);

/*
 * Write what was logged, with the state as it is now.  Under the lock, after
 * follow_look().  What cannot be written is true for this session only.
 */
void follow_commit(struct mailbox *m);

/*
 * All that the index told is void: m has no messages (it has not shown any)
 * and a new file will be written.
 */
void follow_reset(struct mailbox *m);

/*
 * What m knows will no longer be what the index tells: a change that cannot
 * be written, or is not made under the lock.  For a while, then it is tried
 * again.
 */
void follow_detach(struct mailbox *m);

/* Put row i, or set number, into the log. */
void follow_log_row(struct mailbox *m, uint32_t i);
void follow_log_add(struct mailbox *m, uint32_t i);
void follow_log_facts(struct mailbox *m, uint32_t i);
void follow_log_set(struct mailbox *m, uint32_t number);

#endif
