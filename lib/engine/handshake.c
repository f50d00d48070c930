/* handshake.c: settings made into GnuTLS's, and its callbacks. */
#include "engine/handshake.h"

#include <errno.h>
#include <gnutls/x509.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/nelem.h"
#include "base/span.h"
#include "base/strbuf.h"
#include "engine/cert.h"
#include "engine/ticketkey.h"
#include "sys/clock.h"
#include "sys/sig.h"

enum { FINISH_MS = 1000 };

/* What no priority string may have: RFC 8996, RFC 7568. */
#define FLOOR ":-VERS-TLS1.1:-VERS-TLS1.0:-VERS-SSL3.0"

static int
fail(struct handshake *h, const char *what, int error)
{
	(void)snprintf(h->why, sizeof h->why, "%s: %s", what,
	    gnutls_strerror(error)); /* cut is fine */
	return -1;
}

static struct handshake *
of(gnutls_session_t tls)
{
	return gnutls_session_get_ptr(tls);
}

static int
choose_priority(struct handshake *h)
{
	struct strbuf b = { 0 };
	const char *at;
	int r;

	strbuf_puts(&b, h->conf->priority);
	strbuf_puts(&b, FLOOR);
	if (h->conf->no_tls12)
		strbuf_puts(&b, ":-VERS-TLS1.2");
	r = gnutls_priority_init(&h->priority, b.p, &at);
	strbuf_clear(&b);
	return r;
}

/* The words of TLS_ALPN; a client without ALPN is served, RFC 7301 3.2. */
static int
choose_alpn(struct handshake *h)
{
	gnutls_datum_t name[HANDSHAKE_ALPN_MAX];
	struct span rest = span_str(h->conf->alpn), word;
	unsigned n = 0;

	while (span_len(rest) > 0 && n < NELEM(name)) {
		word.p = word.end = rest.p;
		while (
		    word.end < rest.end && *word.end != ' ' && *word.end != ',')
			word.end++;
		rest.p = word.end + (word.end < rest.end);
		if (span_len(word) == 0)
			continue;
		name[n].data = (void *)(uintptr_t)word.p;
		name[n++].size = (unsigned)span_len(word);
	}
	if (n == 0)
		return 0;
	return gnutls_alpn_set_protocols(
	    h->tls, name, n, GNUTLS_ALPN_MANDATORY);
}

/* Before the ClientHello is read. */
static int
on_hello(gnutls_session_t tls, unsigned type, unsigned when, unsigned incoming,
    const gnutls_datum_t *message)
{
	struct handshake *h = of(tls);

	(void)type;
	(void)when;
	if (!incoming || h->has_tickets || h->setup.tickets.n == 0)
		return 0;
	h->has_tickets = true;
	(void)ticketkey_enable(
	    tls, &h->setup.tickets, message, clock_now()); /* or without */
	return 0;
}

/* After it: the certificate that was asked for. */
static int
after_hello(gnutls_session_t tls)
{
	struct handshake *h = of(tls);
	char name[SERVERNAME_LEN];
	size_t len = sizeof name;
	struct tls_files files;
	unsigned type;
	int r;

	if (h->opener == -1) /* the second one, behind a HelloRetryRequest */
		return 0;
	if (gnutls_server_name_get(tls, name, &len, &type, 0) == 0 &&
	    type == GNUTLS_NAME_DNS)
		(void)servername_take(span_str(name), h->name); /* or "" */
	r = opener_ask(h->opener, h->name, &files);
	(void)close(h->opener); /* it waits for one question only */
	h->opener = -1;
	return r == -1 ? GNUTLS_E_NO_CERTIFICATE_FOUND
		       : cert_load(h->cred, &files);
}

/* The client's certificate; what it has to have is a use as a client. */
static int
verify(gnutls_session_t tls)
{
	struct handshake *h = of(tls);
	gnutls_typed_vdata_st use = { GNUTLS_DT_KEY_PURPOSE_OID,
		(void *)(uintptr_t)GNUTLS_KP_TLS_WWW_CLIENT, 0 };
	unsigned status = 0, n = 0;
	gnutls_datum_t text;
	int r;

	if (h->conf->verify == TLS_VERIFY_NONE)
		return 0;
	if (gnutls_certificate_get_peers(tls, &n) == NULL || n == 0) {
		if (h->conf->verify == TLS_VERIFY_PEER)
			return 0;
		(void)fail(
		    h, "client certificate", GNUTLS_E_NO_CERTIFICATE_FOUND);
		return GNUTLS_E_CERTIFICATE_REQUIRED;
	}
	r = gnutls_certificate_verify_peers(tls, &use, 1, &status);
	if (r == 0 && status == 0) {
		h->has_peer = true;
		return 0;
	}
	(void)fail(h, "client certificate", r);
	if (r == 0 && gnutls_certificate_verification_status_print(
			  status, GNUTLS_CRT_X509, &text, 0) == 0) {
		struct span s = span_trim(span_str((char *)text.data));

		(void)snprintf(h->why, sizeof h->why,
		    "client certificate: %.*s", (int)span_len(s),
		    s.p); /* cut is fine */
		gnutls_free(text.data);
	}
	return GNUTLS_E_CERTIFICATE_ERROR;
}

int
handshake_prepare(struct handshake *h)
{
	int r;

	if (opener_get_setup(h->opener, &h->setup) == -1)
		return fail(h, "opener", GNUTLS_E_FILE_ERROR);
	r = choose_priority(h);
	if (r < 0)
		return fail(h, "TLS_PRIORITY", r);
	r = gnutls_certificate_allocate_credentials(&h->cred);
	if (r == 0 && h->setup.trusts > 0)
		r = cert_trust(h->cred, &h->setup);
	if (r < 0)
		return fail(h, "TLS_TRUSTCERTS", r);
	r = gnutls_init(
	    &h->tls, GNUTLS_SERVER | GNUTLS_NONBLOCK |
			 (h->setup.tickets.n == 0 ? GNUTLS_NO_TICKETS : 0));
	return r < 0 ? fail(h, "TLS", r) : 0;
}

static int
set_up(struct handshake *h)
{
	static const gnutls_certificate_request_t request[] = {
		[TLS_VERIFY_NONE] = GNUTLS_CERT_IGNORE,
		[TLS_VERIFY_PEER] = GNUTLS_CERT_REQUEST,
		[TLS_VERIFY_REQUIRE] = GNUTLS_CERT_REQUIRE,
	};
	int r;

	gnutls_session_set_ptr(h->tls, h);
	net_attach(&h->net, h->tls);
	gnutls_certificate_server_set_request(h->tls, request[h->conf->verify]);
	gnutls_certificate_set_verify_function(h->cred, verify);
	gnutls_handshake_set_post_client_hello_function(h->tls, after_hello);
	gnutls_handshake_set_hook_function(
	    h->tls, GNUTLS_HANDSHAKE_CLIENT_HELLO, GNUTLS_HOOK_PRE, on_hello);
	r = gnutls_priority_set(h->tls, h->priority);
	if (r == 0)
		r = gnutls_credentials_set(
		    h->tls, GNUTLS_CRD_CERTIFICATE, h->cred);
	if (r == 0)
		r = choose_alpn(h);
	return r;
}

/* False: too late, or the program is gone, or we shall end. */
static bool
wait_for_net(struct handshake *h, int64_t by)
{
	bool writes = gnutls_record_get_direction(h->tls) == 1;
	struct pollfd p[2] = {
		{ .fd = writes ? h->net.out : h->net.in,
		    .events = writes ? POLLOUT : POLLIN },
		{ .fd = h->clear }, /* only for its end */
	};

	if (!writes && net_has_input(&h->net))
		return true;
	if (!writes)
		net_acknowledge(&h->net);
	if (sig_poll(p, 2, by) <= 0 || p[1].revents != 0)
		return false;
	if (!writes)
		h->net.may_read = true;
	return true;
}

static int
tell_failure(struct handshake *h, int error)
{
	const char *alert = NULL;

	if (error == GNUTLS_E_FATAL_ALERT_RECEIVED)
		alert = gnutls_alert_get_name(gnutls_alert_get(h->tls));
	else
		(void)gnutls_alert_send_appropriate(h->tls, error); /* if so */
	net_finish(&h->net, clock_mono_ms() + FINISH_MS);
	if (h->why[0] != '\0' || h->net.total == 0)
		return -1;
	if (alert == NULL)
		return fail(h, "handshake", error);
	(void)snprintf(h->why, sizeof h->why, "handshake: alert: %s", alert);
	return -1;
}

/*
 * A ticket brings back a certificate that was verified once, maybe by another
 * service with other rules: it is looked at again.
 */
static int
check_resumed(struct handshake *h)
{
	int r = gnutls_session_is_resumed(h->tls) ? verify(h->tls) : 0;

	return r < 0 ? tell_failure(h, r) : 0;
}

int
handshake_run(struct handshake *h, int64_t by)
{
	int r = set_up(h);

	while (r == 0 || !gnutls_error_is_fatal(r)) {
		r = gnutls_handshake(h->tls);
		if (r == 0)
			return check_resumed(h);
		if (r != GNUTLS_E_AGAIN && r != GNUTLS_E_INTERRUPTED)
			continue;
		if (!wait_for_net(h, by))
			r = GNUTLS_E_TIMEDOUT;
	}
	return tell_failure(h, r);
}

void
handshake_forget(struct handshake *h)
{
	ticketkey_forget(h->tls, &h->setup.tickets, clock_now());
	explicit_bzero(&h->setup.tickets, sizeof h->setup.tickets);
	gnutls_credentials_clear(h->tls);
	gnutls_certificate_free_credentials(h->cred);
	gnutls_priority_deinit(h->priority);
	h->cred = NULL;
	h->priority = NULL;
	if (h->opener != -1) /* a resumed session needs no certificate */
		(void)close(h->opener);
	h->opener = -1;
}
