/* lock.h: one at a time may change what a folder knows of its messages. */
#ifndef STORE_LOCK_H
#define STORE_LOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "store/account.h"

struct lock {
	struct account *a; /* whose lock_file it is a link to, or NULL */
	int tmp; /* with the flock, among ourselves */
	bool dot; /* tmp/courier.lock is ours */
	int64_t
	    now; /* of the file system: ns since 1970, mtime of a new file */
};

/*
 * Lock the folder whose tmp directory is open as tmp: among ourselves, and
 * (IMAP_USELOCKS) with tmp/courier.lock as courier.lock(5) has it.
 * Waits for others.  EBUSY after a minute; EINTR when the process shall end;
 * EROFS, EACCES, ENOSPC, EDQUOT ... when no file can be made in tmp.
 * Not to be nested; and tmp is not shared with another process by fork().
 */
int lock_take(struct account *a, int tmp, struct lock *out);

/* The same without waiting: EBUSY when somebody has it. */
int lock_try(struct account *a, int tmp, struct lock *out);

/*
 * The lock among ourselves alone, for what Courier does not write: makes no
 * file, now is 0.  lock_raise() makes a whole one of it; on failure it is as
 * before.  EINTR.
 */
int lock_own(int tmp, struct lock *out);
int lock_raise(struct account *a, struct lock *l);

/* Whether there is a tmp/courier.lock now, whosever, stale or not. */
bool lock_is_raised(int tmp);

void lock_drop(struct lock *l);

/* No lock is held, nor soon wanted: nothing of it is left on the disk. */
void lock_end(struct account *a);

#endif
