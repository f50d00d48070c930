/* conf.h: the settings of tlsd and tlsd-engine (tlsd(8)). */
#ifndef TLS_CONF_H
#define TLS_CONF_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Whether clients are asked for a certificate; it is verified in any case. */
enum tls_verify { TLS_VERIFY_NONE, TLS_VERIFY_PEER, TLS_VERIFY_REQUIRE };

/* Paths are as they were given; NULL for none. */
struct tls_conf {
	const char *certdir;
	const char *certfile;
	const char *keyfile;
	const char *trust; /* file or directory of authorities */
	enum tls_verify verify; /* not NONE: trust is not NULL */
	const char *priority; /* GnuTLS's, without the floor */
	bool no_tls12; /* nothing below TLS 1.3 */
	const char *alpn; /* words between blanks or commas */
	const char *tickets;
	bool tickets_set; /* and not the default */
	uint32_t timeout; /* seconds, for the handshake */
	uid_t uid; /* never 0 */
	gid_t gid;
};

/*
 * Read the environment; starttls for a connection that began without TLS.
 * What it points to is valid until the environment changes.  False: nobody
 * could ever connect, *why says why.
 */
bool tls_conf_read(bool starttls, struct tls_conf *conf, const char **why);

/* Print the settings in force (-n). */
void tls_conf_print(void);

#endif
