/* relay.h: what is said between the network and the program. */
#ifndef ENGINE_RELAY_H
#define ENGINE_RELAY_H

#include <gnutls/gnutls.h>

#include "engine/net.h"

/*
 * Carry octets between tls, whose handshake is over, and the program on the
 * socket clear, until either side has ended and what the other still says has
 * been told.  Returns NULL, or what a line in the log should say.
 */
const char *relay_run(gnutls_session_t tls, struct net *net, int clear);

#endif
