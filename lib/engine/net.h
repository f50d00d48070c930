/* net.h: the network's side of the engine, for GnuTLS and for poll(). */
#ifndef ENGINE_NET_H
#define ENGINE_NET_H

#include <gnutls/gnutls.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NET_LEN = 16384 };

/*
 * Descriptors that never block.  What is read is read in as large pieces as
 * there are: a record is 5 octets and then its rest, and would cost two calls.
 */
struct net {
	int in;
	int out;
	bool may_read; /* poll() has said so, or nobody has looked yet */
	bool eof;
	uint64_t total; /* octets read */
	size_t pos;
	size_t len;
	unsigned char buf[NET_LEN];
};

/* Descriptors 0 and 1; on TCP, small records are sent at once. */
int net_init(struct net *n);

/* Make tls read and write here. */
void net_attach(struct net *n, gnutls_session_t tls);

/* Whether there is something to read without waiting. */
bool net_has_input(const struct net *n);

/*
 * Acknowledge what was read now, and not with the next answer: a client that
 * sends the end of its handshake in two pieces holds the second one back until
 * then, for 40 ms.
 */
void net_acknowledge(const struct net *n);

/*
 * Tell the peer that nothing more comes, and give it until by (clock.h) to
 * take what has been sent: a socket that is closed with input unread loses it.
 */
void net_finish(struct net *n, int64_t by);

#endif
