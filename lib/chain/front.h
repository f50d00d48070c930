/* front.h: what a login front is told, and what it tells its chain. */
#ifndef CHAIN_FRONT_H
#define CHAIN_FRONT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "sys/peer.h"

/* Settings, from the environment. */
struct front {
	struct peer peer;
	bool tls; /* the connection is encrypted already */
	bool tls_required; /* *_TLS_REQUIRED, and it is not */
	bool debug; /* DEBUG_LOGIN */
	uint32_t delay; /* SATCHEL_LOGIN_DELAY, seconds after a failure */
	uint32_t timeout; /* SATCHEL_LOGIN_TIMEOUT, seconds; 0: none */
	const char *domain; /* DEFDOMAIN, or "" */
	const char *separators; /* DOMAINSEP, or NULL: domain's first */
};

/* What is different between protocols. */
struct front_protocol {
	const char *name; /* PROTOCOL */
	const char *tls; /* the variable that says "encrypted" */
	const char *tls_required;
	const char *port; /* when nothing tells the local one */
	const char *const *settings; /* more to print, up to a NULL; or NULL */
};

/*
 * Find the peer, taking over descriptors where that is needed, read the
 * settings, and make the environment what the chain shall see: names that
 * only the chain may set are removed; PROTOCOL, TCPREMOTEIP, TCPREMOTEPORT,
 * TCPLOCALIP, TCPLOCALPORT and AUTHSERVICE are set.  0, or -1 with errno.
 */
int front_open(const struct front_protocol *protocol, struct front *f);

/* Print the settings in force, and where each comes from. */
void front_print(const struct front_protocol *protocol);

/*
 * name, with the default domain where it has none, into buf, NUL-terminated.
 * False when that takes more than max bytes or name has a NUL in it.
 */
bool front_user(const struct front *f, struct span name, char *buf, size_t max);

#endif
