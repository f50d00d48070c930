/* slot.h: how many of a kind there are, counted by locks. */
#ifndef SYS_SLOT_H
#define SYS_SLOT_H

#include <sys/types.h>

/* The directory below which all slots are: SATCHEL_SLOTS, or /run/satchel. */
const char *slot_base(void);

/*
 * Take one of the max slots of key in the directory dir, which is made when
 * only its last component is missing.  Returns a descriptor, numbered 10 or
 * more and close-on-exec: the slot is held until its last copy is closed, by
 * whatever process, so nothing has to be given back.  slot_inherit() lets
 * programs hold it that are executed by this one; nothing can be written
 * there.  -1 with errno:
 *   EAGAIN  all are taken
 *   ENOENT  what dir lies in is not there: no limit is set up
 *   EPERM   dir belongs to somebody else, or others may write to it
 *   other   the directory cannot be used
 * key is any text, as an address or a name; slots are files "KEY,NUMBER" for
 * ls(1), where bytes other than letters, digits and "_.:@+=-" are "%XX".
 * Whoever takes a slot removes what ended processes have left.
 */
int slot_take(const char *dir, const char *key, unsigned max);

/* fd stays open over exec.  0, or -1 with errno. */
int slot_inherit(int fd);

/*
 * For an authenticator, while it may: make the directory "user" in base, and
 * in that the directory for the sessions of uid, which nobody else can write
 * to.  0, or -1 with errno: ENOENT when there is no base, EPERM when one of
 * the directories belongs to somebody else.
 */
int slot_make_user(const char *base, uid_t uid, gid_t gid);

#endif
