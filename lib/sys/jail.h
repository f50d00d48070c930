/* jail.h: a process that talks to strangers, and can do nothing else. */
#ifndef SYS_JAIL_H
#define SYS_JAIL_H

#include <sys/types.h>

/* What the jail is made of; as bits, what of it is lacking. */
enum {
	JAIL_IDS = 1, /* another uid and gid, no groups (root only) */
	JAIL_ROOT = 2, /* an empty root directory (root only) */
	JAIL_LANDLOCK = 4, /* no file at all */
	JAIL_SECCOMP = 8 /* no system call but a few */
};

struct jail {
	const char *root; /* an empty directory; root only */
	uid_t uid; /* root only */
	gid_t gid;
};

/*
 * Give up for good whatever is not reading, writing, waiting and memory: no
 * file can be opened, no socket made, no program executed, no other process
 * be touched; no core is left, and no tracer let in.  Descriptors that are
 * open stay usable.  The process ends with its parent.  When root is not
 * there another empty directory is found or made.  Call it when no more than
 * that is still to be done.  Returns the bits that could not be had, 0 for a
 * whole jail.
 *
 * A build without Landlock and seccomp (config.sh: for sanitizers, say) is not
 * told as one that lacks them.
 */
unsigned jail_enter(const struct jail *j);

/*
 * Close all descriptors but 0, 1, 2, and keep, which becomes 3; what is
 * written to 2 goes nowhere.
 */
void jail_close_others(int keep);

/* "ids, root", for bits; "" for none. */
const char *jail_lacks(unsigned bits, char buf[64]);

#endif
