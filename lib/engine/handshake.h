/* handshake.h: from a connection to a session of TLS. */
#ifndef ENGINE_HANDSHAKE_H
#define ENGINE_HANDSHAKE_H

#include <gnutls/gnutls.h>
#include <stdbool.h>
#include <stdint.h>

#include "engine/net.h"
#include "tls/conf.h"
#include "tls/opener.h"
#include "tls/servername.h"

enum { HANDSHAKE_WHY_LEN = 256, HANDSHAKE_ALPN_MAX = 8 };

/* One handshake; zero, but for conf, opener and clear, before it is used. */
struct handshake {
	const struct tls_conf *conf;
	int opener; /* a socket; -1 once it has been asked */
	int clear; /* where the program is: nothing is read from it */
	struct opener_setup setup;
	struct net net;
	gnutls_session_t tls;
	gnutls_certificate_credentials_t cred;
	gnutls_priority_t priority;
	char name[SERVERNAME_LEN]; /* the host asked for, or "" */
	bool has_peer; /* a client's certificate, verified */
	bool has_tickets;
	char why[HANDSHAKE_WHY_LEN]; /* it failed */
};

/*
 * All that must be done while files can still be opened.  0, or -1 and why is
 * set.
 */
int handshake_prepare(struct handshake *h);

/*
 * Do it, until by at the latest.  0; or -1, and then why says why and the
 * client has been told as far as TLS can, or why is "" for a client that never
 * sent anything.
 */
int handshake_run(struct handshake *h, int64_t by);

/*
 * Forget keys and certificates: none is needed after a handshake.  They are
 * overwritten.
 */
void handshake_forget(struct handshake *h);

#endif
