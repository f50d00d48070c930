/* stream.h: pieces of a message file, as they are sent. */
#ifndef MSG_STREAM_H
#define MSG_STREAM_H

#include <stdint.h>

#include "base/span.h"
#include "base/strbuf.h"

/* Where bytes go; it cannot fail (sys/wr.h latches its errors). */
typedef void stream_sink(void *arg, struct span bytes);

/*
 * Of all the octets, those from skip on, at most max, go to sink; or they are
 * appended to *into, if that is not NULL.
 */
struct stream_out {
	stream_sink *sink;
	void *arg;
	uint64_t skip;
	uint64_t max;
	struct strbuf *into;
};

/*
 * Give to the sink what skip and max let through of s, and count both down.
 * A sink of NULL takes nothing.
 */
void stream_put(struct stream_out *out, struct span s);

/*
 * The bytes from..to-1 of fd with CRLF line ends, NUL as 0x80 (text/bytes.h).
 * Stops reading once max octets are out.  Returns the octets given to the
 * sink, or -1 with errno.  A file that has become shorter meanwhile gives
 * fewer octets than were promised: the caller looks.
 */
int64_t stream_crlf(int fd, int64_t from, int64_t to, struct stream_out out);

/* How many octets stream_crlf() would give in all. */
int64_t stream_crlf_len(int fd, int64_t from, int64_t to);

#endif
