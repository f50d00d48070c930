/* hash.h: a password against what is stored of it. */
#ifndef PW_HASH_H
#define PW_HASH_H

#include <stdbool.h>

#include "base/span.h"

/*
 * Whether password fits stored, which is one of
 *   {MD5} {SHA} {SHA256} {SHA512}   base64 of the digest
 *   {MD5RAW}                        the digest in lower-case hexadecimal
 *   {SSHA}                          base64 of digest and salt, SHA-1
 *   {CRYPT}, or no prefix           whatever crypt(3) of libxcrypt takes
 * with the prefix in any case.  Never for an empty password or an empty
 * stored value, "*", "!", or an unknown prefix.  The comparison takes the
 * same time wherever the difference is.
 */
bool hash_check(struct span stored, const char *password);

/* Whether any password could fit: stored is not empty, "*" or "!". */
bool hash_usable(struct span stored);

/* The work of a check against the system's usual hash, for nothing. */
void hash_dummy(const char *password);

#endif
