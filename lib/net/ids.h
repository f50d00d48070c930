/* ids.h: from root to a user, for good. */
#ifndef NET_IDS_H
#define NET_IDS_H

/*
 * Become user, by name or number, with the group given or the user's own, and
 * with the user's supplementary groups when no group is given.  Either may be
 * NULL; both: nothing is done.  0, or -1 with errno: ENOENT: there is no such
 * user or group; EPERM: not root, or the user is.
 */
int ids_become(const char *user, const char *group);

#endif
