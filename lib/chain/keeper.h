/* keeper.h: the half of a login front that has the rights. */
#ifndef CHAIN_KEEPER_H
#define CHAIN_KEEPER_H

#include "chain/front.h"

/*
 * The other half: speak to the client on 0 and 1, and to the keeper by fd
 * (talk.h).  A process of its own, which ends when this returns.
 */
typedef void keeper_talker(const struct front *f, int fd);

/*
 * Start a talker, another one in its place once TLS has begun, and run chain
 * for each of its attempts.  Returns the status to exit with: that of the
 * session, 0 when there was none, 111 when there could be none.
 */
int keeper_run(struct front *f, char *const chain[], keeper_talker *talker);

#endif
