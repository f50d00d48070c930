/* tlsd.h: TLS in front of a program, now or when it is asked for. */
#ifndef TLS_TLSD_H
#define TLS_TLSD_H

#include "sys/peer.h"

/*
 * Both execute argv with this process's id, after having told it where the
 * client is, and return an exit status when they cannot.
 *
 * tlsd_on_demand: with 0 and 1 as they are, and TLS offered by UCSPI-TLS.
 * tlsd_at_once: once TLS is there, with the clear text on 0 and 1 and the list
 * of list.h in the environment; 0 when the client did not get that far.
 */
int tlsd_on_demand(const struct peer *peer, char **argv);
int tlsd_at_once(const struct peer *peer, char **argv);

#endif
