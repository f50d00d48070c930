/* opener.h: how the engine gets files without a right to open any. */
#ifndef TLS_OPENER_H
#define TLS_OPENER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sys/fdpass.h"
#include "tls/conf.h"
#include "tls/files.h"
#include "tls/servername.h"
#include "tls/tickets.h"

/*
 * The opener keeps the rights that tlsd was started with, and knows the
 * settings; the engine has neither rights nor files.  They are joined by a
 * SOCK_SEQPACKET pair, and this is all that is ever said:
 *	opener	struct tickets; with it, descriptors of authorities
 *	engine	"N" and a host name, or "N" alone for none
 *	opener	"C", and then "K" for a key, "O" for a staple, in this order,
 *		with as many descriptors; "-" alone when there is no certificate
 * The engine's one word is checked as if a client had said it.  Where it could
 * not be started, what should have become it says in its place "X" and errno,
 * in decimal: it has no log any more.
 */

/* The opener's side: the first message, and the answer to the name. */
int opener_send_setup(int sock, const struct tls_conf *conf, int64_t now);
int opener_answer(int sock, const struct tls_conf *conf, const char *local_ip);

/* That the engine could not be executed, for opener_answer() to log. */
void opener_tell_failure(int sock, int error);

/* The engine's side; all return 0, or -1 with errno. */
struct opener_setup {
	struct tickets tickets;
	size_t trusts;
	int trust[FDPASS_MAX];
};
int opener_get_setup(int sock, struct opener_setup *out);
int opener_ask(
    int sock, const char name[SERVERNAME_LEN], struct tls_files *out);

#endif
