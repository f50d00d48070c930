/* fdpass.h: descriptors sent from one process to another. */
#ifndef SYS_FDPASS_H
#define SYS_FDPASS_H

#include <stddef.h>
#include <sys/types.h>

#include "base/span.h"

/* How many descriptors go with one message; the kernel's own limit is 253. */
enum { FDPASS_MAX = 128 };

/*
 * Send data, not empty, and n descriptors in one message on a Unix socket.
 * The descriptors stay open here.  0, or -1 with errno.
 */
int fdpass_send(int sock, struct span data, const int *fds, size_t n);

/*
 * Take one message.  At most max bytes and *n descriptors, which are
 * close-on-exec; the rest of either makes it EMSGSIZE, and nothing is left
 * open.  Returns how many bytes, 0 when the other end is closed, -1 with
 * errno; *n is then how many descriptors came.
 */
ssize_t fdpass_recv(int sock, void *buf, size_t max, int *fds, size_t *n);

#endif
