/* login.h: what is done once with an account before its session. */
#ifndef STORE_LOGIN_H
#define STORE_LOGIN_H

#include <stdbool.h>

/*
 * The administrator's lock of an account: the sticky bit on the home
 * directory, which a login has made the working directory (satchel-maildir(7)).
 */
bool login_is_locked(void);

/*
 * No byte of mail is read as root.  By hand root becomes the owner of the
 * Maildir at path, unless that is root or nobody yet.  Behind a login an
 * authenticator that has left us root is an error: the owner of what a user
 * has called his Maildir may be another.  False: not as root.
 */
bool login_leave_root(const char *path, bool by_hand);

/*
 * loginexec: an administrator's one-shot hook in the Maildir dir, run there;
 * it is removed once it has exited 0.  It never sees the client.
 */
void login_run_exec(int dir);

/* Whether dir belongs to this process's user and group. */
bool login_is_owner(int dir);

/*
 * Whether the file system's clock agrees with ours: by a file made in tmp,
 * unless it is a disk's, which has ours.
 */
bool login_clock_agrees(int dir);

#endif
