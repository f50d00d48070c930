/* helper.h: a program that a caged process may still have started. */
#ifndef SYS_HELPER_H
#define SYS_HELPER_H

#include <stdbool.h>

#include "base/span.h"

/*
 * Fork a process that runs argv (found by PATH), and nothing else, as often
 * as this process asks it to; it ends with this process.  The program has
 * what it is sent as its standard input, and nothing to write to.  Returns a
 * descriptor for the functions below, or -1.  Call it before cage_close().
 */
int helper_start(char *const argv[]);

/*
 * More of a run's input; the first one starts the program.  -1 when the helper
 * is gone.  Nothing has happened for good before helper_end().
 */
int helper_put(int fd, struct span s);

/*
 * The run's end: its input was all, or (whole is false) is to be forgotten:
 * then the program is killed before it has seen the end, as it is when this
 * process ends, and the helper with it.  Waits for the program; when this
 * process is asked to end meanwhile (sig.h), so is the program.
 * Returns the program's exit status, or -1 when there is none: it could not
 * be started, or was killed, or the helper was.
 */
int helper_end(int fd, bool whole);

#endif
