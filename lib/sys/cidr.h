/* cidr.h: addresses as numbers, and blocks of them. */
#ifndef SYS_CIDR_H
#define SYS_CIDR_H

#include <stdbool.h>

#include "base/span.h"

enum { CIDR_LEN = 64 };

/* The first bits bits of an IPv6 address; IPv4 is ::ffff:0:0/96 of that. */
struct cidr {
	unsigned char b[16]; /* the bits behind the first bits are 0 */
	unsigned bits;
};

/*
 * All of s as an address of either kind (bits 128), "::ffff:192.0.2.7" being
 * 192.0.2.7, or as an address with "/" and a prefix length.  Bits behind the
 * prefix are dropped.  False for anything else; *out is then untouched.
 */
bool cidr_parse(struct span s, struct cidr *out);

/* Whether it is of IPv4. */
bool cidr_is_four(const struct cidr *c);

/* The block of c's first four or six bits, as c is of IPv4 or IPv6. */
struct cidr cidr_network(const struct cidr *c, unsigned four, unsigned six);

/* Whether c lies in block, and whether they are the same. */
bool cidr_within(const struct cidr *c, const struct cidr *block);
bool cidr_equal(const struct cidr *a, const struct cidr *b);

/* Whether c lies in one of the blocks of list, between blanks or commas. */
bool cidr_listed(const struct cidr *c, struct span list);

/* As text: "192.0.2.7", "192.0.2.0/24", "2001:db8::/64". */
void cidr_text(const struct cidr *c, char out[CIDR_LEN]);

#endif
