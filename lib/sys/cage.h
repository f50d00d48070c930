/* cage.h: what a session can still do once its Maildir is open. */
#ifndef SYS_CAGE_H
#define SYS_CAGE_H

#include <stddef.h>
#include <stdint.h>

#include "sys/landlock.h"

struct cage {
	const struct landlock_place *places; /* what stays in reach */
	size_t n;
	uint32_t data_kib; /* memory in KiB (RLIMIT_DATA); 0: no limit */
};

/*
 * Close the cage, for good.  What must be outside has been done before: the
 * log and the time zone are open, programs that will be needed are helpers
 * (helper.h).  Afterwards
 *
 *   - no program is started, no rights are gained (no-new-privs);
 *   - nothing is opened but what is in places (landlock.h);
 *   - only calls of the tables in cage.c are made, none of them a socket;
 *   - others of the same user cannot look into the memory; no core is left.
 *
 * Returns NULL, or what is missing and why, as a constant text for the log.
 * All the rest is closed even then: the caller logs that, and goes on.  A
 * build without it (config.sh has said so) has nothing to say here.
 */
const char *cage_close(const struct cage *c);

#endif
