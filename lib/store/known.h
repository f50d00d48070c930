/* known.h: octets, dates and facts of messages, for this layer. */
#ifndef STORE_KNOWN_H
#define STORE_KNOWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "store/facts.h"

struct mailbox;
struct known_row;

/* What mailbox_facts() and its relatives know.  All zero is nothing. */
struct known {
	struct known_row *v; /* of messages 0 to n - 1 */
	size_t n;
	struct facts facts;
	bool opened; /* facts are */
	bool looked; /* for what others have appended, in this command */
	uint64_t live; /* bytes of satchel-cache that the rows speak of */
	uint32_t lowest; /* UID with a record; 0: none */
	uint32_t
	    next; /* where the message of the next record is sought first */
};

/* The file of message i was seen: what is known of another file is dropped. */
void known_saw(struct mailbox *m, uint32_t i, const struct stat *st);

/* The messages have other places: each row follows its UID. */
void known_renumber(struct mailbox *m);

void known_clear(struct mailbox *m);

#endif
