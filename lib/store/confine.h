/* confine.h: a session, and what it can reach. */
#ifndef STORE_CONFINE_H
#define STORE_CONFINE_H

#include <stdint.h>

#include "store/account.h"

/*
 * Close the cage (sys/cage.h) around this process: what stays in reach is the
 * account's Maildir, and lang_dir, where that is not NULL.  data_kib limits
 * its memory; 0 does not.  Call it when nothing is left to do outside.
 * Returns NULL, or what is missing, for the log.
 */
const char *confine(
    const struct account *a, const char *lang_dir, uint32_t data_kib);

#endif
