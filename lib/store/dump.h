/* dump.h: an index in words, for people. */
#ifndef STORE_DUMP_H
#define STORE_DUMP_H

#include <stdbool.h>

#include "sys/wr.h"

/*
 * Print the index in the directory index, of the folder that is open as dir,
 * each row too if rows is set, and what in it is damaged or is not as the
 * folder has it.  Changes nothing, takes no lock.  Returns how many faults
 * there are: no index is one, a folder that has changed since is none.
 */
int dump_index(int dir, int index, bool rows, struct wr *out);

#endif
