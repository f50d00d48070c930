/* known.h: octets, dates and facts of messages, for this layer. */
#ifndef STORE_KNOWN_H
#define STORE_KNOWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "store/facts.h"

struct mailbox;
struct box_arrival; /* box.h */

/* What mailbox_facts() and its relatives know beside the rows. */
struct known {
	struct facts facts;
	bool opened; /* facts are */
	bool looked; /* for what others have appended, in this command */
	bool measured; /* live and lowest are right */
	uint64_t id; /* of the satchel-cache that rows point into */
	uint64_t before; /* its length when the command began */
	uint64_t live; /* bytes of it that the rows speak of */
	uint32_t lowest; /* UID with a record; 0: none */
	uint32_t next; /* where the next record's message is sought first */
};

/* The file of message i was seen: what is known of another file is dropped. */
void known_saw(struct mailbox *m, uint32_t i, const struct stat *st);

/*
 * Messages that come into m, which is locked, are copies of others: what is
 * known of those is appended to m's satchel-cache, and v[i].facts say where.
 * Only if there is one already, which m's index knows.
 */
void known_carry(struct mailbox *m, struct box_arrival *v, size_t n);

void known_clear(struct mailbox *m);

#endif
