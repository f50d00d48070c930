/* maildir.h: names of message files, and the three directories. */
#ifndef STORE_MAILDIR_H
#define STORE_MAILDIR_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/span.h"
#include "base/strbuf.h"
#include "store/account.h"

/* The directories of a folder, each open; -1 when it is not. */
struct maildir {
	int dir;
	int cur;
	int new;
	int tmp;
};

/*
 * Open folder.  ENOENT when it is none, EINVAL for a bad name.
 * maildir_close() takes what maildir_open() filled in, or all -1.
 */
int maildir_open(struct account *a, struct span folder, struct maildir *out);

/*
 * Whether folder is still what was opened: 0, or -1 with ENOENT.  It stays so
 * as long as its lock is held (store/lock.h), which RENAME and DELETE take.  A
 * UID that is given under another name means nothing there.
 */
int maildir_has_name(
    struct account *a, struct span folder, const struct maildir *md);
void maildir_close(struct maildir *md);

/* Append a name for a file in tmp that nobody else makes. */
void maildir_tmp_name(struct account *a, const char *tag, struct strbuf *out);

/*
 * Append a base for a message, unique for ever: with the device and inode of
 * st (the file, or the one it is a copy of) and ",S=size".
 */
void maildir_base(struct account *a, const struct stat *st, uint64_t size,
    struct strbuf *out);

/* The same for a copy of the message called source: with its identifier. */
void maildir_copy_base(struct account *a, const struct stat *st,
    const char *source, struct strbuf *out);

/* Append a new base for the file name of dir, with its info as it is. */
void maildir_fresh_name(
    struct account *a, int dir, const char *name, struct strbuf *out);

/* Whether the name has an LF, which would end its line in any list of ours. */
bool maildir_is_odd(const char *name);

/*
 * Move the file name from dir to cur, with a base of ours and no flags.  *to
 * is its name then.
 */
int maildir_rename_afresh(
    struct account *a, int dir, const char *name, int cur, struct strbuf *to);

/*
 * Two files of cur have one base: give twin a new one, under the folder's
 * lock; *fresh gets its name.  -1 when they turn out to be one that was
 * renamed meanwhile, or when it cannot be done.
 */
int maildir_part(struct account *a, int cur, const char *known,
    const char *twin, struct strbuf *fresh);

/* The ",S=" of a name; false when it has none. */
bool maildir_size(struct span filename, uint64_t *size);

/*
 * The order in which messages found together get their UIDs: by the number
 * in front (none is 0), then by the bytes before ":" (courierimapuiddb(5)).
 */
int maildir_cmp(struct span a, struct span b);
/* The number, or UINT64_MAX: equal ones are for maildir_cmp() to part. */
uint64_t maildir_number(struct span name);

/*
 * Put a file with this text in the place of name in the Maildir itself.  It
 * is on disk when it returns 0; on failure the old one is there.
 */
int maildir_replace(struct account *a, const char *name, struct span text);

/* Remove from tmp what nobody can be writing any more (satchel-maildir(7)). */
void maildir_clean_tmp(int tmp);

/* Whether the entry name of dir, of readdir()'s type, is a plain file. */
bool maildir_is_file(int dir, const char *name, unsigned char type);

#endif
