/* facts.h: what a handshake has brought to light, for the program. */
#ifndef ENGINE_FACTS_H
#define ENGINE_FACTS_H

#include <gnutls/gnutls.h>
#include <stdbool.h>

#include "base/strbuf.h"

/*
 * Append a whole list (list.h): SSL_PROTOCOL, SSL_CIPHER,
 * SSL_TLS_SNI_SERVERNAME, SSL_PEER_CERT_HASH, SSL_PEER_CERT_SUBJECT,
 * SSL_TLS_EXPORTER, TLS_CONNECTED_PROTOCOL and, of a client's certificate,
 * TLS_SUBJECT_ and its fields.  name is the host asked for, "" for none;
 * has_peer says that there is a certificate, and that it has been verified.
 */
void facts_list(
    struct strbuf *out, gnutls_session_t tls, const char *name, bool has_peer);

#endif
