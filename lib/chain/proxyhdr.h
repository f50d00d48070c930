/* proxyhdr.h: the header of the PROXY protocol, versions 1 and 2. */
#ifndef CHAIN_PROXYHDR_H
#define CHAIN_PROXYHDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "sys/peer.h"

enum {
	PROXYHDR_V1_LEN = 107, /* CRLF included, as the protocol says */
	PROXYHDR_LEN = 4096, /* of version 2, TLVs included: our bound */
};

enum proxyhdr_result {
	PROXYHDR_OK,
	PROXYHDR_MORE, /* all of it is the beginning of a header */
	PROXYHDR_BAD,
	PROXYHDR_EOF, /* proxyhdr_read() only: closed within the header */
	PROXYHDR_LATE, /* proxyhdr_read() only: not there in time */
	PROXYHDR_ERR, /* proxyhdr_read() only: errno */
};

/*
 * The header at the front of in.  On PROXYHDR_OK *len is its length, and *p
 * the addresses it tells; p->ip is "" when it tells none (LOCAL, UNKNOWN, a
 * local socket): the connection's own count.  On another result *len and *p
 * are untouched.
 */
enum proxyhdr_result proxyhdr_parse(
    struct span in, struct peer *p, size_t *len);

/*
 * Read a header from the socket or pipe fd, and not a byte more, until the
 * monotonic time by (clock.h).
 */
enum proxyhdr_result proxyhdr_read(int fd, int64_t by, struct peer *p);

/*
 * Tell *p by the variables of UCSPI that PROTO names, TCP when it is not set,
 * and remove what is known of the proxy's side only.  0, or -1 with errno.
 */
int proxyhdr_export(const struct peer *p);

#endif
