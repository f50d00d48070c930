/* sha256.h: SHA-256 (FIPS 180-4), for names that must not collide. */
#ifndef BASE_SHA256_H
#define BASE_SHA256_H

#include "base/span.h"

enum { SHA256_LEN = 32 };

/*
 * The digest of s.  What is hashed here is short and no secret: there is one
 * call, and no care about time.
 */
void sha256(struct span s, unsigned char out[SHA256_LEN]);

#endif
