/* sockets.h: the sockets that a listener listens on. */
#ifndef NET_SOCKETS_H
#define NET_SOCKETS_H

#include <stddef.h>

#include "base/span.h"

enum { SOCKETS_MAX = 32 };

struct sockets {
	int fds[SOCKETS_MAX];
	size_t n;
};

/*
 * Add those of couriertcpd's list: "port", "address.port", "[address]:port",
 * between commas; a port alone is that of ip, all addresses when that is ""
 * or "0".  0; or -1 with errno, and then *bad is the item, and some may have
 * been added.
 */
int sockets_bind(struct sockets *s, struct span list, const char *ip,
    int backlog, struct span *bad);

/* Add the n that systemd has passed, from first on.  0, or -1 with EINVAL. */
int sockets_adopt(struct sockets *s, int first, int n);

/*
 * Print the number of each port, a line each; local sockets have none.  Then
 * standard output ends, for whoever waits for all of them.
 */
void sockets_print(const struct sockets *s);

/* Close all. */
void sockets_close(struct sockets *s);

#endif
