/* front.h: what a login front is told, and what it tells its chain. */
#ifndef CHAIN_FRONT_H
#define CHAIN_FRONT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "chain/ucspitls.h"
#include "sys/jail.h"
#include "sys/peer.h"

/* Settings, from the environment. */
struct front {
	const struct front_protocol *protocol;
	struct peer peer;
	bool tls; /* the connection is encrypted */
	bool tls_required; /* *_TLS_REQUIRED, and it is not */
	bool tls_begun; /* by STARTTLS: there is no second greeting */
	struct ucspitls ucspitls; /* where STARTTLS can be had */
	const char *external; /* the name in the client's certificate; or "" */
	bool debug; /* DEBUG_LOGIN */
	uint32_t delay; /* SATCHEL_LOGIN_DELAY, seconds after a failure */
	uint32_t timeout; /* SATCHEL_LOGIN_TIMEOUT, seconds; 0: none */
	int64_t by; /* when that is over, as clock.h counts; 0: never */
	uint32_t check_timeout; /* SATCHEL_CHAIN_TIMEOUT, likewise */
	uint32_t tarpit; /* SATCHEL_TARPIT: at most so many seconds; 0: none */
	uint32_t per_ip; /* SATCHEL_PER_IP: connections; 0: any number */
	uint32_t per_net; /* SATCHEL_PER_NET: likewise */
	bool log_mapped; /* SATCHEL_LOG_MAPPED: IPv4 as ::ffff:192.0.2.7 */
	struct jail jail; /* SATCHEL_TALKER_UID, SATCHEL_TALKER_ROOT */
	const char *domain; /* DEFDOMAIN, or "" */
	const char *separators; /* DOMAINSEP, or NULL: domain's first */
};

/* What is different between protocols. */
struct front_protocol {
	const char *name; /* PROTOCOL */
	const char *tls; /* the variable that says "encrypted" */
	const char *tls_required;
	const char *starttls; /* whether that may be offered */
	const char *starttls_also; /* the same in Courier's file; or NULL */
	const char *full; /* what an address with too many connections gets */
	bool tagged; /* IMAP: the session is told a tag */
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

/*
 * Ask for TLS, by the time by; afterwards the settings are those of an
 * encrypted connection.  0, or -1 with errno as ucspitls_start().
 */
int front_start_tls(struct front *f, int64_t by);

/* Whether STARTTLS or STLS is to be announced, and done. */
bool front_has_starttls(const struct front *f);

/*
 * For a talker: overwrite all of the environment but what a talker reads.  The
 * settings of authenticators may be secrets.
 */
void front_forget_others(const struct front *f);

/* Print the settings in force, and where each comes from. */
void front_print(const struct front_protocol *protocol);

/*
 * name, with the default domain where it has none, into buf, NUL-terminated.
 * False when that takes more than max bytes or name has a NUL in it.
 */
bool front_user(const struct front *f, struct span name, char *buf, size_t max);

#endif
