/* drop.h: a maildrop from the inside, for this layer. */
#ifndef STORE_DROP_H
#define STORE_DROP_H

#include <stddef.h>

#include "base/num.h"
#include "store/maildir.h"
#include "store/maildrop.h"
#include "store/sizelist.h"
#include "store/table.h"
#include "sys/map.h"

struct maildrop {
	struct account *a;
	struct maildir md;
	enum maildrop_uidl style;
	uint32_t uidvalidity; /* UIDL_DOVECOT only */
	bool emergency; /* the only message has a UIDL by its inode */

	struct drop_message *msgs;
	size_t n, max;
	struct strbuf names; /* file names, each with its NUL */
	struct table table; /* from bases to the last message with it */
	uint8_t pass;
	bool locked; /* the folder's lock is held */
	struct strbuf twins; /* names to change, with NULs: see part_twin() */

	struct num_last last_uid, last_euidv; /* in a UIDL */

	struct map map; /* of the list, where names stand (droplist.h) */
	char *name; /* the last of them that was read */

	struct sizelist list;
	struct stat list_st; /* of its file; st_ino 0: there is none */
	int64_t since; /* ms: it and cur began to be read */
	struct stat cur_st; /* of cur, before it was read */
	bool same; /* it was read, and not touched meanwhile */
	bool dropped; /* some entry has no file any more */
};

/* The file name of msgs[i]; valid until the next call or change. */
const char *drop_name(const struct maildrop *d, size_t i);

/*
 * The message with this name but for flags, or TABLE_NONE.  All names must
 * be in memory (droplist_load_names()).
 */
uint32_t drop_find(const struct maildrop *d, struct span name);

/*
 * Fill the maildrop, which is empty, from the list and cur: sorted, octets
 * counted.  What is new has no uid yet.
 */
int drop_scan(struct maildrop *d);

/* Move what is in new to cur. */
int drop_take_new(struct maildrop *d);

/*
 * Look where the files of all messages are now; those that are nowhere have
 * seen 0 then.
 */
int drop_look(struct maildrop *d);

/* The messages have other numbers now. */
void drop_index(struct maildrop *d);

/* Our own rename of msgs[i]; its base is the same. */
void drop_rename(struct maildrop *d, size_t i, struct span name);

/*
 * Messages are in their order: of those that have one UIDL only the first
 * keeps it.  The others are not listed any more, as if they were new.
 */
void dropuids_part(struct maildrop *d);

/* Forget all messages. */
void drop_reset(struct maildrop *d);

#endif
