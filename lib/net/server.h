/* server.h: accept connections, and start a chain for each. */
#ifndef NET_SERVER_H
#define NET_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "net/sockets.h"

struct server_conf {
	char *const *chain; /* what is executed, and its arguments */
	uint32_t total; /* connections at a time; then others wait */
	uint32_t per_address; /* of these; others are closed; 0: any number */
	uint32_t per_network;
	const char *access; /* the access file, or NULL */
	bool local; /* look the local address up in it as well */
	bool print; /* the ports, once it serves: sockets_print() */
	struct sockets sockets;
};

/*
 * Serve until SIGTERM or SIGINT; chains that run go on.  SIGHUP reads the
 * access file again.  Returns the exit status: 0, or 111 when that cannot
 * begin, which the log has.  The environment of this process is that of every
 * chain, with PROTO and the addresses that UCSPI has.
 */
int server_run(struct server_conf *conf);

#endif
