/* header.h: header fields of a message file. */
#ifndef MSG_HEADER_H
#define MSG_HEADER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/span.h"
#include "msg/stream.h"

/* Kept of one value in memory; more of it is passed over. */
enum { HEADER_VALUE_MAX = 64 * 1024 };

/* Kept of all values of one message or part together. */
enum { HEADER_TOTAL_MAX = 1024 * 1024 };

/*
 * Call each for every field of the header that begins at from and ends at to
 * (struct part) in fd: name without colon, value unfolded, trimmed, cut at
 * HEADER_VALUE_MAX.  Lines that are no field (an mbox "From " line, junk)
 * are passed over.  A nonzero result of each ends the walk and is returned;
 * -1 with errno when reading fails.  The spans live for the call.
 */
typedef int header_each(void *arg, struct span name, struct span value);
int header_walk(int fd, int64_t from, int64_t to, header_each *each, void *arg);

/* The same where the header is in memory. */
int header_walk_mem(struct span header, header_each *each, void *arg);

/*
 * BODY[HEADER.FIELDS]: give the fields whose name is among the n names (with
 * except: is not) to sink, as stored but with CRLF line ends and NULs as
 * 0x80, whole fields whatever their length, in the header's order, and the
 * empty line at the end, if the header has one (RFC 9051 6.4.5.1 excepts
 * messages with "no body and no blank line").  skip octets at the front are
 * left out and at most max sent.  Lines that are no field belong to
 * HEADER.FIELDS.NOT.
 * Returns the octets there are in all (skip and max disregarded), or -1.
 * With sink NULL it only counts.
 */
struct header_want {
	const struct span *names;
	size_t n;
	bool except; /* HEADER.FIELDS.NOT */
};
int64_t header_fields(int fd, int64_t from, int64_t to,
    const struct header_want *want, const struct stream_out *out);

#endif
