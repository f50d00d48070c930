/* activate.h: systemd as the one who starts us, with libsystemd. */
#ifndef NET_ACTIVATE_H
#define NET_ACTIVATE_H

#include <stdbool.h>
#include <stddef.h>

/* Without libsystemd there is never anybody, and nothing is ever said. */

/*
 * How many descriptors were passed, from *first on; 0 for none, -1 with errno.
 * LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES are removed.
 */
int activate_sockets(int *first);

/*
 * Tell the service manager, where one listens: "READY=1", "STATUS=..." and
 * what else sd_notify(3) has, a line each.
 */
void activate_tell(const char *state);

/* The same for "RELOADING=1", which wants to know the time. */
void activate_reloading(void);

/*
 * Whether standard error is the journal; then a record for it, with the
 * client's address and port as fields where they are not "".  level is as in
 * log.h.
 */
bool activate_has_journal(void);
void activate_log(
    const char *level, const char *text, const char *ip, const char *port);

#endif
