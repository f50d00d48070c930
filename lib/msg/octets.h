/* octets.h: how long a message is when it is sent whole. */
#ifndef MSG_OCTETS_H
#define MSG_OCTETS_H

#include <stdbool.h>
#include <stdint.h>

struct octets {
	uint64_t n; /* with CRLF line ends (text/bytes.h), the last included */
	bool utf8; /* 8-bit bytes in a header, the message's or a part's */
};

/*
 * Read the message in fd, which is so long, once (its offset is not used);
 * twice where it has 8-bit bytes.  0, or -1 with errno.
 */
int octets_count(int fd, int64_t size, struct octets *out);

#endif
