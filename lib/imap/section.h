/* section.h: octets of a message that a FETCH item names, and their way out. */
#ifndef IMAP_SECTION_H
#define IMAP_SECTION_H

#include <stdbool.h>
#include <stdint.h>

#include "imap/fetch_parse.h"
#include "imap/memo.h"
#include "msg/structure.h"
#include "sys/wr.h"

/* How much of a message has to be read before an item can be answered. */
enum section_need {
	NEED_MEMORY, /* nothing: it is known */
	NEED_STAT,
	NEED_FILE, /* the open file, no parsing */
	NEED_HEADER, /* structure_read_header_lines() */
	NEED_TREE, /* structure_read() */
};

/* A message file, parsed as far as the command needs it. */
struct section_file {
	int fd;
	int64_t size; /* of the file */
	int64_t octets; /* of all of it as it is sent; 0: not known */
	const struct part *root; /* NULL below NEED_HEADER */
	bool whole; /* root is a whole tree */
	struct memo *memo; /* of this file, or NULL */
};

enum section_need section_need(const struct fetch_item *item);

/* Whether an item is all of a message, from its first octet to its last. */
bool section_is_all(const struct fetch_item *item);

/*
 * Whether the part that a BINARY item names has a transfer encoding which is
 * not known (RFC 3516 4.3, UNKNOWN-CTE).
 */
bool section_unknown_cte(
    const struct section_file *f, const struct fetch_item *item);

/*
 * Write the value of a FETCH_CONTENT or FETCH_BINARY item, a literal; empty
 * for a part that does not exist.  *octets, if all is well, is its length.
 * -1 with errno when the message cannot be read; EPIPE when the literal's
 * head is out and the octets cannot follow: the connection is useless then.
 */
int section_put(struct wr *w, const struct section_file *f,
    const struct fetch_item *item, uint64_t *octets);

/*
 * The same for an item whose octets are known to be these: all that there are
 * without regard to item->partial.
 */
void section_put_octets(struct wr *w, struct span octets,
    const struct fetch_item *item, uint64_t *sent);

/* The size for FETCH_BINARY_SIZE, 0 for what does not exist. -1 with errno. */
int64_t section_binary_size(
    const struct section_file *f, const struct fetch_item *item);

#endif
