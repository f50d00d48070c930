/* pop3login.h: the POP3 dialogue before login. */
#ifndef CHAIN_POP3LOGIN_H
#define CHAIN_POP3LOGIN_H

#include "chain/front.h"

extern const struct front_protocol pop3login_protocol;

/*
 * Greet on descriptor 1, read commands from descriptor 0, never a byte
 * further than the one that logs in, and run chain for each attempt.
 * Returns the status to exit with: that of the session, 0 when there was
 * none, 111 when there could be none.
 */
int pop3login_run(const struct front *f, char *const chain[]);

#endif
