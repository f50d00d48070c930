/* conns.h: which processes serve whom, and how many from where. */
#ifndef NET_CONNS_H
#define NET_CONNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "sys/cidr.h"

/* As many as max at a time; all costs are constant. */
struct conns;

/*
 * How the addresses of one network are told: the first bits of each kind.
 * Whoever has one address of IPv6 has all of its /64: that is counted as one
 * address.
 */
enum { CONNS_FOUR = 24, CONNS_SIX = 48, CONNS_SIX_HOST = 64 };

/* NULL with errno.  Ends with the process. */
struct conns *conns_open(uint32_t max);

/* How many there are: at all, from the address c, from the network of c. */
uint32_t conns_total(const struct conns *s);
uint32_t conns_from(const struct conns *s, const struct cidr *c);
uint32_t conns_near(const struct conns *s, const struct cidr *c);

/*
 * The process pid serves c; NULL: somebody without an address.  False when
 * there are max already, or pid is known.
 */
bool conns_add(struct conns *s, pid_t pid, const struct cidr *c);

/*
 * pid has ended.  False when it was not known; else c, when it is not NULL,
 * becomes its address, with 0 bits for none.
 */
bool conns_end(struct conns *s, pid_t pid, struct cidr *c);

#endif
