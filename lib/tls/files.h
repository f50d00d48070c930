/* files.h: which certificate a connection gets. */
#ifndef TLS_FILES_H
#define TLS_FILES_H

#include <stddef.h>

#include "base/strbuf.h"
#include "tls/conf.h"

/* Descriptors for reading; -1 where there is no such file. */
struct tls_files {
	int cert; /* PEM: the chain, and the key when key is -1 */
	int key;
	int staple; /* OCSP answer, DER or PEM */
};

/* A certificate or a staple may have this many octets. */
enum { TLS_FILE_MAX = 1 << 20 };

/*
 * Open what serves name, a host name of servername.h or "" for none, to a
 * client connected to local_ip ("" when that is not known).  The first of
 * these that can be opened:
 *	certdir/NAME.pem, certfile.NAME, certfile.IP, certfile,
 *	certdir/default.pem
 * with the key beside it: in certdir NAME.key, of certfile keyfile and the
 * same suffix, or keyfile; and with the staple in .ocsp behind the
 * certificate's own name.  Only regular files count; links are followed, since
 * the directory is the administrator's.
 * 0, or -1 with errno, and then failed holds the path it was about.
 */
int tls_files_open(const struct tls_conf *conf, const char *name,
    const char *local_ip, struct tls_files *out, struct strbuf *failed);
void tls_files_close(const struct tls_files *files);

/*
 * Open the files of authorities: trust itself or, when it is a directory, what
 * there is called as in "0a1b2c3d.0".  Up to max.  Returns how many; -1 with
 * errno.
 */
int tls_files_open_trust(const char *trust, int *fds, size_t max);

#endif
