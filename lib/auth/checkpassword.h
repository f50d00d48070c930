/* checkpassword.h: the protocol between a front and an authenticator. */
#ifndef AUTH_CHECKPASSWORD_H
#define AUTH_CHECKPASSWORD_H

#include <stddef.h>

#include "base/span.h"

/*
 * An authenticator reads from descriptor 3, up to its end and at most 512
 * bytes: name NUL password NUL timestamp NUL.  It exits, or becomes the user
 * and executes the program that its arguments name.
 */
enum { CHECKPASSWORD_FD = 3, CHECKPASSWORD_LEN = 512 };

/* What a check of ours may take, unless SATCHEL_CHECK_TIMEOUT is set. */
enum { CHECKPASSWORD_SECONDS = 30 };

enum { /* what an authenticator exits with */
	CHECKPASSWORD_NO = 1,
	CHECKPASSWORD_MISUSED = 2,
	CHECKPASSWORD_TEMPORARY = 111
};

/* What was read; the strings lie in buf. */
struct checkpassword {
	const char *name;
	const char *password;
	const char *timestamp; /* "" when there was none */
	char buf[CHECKPASSWORD_LEN + 1];
};

/*
 * Read fd up to its end, and close it.  0, or -1 with errno: EMSGSIZE for
 * more than 512 bytes, EBADMSG for less than two fields.
 */
int checkpassword_read(int fd, struct checkpassword *c);

/* Forget the secrets. */
void checkpassword_clear(struct checkpassword *c);

/*
 * Write the three fields to fd, which must be a pipe: they fit into it
 * whether anyone reads or not.  0, or -1 with errno: EMSGSIZE when they are
 * too long, EINVAL when one has a NUL in it.  Closing is the caller's.
 */
int checkpassword_write(
    int fd, struct span name, struct span password, struct span timestamp);

/* What the end of an authenticator means that has not told of a session. */
enum checkpassword_end {
	CHECKPASSWORD_OVER, /* exit 0: there was a session, and it is over */
	CHECKPASSWORD_REFUSED,
	CHECKPASSWORD_FAILED /* nobody knows: try again later */
};

/* status is a wait status. */
enum checkpassword_end checkpassword_verdict(int status);

#endif
