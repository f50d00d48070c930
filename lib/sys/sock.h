/* sock.h: sockets that wait for connections. */
#ifndef SYS_SOCK_H
#define SYS_SOCK_H

#include <stdbool.h>

#include "sys/peer.h"

/*
 * All descriptors are close-on-exec; those that listen do not block, those
 * that are accepted do.
 */

/*
 * Listen on the port of ip, or of all addresses of both kinds when that is
 * "" or "0"; port "0" is any that is free.  A descriptor, or -1 with errno.
 */
int sock_listen(const char *ip, const char *port, int backlog);

/* Whether fd listens for streams; then it is made as sock_listen()'s are. */
bool sock_adopt(int fd);

/*
 * The next connection that waits on fd, with both ends' addresses, "" for
 * those of a local socket; keep-alive is set.  -1 with errno, EAGAIN when
 * there is none.
 */
int sock_accept(int fd, struct peer *p);

#endif
