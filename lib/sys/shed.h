/* shed.h: give up rights, descriptors, and being looked into. */
#ifndef SYS_SHED_H
#define SYS_SHED_H

#include <sys/types.h>

/*
 * Become uid and gid for good, without other groups.  0, or -1 with errno,
 * also when root could still be had back; the process must then end.
 */
int shed_user(uid_t uid, gid_t gid);

/* Close every descriptor from first on. */
void shed_fds(int first);

/* Nobody reads this memory: no core file, no ptrace() by an equal. */
void shed_memory(void);

#endif
