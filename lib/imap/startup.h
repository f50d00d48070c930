/* startup.h: the checks before a session, in Courier's order. */
#ifndef IMAP_STARTUP_H
#define IMAP_STARTUP_H

#include "imap/conf.h"
#include "store/account.h"

/*
 * Open the Maildir at path as the session's account, with all that is done
 * at login: the account's lock (sticky bit on the home), loginexec, the cage
 * (store/confine.h), owner, clock, options, purge.  NULL when the session may
 * not start; *why is then a constant text for the client.
 */
struct account *startup(
    const struct imap_conf *conf, const char *path, const char **why);

#endif
