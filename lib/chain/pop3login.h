/* pop3login.h: the POP3 dialogue before login. */
#ifndef CHAIN_POP3LOGIN_H
#define CHAIN_POP3LOGIN_H

#include "chain/front.h"

extern const struct front_protocol pop3login_protocol;

/*
 * A keeper_talker: greet on descriptor 1 and read commands from descriptor 0,
 * never a byte further than the one that logs in.
 */
void pop3login_talk(const struct front *f, int keeper);

#endif
