/* compile.h: an access file from text. */
#ifndef NET_COMPILE_H
#define NET_COMPILE_H

#include <stddef.h>

/* Where something is wrong; line 0: with the file as such, and see errno. */
struct compile_error {
	char file[256];
	size_t line;
};

/*
 * Make the database to from the lines of the file from, or of all files in
 * that directory but those whose names begin with "." or "#" or end in "~", by
 * name; the last rule for a key counts.  The database is complete and on the
 * disk before it takes the place of the old one.  0, or -1: then the old one
 * is still there, and *e tells why.
 */
int compile_access(const char *from, const char *to, struct compile_error *e);

#endif
