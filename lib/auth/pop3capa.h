/* pop3capa.h: what both programs of a POP3 chain announce. */
#ifndef AUTH_POP3CAPA_H
#define AUTH_POP3CAPA_H

#include <stdbool.h>

#include "sys/wr.h"

/*
 * Whether the settings let a mechanism be used: POP3AUTH_TLS under TLS when
 * it is not empty, else POP3AUTH, which is all of them unless it is set.
 */
bool pop3capa_offers(const char *mechanism, bool tls);

/* What depends on the state of a connection. */
struct pop3capa {
	bool tls;
	bool stls; /* TLS can be had */
	bool password; /* one may be sent now: USER and SASL */
	bool external; /* there is a certificate with a name */
};

/* The lines of CAPA (RFC 2449 section 5), without the first and the last. */
void pop3capa_put(struct wr *out, const struct pop3capa *c);

#endif
