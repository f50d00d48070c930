/* tickets.h: the keys of session tickets, shared by all connections. */
#ifndef TLS_TICKETS_H
#define TLS_TICKETS_H

#include <stddef.h>
#include <stdint.h>

enum { TICKETS_KEY_LEN = 64, TICKETS_KEYS = 2 };

/* key[0] is the one to use; key[1], when n is 2, the one before. */
struct tickets {
	uint32_t n;
	unsigned char key[TICKETS_KEYS][TICKETS_KEY_LEN];
};

/*
 * Read the keys in the file path, and make the file, or a new first key in
 * it, when that is due; now is the time since 1970 in seconds.  0, or -1 with
 * errno: ENOENT, EACCES where the directory is missing or not ours to write
 * in, EPERM for a file that others can read or that is another user's, EBADMSG
 * for one of another length.  The keys are the caller's to overwrite.
 */
int tickets_load(const char *path, int64_t now, struct tickets *out);

#endif
