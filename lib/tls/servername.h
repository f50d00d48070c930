/* servername.h: the host that a client asks for, as a part of file names. */
#ifndef TLS_SERVERNAME_H
#define TLS_SERVERNAME_H

#include <stdbool.h>

#include "base/span.h"

/* A name of 253 octets and a NUL, rounded up. */
enum { SERVERNAME_LEN = 256 };

/*
 * Whether in is a host name as TLS has it (RFC 6066 section 3, RFC 1123
 * section 2.1): labels of 1 to 63 letters, digits, hyphens and underscores,
 * between dots, 253 octets in all, the last label not a number.  Then out is
 * the name in lower case, and safe as a part of a file's name: it has no
 * slash, no NUL, no empty label.  Otherwise out is untouched.
 */
bool servername_take(struct span in, char out[SERVERNAME_LEN]);

#endif
