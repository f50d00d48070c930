/* peer.h: who is at the other end of descriptors 0 and 1. */
#ifndef SYS_PEER_H
#define SYS_PEER_H

#include <stdbool.h>
#include <stdint.h>

enum { PEER_IP_LEN = 64, PEER_PORT_LEN = 8 };

/* Addresses as text; "" where nothing tells. */
struct peer {
	char ip[PEER_IP_LEN];
	char port[PEER_PORT_LEN];
	char local_ip[PEER_IP_LEN];
	char local_port[PEER_PORT_LEN];
};

/*
 * Fill *p from the first of these that knows the client's address:
 *   PROTO and the variables it names (TCPREMOTEIP, SSLREMOTEIP, ...);
 *   TCPREMOTEIP, TCPREMOTEPORT, TCPLOCALIP, TCPLOCALPORT;
 *   LISTEN_FDS=1 of systemd, meant for this process: descriptor 3 becomes 0
 *   and 1 and is closed, and then as the next;
 *   the socket on descriptor 0;
 *   REMOTE_ADDR and REMOTE_PORT, REMOTE_HOST.
 * Without a local port from there, the local address is the socket's.
 * LISTEN_FDS, LISTEN_PID and LISTEN_FDNAMES are removed from the environment
 * in any case.  Returns whether there is a client's address.  What is no
 * numeric address or port is as if it were not there; the zone of an address,
 * as in "fe80::1%eth0", is left out.
 */
bool peer_find(struct peer *p);

/*
 * The address and the port of ss as text, in that form; false and neither is
 * touched when it is no internet address.
 */
struct sockaddr_storage;
bool peer_address(const struct sockaddr_storage *ss, char ip[PEER_IP_LEN],
    char port[PEER_PORT_LEN]);

/*
 * ip in the form that addresses are compared and logged in, "" for what is
 * none: IPv6 shortened (RFC 5952), ::ffff:192.0.2.7 as 192.0.2.7.  out and
 * ip may be the same.
 */
bool peer_normal(const char *ip, char out[PEER_IP_LEN]);

/*
 * Wait until by (clock.h) or until this process shall end: true.  False as
 * soon as whoever is at the other end of fd sends no more; what was sent stays
 * to be read.
 */
bool peer_waits(int fd, int64_t by);

#endif
