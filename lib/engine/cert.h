/* cert.h: certificates out of descriptors, and out of memory again. */
#ifndef ENGINE_CERT_H
#define ENGINE_CERT_H

#include <gnutls/gnutls.h>

#include "tls/files.h"
#include "tls/opener.h"

/*
 * Put what is in files into cred; all of them are closed.  A staple that does
 * not fit is left out, with a line in the log.  0, or GnuTLS's error.
 */
int cert_load(
    gnutls_certificate_credentials_t cred, const struct tls_files *files);

/* The same for authorities, of which one must be readable. */
int cert_trust(
    gnutls_certificate_credentials_t cred, const struct opener_setup *setup);

#endif
