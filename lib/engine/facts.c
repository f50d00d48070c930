/* facts.c: names of mod_ssl, as s6 has them, then Courier's and ours. */
#include "engine/facts.h"

#include <gnutls/x509.h>
#include <stdio.h>
#include <string.h>

#include "base/ascii.h"
#include "base/span.h"
#include "sys/tlslist.h"

enum { TEXT_LEN = 256, HASH_LEN = 32, FIELDS_MAX = 64 };
enum { FIELDS_LEN = TLSLIST_MAX / 2 }; /* all before the last field */

static void
put_hex(struct strbuf *b, const unsigned char *p, size_t len)
{
	static const char digit[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		strbuf_putc(b, digit[p[i] >> 4]);
		strbuf_putc(b, digit[p[i] & 15]);
	}
}

static void
put_text(struct strbuf *out, const char *name, const char *value)
{
	tlslist_put(
	    out, name, value == NULL ? (struct span){ 0 } : span_str(value));
}

/* "TLSv1.3" for "TLS1.3" */
static void
put_protocol(struct strbuf *out, gnutls_session_t tls)
{
	const char *name =
	    gnutls_protocol_get_name(gnutls_protocol_get_version(tls));
	struct strbuf b = { 0 };

	strbuf_puts(&b, "TLSv");
	strbuf_puts(&b, strncmp(name, "TLS", 3) == 0 ? name + 3 : name);
	tlslist_put(out, "SSL_PROTOCOL", strbuf_span(&b));
	strbuf_clear(&b);
}

/* Parts of a name, with underscores. */
static void
add_part(struct strbuf *b, const char *before, const char *part)
{
	strbuf_puts(b, before);
	for (; part != NULL && *part != '\0'; part++)
		strbuf_putc(b, *part == '-' ? '_' : *part);
}

/* "ECDHE_RSA_AES_256_GCM_SHA384", with the key exchange in TLS 1.3 as well. */
static void
suite(struct strbuf *b, gnutls_session_t tls)
{
	gnutls_digest_algorithm_t hash = gnutls_prf_hash_get(tls);

	add_part(b, "", gnutls_kx_get_name(gnutls_kx_get(tls)));
	add_part(b, "_", gnutls_cipher_get_name(gnutls_cipher_get(tls)));
	add_part(b, "_", gnutls_digest_get_name(hash));
}

static void
put_cipher(struct strbuf *out, gnutls_session_t tls)
{
	struct strbuf b = { 0 };

#if GNUTLS_VERSION_NUMBER >= 0x030704
	strbuf_puts(&b, gnutls_ciphersuite_get(tls));
#else
	suite(&b, tls);
#endif
	tlslist_put(out, "SSL_CIPHER", strbuf_span(&b));
	strbuf_clear(&b);
}

/* What Courier logs: "TLS1.3,256bits,ECDHE_RSA_AES_256_GCM_SHA384" */
static void
put_connected(struct strbuf *out, gnutls_session_t tls)
{
	struct strbuf b = { 0 };

	strbuf_puts(
	    &b, gnutls_protocol_get_name(gnutls_protocol_get_version(tls)));
	strbuf_putc(&b, ',');
	strbuf_num(&b, 8 * gnutls_cipher_get_key_size(gnutls_cipher_get(tls)));
	strbuf_puts(&b, "bits,");
	suite(&b, tls);
	tlslist_put(out, "TLS_CONNECTED_PROTOCOL", strbuf_span(&b));
	strbuf_clear(&b);
}

/*
 * RFC 9266 section 4.2: below TLS 1.3 the value is worth something only with
 * the extended master secret.
 */
static void
put_exporter(struct strbuf *out, gnutls_session_t tls)
{
	static const char label[] = "EXPORTER-Channel-Binding";
	unsigned char value[HASH_LEN];
	struct strbuf b = { 0 };

	if ((gnutls_protocol_get_version(tls) < GNUTLS_TLS1_3 &&
		gnutls_session_ext_master_secret_status(tls) == 0) ||
	    gnutls_prf_rfc5705(tls, sizeof label - 1, label, 0, NULL,
		sizeof value, (char *)value) < 0) {
		put_text(out, "SSL_TLS_EXPORTER", NULL);
		return;
	}
	put_hex(&b, value, sizeof value);
	tlslist_put(out, "SSL_TLS_EXPORTER", strbuf_span(&b));
	strbuf_clear(&b);
	explicit_bzero(value, sizeof value);
}

/* The name of a field in a variable: Courier's, which are OpenSSL's. */
static bool
field_name(const char *oid, char out[TEXT_LEN])
{
	const char *name = gnutls_x509_dn_oid_name(oid, 0);
	size_t len;

	if (name == NULL)
		return false;
	if (strcmp(name, "EMAIL") == 0)
		name = "EMAILADDRESS";
	(void)snprintf(out, TEXT_LEN, "TLS_SUBJECT_%s", name);
	len = strlen(out);
	for (size_t i = 0; i < len; i++)
		out[i] = (char)ascii_upper((unsigned char)out[i]);
	return tlslist_is_name(span_of(out, len));
}

/* How many fields before the i-th have the same oid. */
static unsigned
count_before(gnutls_x509_crt_t crt, unsigned i, const char *oid)
{
	char other[TEXT_LEN];
	unsigned n = 0;
	size_t len;

	for (unsigned k = 0; k < i; k++) {
		len = sizeof other;
		if (gnutls_x509_crt_get_dn_oid(crt, k, other, &len) == 0 &&
		    strcmp(other, oid) == 0)
			n++;
	}
	return n;
}

/*
 * Undo RFC 4514 section 2.4, in place.  False: "#" and hexadecimal digits, what
 * GnuTLS makes of strings that it does not know; or a control character.
 */
static bool
unescape(char *p, size_t *len)
{
	size_t to = 0, left;
	int high, low;

	if (*len > 0 && p[0] == '#')
		return false;
	for (size_t i = 0; i < *len; i++) {
		left = *len - i;
		if (p[i] == '\\' && left > 2 &&
		    (high = ascii_hex((unsigned char)p[i + 1])) != -1 &&
		    (low = ascii_hex((unsigned char)p[i + 2])) != -1) {
			p[to] = (char)(high << 4 | low);
			i += 2;
		} else if (p[i] == '\\' && left > 1) {
			p[to] = p[++i];
		} else {
			p[to] = p[i];
		}
		if (ascii_iscntrl((unsigned char)p[to++]))
			return false;
	}
	*len = to;
	return to > 0;
}

/*
 * Fields in their order, so that the last of one name is what is set.  A value
 * with a NUL or a line end in it is no name that somebody has: left out, since
 * what is before it might be somebody else's.
 */
static void
put_fields(struct strbuf *out, gnutls_x509_crt_t crt)
{
	char oid[TEXT_LEN], name[TEXT_LEN], value[TLSLIST_VALUE_MAX + 1];

	for (unsigned i = 0; i < FIELDS_MAX && out->len < FIELDS_LEN; i++) {
		size_t oid_len = sizeof oid, len = sizeof value;

		if (gnutls_x509_crt_get_dn_oid(crt, i, oid, &oid_len) < 0)
			return;
		if (gnutls_x509_crt_get_dn_by_oid(crt, oid,
			count_before(crt, i, oid), 0, value, &len) == 0 &&
		    unescape(value, &len) && field_name(oid, name))
			tlslist_put(out, name, span_of(value, len));
	}
}

/* The certificate's facts, or that there is none. */
static void
put_peer(struct strbuf *out, gnutls_x509_crt_t crt)
{
	unsigned char hash[HASH_LEN];
	gnutls_datum_t subject = { NULL, 0 };
	struct strbuf b = { 0 };
	size_t len = sizeof hash;

	if (crt == NULL ||
	    gnutls_x509_crt_get_fingerprint(
		crt, GNUTLS_DIG_SHA256, hash, &len) < 0 ||
	    gnutls_x509_crt_get_dn3(crt, &subject, 0) < 0) {
		put_text(out, "SSL_PEER_CERT_HASH", NULL);
		put_text(out, "SSL_PEER_CERT_SUBJECT", NULL);
		return;
	}
	strbuf_puts(&b, "SHA256:");
	put_hex(&b, hash, len);
	tlslist_put(out, "SSL_PEER_CERT_HASH", strbuf_span(&b));
	tlslist_put(
	    out, "SSL_PEER_CERT_SUBJECT", span_of(subject.data, subject.size));
	strbuf_clear(&b);
	gnutls_free(subject.data);
}

static gnutls_x509_crt_t
peer_certificate(gnutls_session_t tls)
{
	unsigned n = 0;
	const gnutls_datum_t *raw = gnutls_certificate_get_peers(tls, &n);
	gnutls_x509_crt_t crt;

	if (raw == NULL || n == 0 || gnutls_x509_crt_init(&crt) < 0)
		return NULL;
	if (gnutls_x509_crt_import(crt, raw, GNUTLS_X509_FMT_DER) == 0)
		return crt;
	gnutls_x509_crt_deinit(crt);
	return NULL;
}

void
facts_list(
    struct strbuf *out, gnutls_session_t tls, const char *name, bool has_peer)
{
	gnutls_x509_crt_t crt = has_peer ? peer_certificate(tls) : NULL;

	put_protocol(out, tls);
	put_cipher(out, tls);
	put_text(out, "SSL_TLS_SNI_SERVERNAME", *name == '\0' ? NULL : name);
	put_peer(out, crt);
	put_exporter(out, tls);
	put_connected(out, tls);
	if (crt != NULL) {
		put_fields(out, crt);
		gnutls_x509_crt_deinit(crt);
	}
	tlslist_end(out);
}
