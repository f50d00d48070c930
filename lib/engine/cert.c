/* cert.c: what has a key in it is overwritten once it was read. */
#include "engine/cert.h"

#include <gnutls/abstract.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sys/log.h"

enum { FIRST_LEN = 16384, ID_LEN = 32, CHAIN_MAX = 16 };

static void
forget(gnutls_datum_t *d)
{
	if (d->data != NULL)
		explicit_bzero(d->data, d->size);
	free(d->data);
	d->data = NULL;
	d->size = 0;
}

/* Twice the room; the old octets are overwritten, as realloc() would not. */
static int
grow(gnutls_datum_t *d, size_t *max)
{
	size_t more = *max == 0 ? FIRST_LEN : *max * 2;
	unsigned char *p = more > TLS_FILE_MAX ? NULL : malloc(more);

	if (p == NULL)
		return -1;
	if (d->size > 0)
		memcpy(p, d->data, d->size);
	if (d->data != NULL)
		explicit_bzero(d->data, d->size);
	free(d->data);
	d->data = p;
	*max = more;
	return 0;
}

/* The whole file; fd is closed. */
static int
slurp(int fd, gnutls_datum_t *out)
{
	gnutls_datum_t d = { NULL, 0 };
	size_t max = 0;
	ssize_t n = 1;

	while (n > 0) {
		if (d.size == max && grow(&d, &max) == -1)
			n = -1;
		else
			n = read(fd, d.data + d.size, max - d.size);
		if (n > 0)
			d.size += (unsigned)n;
	}
	(void)close(fd); /* read only */
	if (n == 0) {
		*out = d;
		return 0;
	}
	forget(&d);
	return GNUTLS_E_FILE_ERROR;
}

static gnutls_x509_crt_fmt_t
format_of(const gnutls_datum_t *d)
{
	return d->size > 0 && d->data[0] == '-' ? GNUTLS_X509_FMT_PEM
						: GNUTLS_X509_FMT_DER;
}

/* A connection without a staple is better than none. */
static void
load_staple(gnutls_certificate_credentials_t cred, int fd)
{
	gnutls_datum_t d = { NULL, 0 };
	int r = slurp(fd, &d);

	if (r == 0)
		r = gnutls_certificate_set_ocsp_status_request_mem(
		    cred, &d, 0, format_of(&d));
	if (r < 0)
		log_line("ERR", "OCSP staple: %s", gnutls_strerror(r));
	forget(&d);
}

/*
 * Whether the key is the certificate's.  GnuTLS's own check signs something,
 * which with RSA takes as long as the handshake; hashes of both will do.
 */
static int
compare(gnutls_pubkey_t cert, gnutls_privkey_t key)
{
	unsigned char a[ID_LEN], b[ID_LEN];
	size_t a_len = sizeof a, b_len = sizeof b;
	gnutls_pubkey_t of_key;
	int r = gnutls_pubkey_init(&of_key);

	if (r < 0)
		return r;
	r = gnutls_pubkey_import_privkey(of_key, key, 0, 0);
	if (r == 0)
		r = gnutls_pubkey_get_key_id(
		    cert, GNUTLS_KEYID_USE_SHA256, a, &a_len);
	if (r == 0)
		r = gnutls_pubkey_get_key_id(
		    of_key, GNUTLS_KEYID_USE_SHA256, b, &b_len);
	if (r == 0 && (a_len != b_len || memcmp(a, b, a_len) != 0))
		r = GNUTLS_E_CERTIFICATE_KEY_MISMATCH;
	gnutls_pubkey_deinit(of_key);
	return r;
}

/* cred gets key and certificates themselves: a copy would leave traces. */
static int
use(gnutls_certificate_credentials_t cred, const gnutls_datum_t *cert,
    const gnutls_datum_t *pem)
{
	gnutls_pcert_st chain[CHAIN_MAX];
	gnutls_privkey_t key;
	unsigned n = CHAIN_MAX;
	int r = gnutls_pcert_list_import_x509_raw(
	    chain, &n, cert, GNUTLS_X509_FMT_PEM, 0);

	if (r < 0)
		return r;
	r = gnutls_privkey_init(&key);
	if (r < 0)
		goto free_chain;
	r = gnutls_privkey_import_x509_raw(
	    key, pem, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN);
	if (r == 0)
		r = compare(chain[0].pubkey, key);
	if (r == 0) {
		r = gnutls_certificate_set_key(
		    cred, NULL, 0, chain, (int)n, key);
		return r; /* both are cred's now */
	}
	gnutls_privkey_deinit(key);
free_chain:
	for (unsigned i = 0; i < n; i++)
		gnutls_pcert_deinit(&chain[i]);
	return r;
}

int
cert_load(gnutls_certificate_credentials_t cred, const struct tls_files *files)
{
	gnutls_datum_t cert = { NULL, 0 }, key = { NULL, 0 };
	int r = slurp(files->cert, &cert);

	if (files->key != -1) {
		int k = slurp(files->key, &key);

		r = r == 0 ? k : r;
	}
	gnutls_certificate_set_flags(
	    cred, GNUTLS_CERTIFICATE_SKIP_KEY_CERT_MATCH);
	if (r == 0)
		r = use(cred, &cert, files->key == -1 ? &cert : &key);
	forget(&cert);
	forget(&key);
	if (files->staple != -1 && r >= 0)
		load_staple(cred, files->staple);
	else if (files->staple != -1)
		(void)close(files->staple); /* read only */
	return r < 0 ? r : 0;
}

int
cert_trust(
    gnutls_certificate_credentials_t cred, const struct opener_setup *setup)
{
	int found = 0, r = GNUTLS_E_NO_CERTIFICATE_FOUND;

	for (size_t i = 0; i < setup->trusts; i++) {
		gnutls_datum_t d = { NULL, 0 };

		r = slurp(setup->trust[i], &d);
		if (r == 0)
			r = gnutls_certificate_set_x509_trust_mem(
			    cred, &d, GNUTLS_X509_FMT_PEM);
		found += r > 0;
		forget(&d);
	}
	return found > 0 ? 0 : r < 0 ? r : GNUTLS_E_NO_CERTIFICATE_FOUND;
}
