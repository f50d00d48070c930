/* rule.h: the rules of couriertcpd's access file. */
#ifndef NET_RULE_H
#define NET_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "sys/cidr.h"

enum { RULE_KEYS = 9, RULE_KEY_LEN = 48 };

/*
 * The keys under which a client of the address c is looked up, the most
 * specific first: 192.0.2.7, 192.0.2, 192.0, 192, *; or
 * :2001:0db8:0000:...:0007 and so on, *.  Returns how many.
 */
size_t rule_keys(const struct cidr *c, char keys[RULE_KEYS][RULE_KEY_LEN]);

/*
 * The keys for the address that a client has connected to: address.port,
 * address, *.port.  Returns how many.
 */
size_t rule_local_keys(
    const struct cidr *c, const char *port, char keys[RULE_KEYS][RULE_KEY_LEN]);

/*
 * The value of a rule begins with "deny", or with "allow" and what follows
 * for p_rule_item().
 */
bool p_rule_verdict(struct span *in, bool *allow);

/* ,NAME or ,NAME=value, 'value' or "value"; both are views. */
bool p_rule_item(struct span *in, struct span *name, struct span *value);

/*
 * One line of the text that rules are made of, without its LF:
 *	address-or-block blanks allow[,NAME[=value]]...
 *	address-or-block blanks deny
 * each is called with the keys that the block has, one for most, and with the
 * value; a result other than 0 ends it and is returned.  -1 for a line that is
 * none; 0 as well for an empty one and a comment.
 */
typedef int rule_each(void *arg, const char *key, struct span value);
int rule_line(struct span line, rule_each *each, void *arg);

#endif
