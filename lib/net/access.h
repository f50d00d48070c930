/* access.h: couriertcpd's access file, a GDBM database. */
#ifndef NET_ACCESS_H
#define NET_ACCESS_H

#include <stdbool.h>
#include <stddef.h>

#include "net/rule.h"

enum { ACCESS_VALUE_LEN = 4096 };

/* Without GDBM there is none: ENOSYS. */
struct access;

/*
 * All of it, for looking up: what is done to the file later does not matter.
 * NULL with errno; EBADMSG: it is no such database; EFBIG: more than 256 MiB,
 * or a value of more than ACCESS_VALUE_LEN bytes.
 */
struct access *access_open(const char *path);

/*
 * The value of the first of the n keys that has one, valid until a is closed;
 * false when none has.
 */
bool access_find(const struct access *a, char keys[][RULE_KEY_LEN], size_t n,
    struct span *value);

/* A new, empty one, in place of what is there.  NULL with errno. */
struct access *access_create(const char *path);

/* Put value under key, in place of another.  0, or -1 with errno. */
int access_put(struct access *a, const char *key, struct span value);

/* All of it is on the disk.  0, or -1 with errno. */
int access_sync(struct access *a);

/* NULL is fine. */
void access_close(struct access *a);

#endif
