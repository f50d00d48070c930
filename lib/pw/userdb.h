/* userdb.h: Courier's userdb.dat and userdbshadow.dat. */
#ifndef PW_USERDB_H
#define PW_USERDB_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/span.h"

enum { USERDB_LEN = 8192 };

/* The two records of one name: fields "key=value" between "|". */
struct userdb {
	size_t len;
	size_t shadow_len;
	char fields[USERDB_LEN];
	char shadow[USERDB_LEN];
};

/*
 * Look name up in path.dat and pathshadow.dat.  1: it is there.  0: it is
 * not, or has no secrets.  -1 with errno when a database cannot be read
 * (EFBIG: too large a record); a missing userdbshadow.dat is one without
 * secrets.
 */
int userdb_find(const char *path, const char *name, struct userdb *u);

/*
 * The secrets of somebody who has a password for service, into u->shadow: a
 * check against that costs what a check usually costs here.  False when there
 * is nobody, or no database.
 */
bool userdb_sample(const char *path, const char *service, struct userdb *u);

/* The field key; *value is empty when it has no "=". */
bool userdb_field(struct span fields, const char *key, struct span *value);

/*
 * The secret for service: field SERVICEpw, else systempw.  Empty when there
 * is none.  service may be NULL.
 */
struct span userdb_secret(const struct userdb *u, const char *service);

/* uid and gid; false when one is missing, no number, or 0. */
bool userdb_ids(const struct userdb *u, uid_t *uid, gid_t *gid);

void userdb_clear(struct userdb *u);

#endif
