/* startup.h: the checks before a session, in Courier's order. */
#ifndef POP3_STARTUP_H
#define POP3_STARTUP_H

#include "pop3/conf.h"
#include "store/account.h"

/*
 * Open the Maildir at path as the session's account, with all that is done
 * at login: the account's lock (sticky bit on the home), loginexec, options,
 * LOGIN-DELAY, purge.  NULL when the session may not start; *why is then a
 * constant for the client, a response code and a text.
 */
struct account *startup(
    const struct pop3_conf *conf, const char *path, const char **why);

#endif
