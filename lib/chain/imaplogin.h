/* imaplogin.h: the IMAP dialogue before login. */
#ifndef CHAIN_IMAPLOGIN_H
#define CHAIN_IMAPLOGIN_H

#include "chain/front.h"

extern const struct front_protocol imaplogin_protocol;

/*
 * A keeper_talker: greet on descriptor 1 and read commands from descriptor 0,
 * never a byte further than the one that logs in.
 */
void imaplogin_talk(const struct front *f, int keeper);

#endif
