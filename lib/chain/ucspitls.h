/* ucspitls.h: ask the program in front of this one for TLS (UCSPI-TLS). */
#ifndef CHAIN_UCSPITLS_H
#define CHAIN_UCSPITLS_H

#include <stdbool.h>
#include <stdint.h>

struct ucspitls {
	int control; /* SSLCTLFD; -1: there is none */
	int in; /* SSLREADFD */
	int out; /* SSLWRITEFD, which may be the same */
};

/*
 * Take the three descriptors that the environment names, make them
 * close-on-exec, and remove the variables.  False, and control is -1, when
 * one is missing or not open.
 */
bool ucspitls_find(struct ucspitls *u);

/*
 * Have TLS begun: afterwards 0 and 1 are clear text, the environment says
 * what TLS has told (sys/tlslist.h), and the three are closed.  0, or -1 with
 * errno when there is no TLS (EPROTO: it has ended without a word, or told too
 * much; ETIMEDOUT: not by the time by): then nobody may use 0 and 1 any more.
 */
int ucspitls_start(struct ucspitls *u, int64_t by);

/* TLS is not wanted any more. */
void ucspitls_close(struct ucspitls *u);

#endif
