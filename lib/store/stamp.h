/* stamp.h: whether a file or directory has changed since it was read. */
#ifndef STORE_STAMP_H
#define STORE_STAMP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

enum stamp_state {
	STAMP_NONE, /* never read */
	STAMP_CLEAN, /* was quiet when it was read */
	STAMP_RACY, /* read so soon after a change that one more may hide */
	STAMP_OWED /* changed by ourselves: to be read again, not at once */
};

/* All zero is STAMP_NONE.  It stands in files: satchel-index(5). */
struct stamp {
	uint64_t ino; /* 0: there is nothing */
	int64_t size;
	int64_t modified, changed; /* ns */
	/* last, and first, change of ours: ms since 1970, for all sessions */
	int64_t own_ms, owed_ms;
	uint32_t state; /* enum stamp_state */
	uint32_t spare;
};

/*
 * Whether it is to be read again.  st is NULL when there is nothing.  A change
 * of our own counts only when it has been quiet for a while, or when that
 * has not come for long.
 */
bool stamp_is_due(const struct stamp *s, const struct stat *st);

/* Whether it will be due soon though nothing changes. */
bool stamp_is_open(const struct stamp *s);

/* Whether it is another than when it was read, or changed by us. */
bool stamp_has_moved(const struct stamp *s, const struct stat *st);

/* Whether it is another than when it was looked at, for whatever reason. */
bool stamp_is_other(const struct stamp *s, const struct stat *st);

/*
 * It is read now.  st was taken before reading; now is the time on the file
 * system's clock before that (lock.h), or 0 when it is not known.
 */
void stamp_read(struct stamp *s, const struct stat *st, int64_t now);

/* We have changed it ourselves; st was taken after that. */
void stamp_own(struct stamp *s, const struct stat *st);

/* It must be read at the next look. */
void stamp_forget(struct stamp *s);

#endif
