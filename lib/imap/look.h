/* look.h: the message at hand of a FETCH, as far as it must be looked at. */
#ifndef IMAP_LOOK_H
#define IMAP_LOOK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "imap/fetch_send.h"
#include "imap/section.h"
#include "msg/brief.h"

/*
 * Where an item's value comes from is decided for each message: what is in
 * its brief needs no file, what has its place there needs no parsing.
 */
struct look {
	uint32_t seq;
	bool used; /* more has been looked at than rows and briefs */
	/* valid until look_close(); not used: only those of f->kinds are */
	struct brief brief;
	int64_t date;
	uint64_t octets;
	bool has_octets;
	struct section_file file; /* fd is -1 when it was not needed */
	struct stat st; /* of the file, if it is open */
};

/* f has its items: prepare for looking at messages. */
void look_begin(struct fetch *f);

/*
 * Look at message seq, which f->message is, where f->need is more than
 * NEED_MEMORY: f->look tells.  -1 with errno.
 */
int look_at(struct fetch *f, uint32_t seq);

/* The printed text of a kind that has two forms; p is NULL without one. */
struct span look_text(const struct look *l, enum brief_kind kind, bool utf8);

/* After look_at(): what f->arena has for the message goes too. */
void look_close(struct fetch *f);

#endif
