/* conf.c: Courier's TLS_ settings, s6's ids, and what neither has. */
#include "tls/conf.h"

#include <string.h>

#include "base/nelem.h"
#include "sys/env.h"
#include "sys/setting.h"
#include "sys/wr.h"

/* also in the table below, and in the man page */
#define PRIORITY "NORMAL:-RSA:-DHE-RSA"
#define TICKETS	 "/run/satchel/tls-tickets"
enum { TIMEOUT = 30, TIMEOUT_MAX = 600, NOBODY = 65534 };

static const struct setting settings[] = {
	/* clang-format off */
	{ "SATCHEL_TLS_CERTDIR", NULL },
	{ "SATCHEL_TLS_TICKETS", TICKETS },
	{ "SATCHEL_TLS_TIMEOUT", "30" },
	{ "TLS_ALPN", NULL },
	{ "TLS_CERTFILE", NULL },
	{ "TLS_GID", "65534" },
	{ "TLS_PRIORITY", PRIORITY },
	{ "TLS_PRIVATE_KEYFILE", NULL },
	{ "TLS_PROTOCOL", NULL },
	{ "TLS_STARTTLS_PROTOCOL", NULL },
	{ "TLS_TRUSTCERTS", NULL },
	{ "TLS_UID", "65534" },
	{ "TLS_VERIFYPEER", "PEER" },
	/* clang-format on */
};

/* Courier looks at the first letter; an unknown word asks, as its default. */
static enum tls_verify
verify_mode(const char *word, const char *trust)
{
	if (*word == 'N' || *word == 'n')
		return TLS_VERIFY_NONE;
	if (*word == 'R' || *word == 'r')
		return TLS_VERIFY_REQUIRE;
	return trust == NULL ? TLS_VERIFY_NONE : TLS_VERIFY_PEER;
}

/* Root is not what the handshake may run as. */
static uint32_t
id_of(const char *name)
{
	uint32_t id = env_num(name, NOBODY);

	return id == 0 || id == UINT32_MAX ? NOBODY : id;
}

bool
tls_conf_read(bool starttls, struct tls_conf *conf, const char **why)
{
	const char *protocol = env_str("TLS_PROTOCOL", "");

	if (starttls)
		protocol = env_str("TLS_STARTTLS_PROTOCOL", protocol);
	conf->certdir = env_str("SATCHEL_TLS_CERTDIR", NULL);
	conf->certfile = env_str("TLS_CERTFILE", NULL);
	conf->keyfile = env_str("TLS_PRIVATE_KEYFILE", NULL);
	conf->trust = env_str("TLS_TRUSTCERTS", NULL);
	conf->verify =
	    verify_mode(env_str("TLS_VERIFYPEER", "PEER"), conf->trust);
	conf->priority = env_str("TLS_PRIORITY", PRIORITY);
	conf->no_tls12 = strncmp(protocol, "TLSv1.3", 7) == 0;
	conf->alpn = env_str("TLS_ALPN", "");
	conf->tickets = env_str("SATCHEL_TLS_TICKETS", TICKETS);
	conf->tickets_set = env_str("SATCHEL_TLS_TICKETS", NULL) != NULL;
	conf->timeout = env_num("SATCHEL_TLS_TIMEOUT", TIMEOUT);
	if (conf->timeout == 0 || conf->timeout > TIMEOUT_MAX)
		conf->timeout = TIMEOUT_MAX;
	conf->uid = id_of("TLS_UID");
	conf->gid = id_of("TLS_GID");
	if (conf->certdir == NULL && conf->certfile == NULL) {
		*why = "neither TLS_CERTFILE nor SATCHEL_TLS_CERTDIR is set";
		return false;
	}
	if (conf->verify == TLS_VERIFY_REQUIRE && conf->trust == NULL) {
		*why = "TLS_VERIFYPEER=REQUIREPEER needs TLS_TRUSTCERTS";
		return false;
	}
	return true;
}

void
tls_conf_print(void)
{
	static struct wr out;

	wr_init(&out, 1, 0);
	setting_print(&out, settings, NELEM(settings));
	wr_flush(&out);
}
