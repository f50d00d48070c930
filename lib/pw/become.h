/* become.h: from an authenticator's rights to those of an account. */
#ifndef PW_BECOME_H
#define PW_BECOME_H

#include <sys/types.h>

struct become {
	const char *system_user; /* its supplementary groups, or NULL: none */
	uid_t uid;
	gid_t gid;
	const char *home; /* an absolute path */
	const char
	    *slots; /* where its sessions are counted (slot.h), or NULL */
};

/*
 * Give up what this process may for what the account may, for good, and make
 * its home the working directory.  Without the right to change ids the
 * process must have those of the account already.  0, or -1 with errno:
 * EPERM for that, and for uid 0 or gid 0.
 *
 * With slots, and as root, the account's directory for them is made; that this
 * is not possible is left for the program that counts to say.
 *
 * With skeleton (an absolute path, or NULL) a home that is missing is made and
 * filled: the directory itself with this process's rights, what is in it with
 * the account's.  *incomplete is set when something could not be copied.
 */
int become_account(
    const struct become *b, const char *skeleton, int *incomplete);

#endif
