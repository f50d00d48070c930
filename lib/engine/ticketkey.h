/* ticketkey.h: which of the ticket keys a connection uses. */
#ifndef ENGINE_TICKETKEY_H
#define ENGINE_TICKETKEY_H

#include <gnutls/gnutls.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tls/tickets.h"

/* How long a ticket is good, in seconds. */
enum { TICKET_SECONDS = 6 * 3600, TICKET_NAME_LEN = 16 };

/*
 * Let tls use tickets, with the key that the ticket in this ClientHello was
 * made with when t has it, and with the first otherwise.  hello is the message
 * without its header; now in seconds since 1970.  0, or GnuTLS's error.
 */
int ticketkey_enable(gnutls_session_t tls, const struct tickets *t,
    const gnutls_datum_t *hello, int64_t now);

/*
 * Overwrite what tls has kept of these keys, which is needed no more once the
 * handshake is over: no call of GnuTLS does.
 */
void ticketkey_forget(
    gnutls_session_t tls, const struct tickets *t, int64_t now);

/*
 * Whether a ticket in the data of extension id (35, RFC 5077 section 3.2; 41,
 * RFC 8446 section 4.2.11) begins with name.
 */
bool ticketkey_is_named(unsigned id, const unsigned char *data, size_t len,
    const unsigned char name[TICKET_NAME_LEN]);

#endif
