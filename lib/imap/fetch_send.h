/* fetch_send.h: FETCH responses, a message at a time. */
#ifndef IMAP_FETCH_SEND_H
#define IMAP_FETCH_SEND_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/num.h"
#include "base/strbuf.h"
#include "imap/fetch_parse.h"
#include "imap/gather.h"
#include "imap/section.h"
#include "imap/session.h"
#include "msg/excerpt.h"
#include "text/date.h"

/* A parenthesized list of flags as it was sent; len is 0: none was. */
enum { FETCH_FLAGS_LEN = 64, FETCH_FLAGS_KNOWN = 16 };
struct fetch_flags {
	uint32_t keywords;
	uint16_t flags;
	uint8_t len;
	char text[FETCH_FLAGS_LEN];
};

/* What stands before the value of an item; p NULL: too long for that. */
enum { FETCH_LABEL_SHORT = 32 };
struct fetch_label {
	struct span text;
	char start[FETCH_LABEL_SHORT];
};

/* Header fields that an item asks for, and whether the brief at hand tells. */
struct fetch_fields {
	struct excerpt_ask ask;
	bool told;
};

/*
 * One FETCH command.  All of a message's answer is looked up before its first
 * byte is written, so that one that is gone, or has no answer, is left out.
 */
struct fetch {
	struct session *s;
	const struct fetch_items *items;
	enum section_need need; /* the most that an item needs */
	bool by_row; /* which is NEED_MEMORY */
	bool seen; /* some item sets \Seen, and may */
	bool uid; /* some item is UID */
	bool flags; /* some item is FLAGS */
	bool modseq; /* some item is MODSEQ */
	bool dated; /* some item is INTERNALDATE */
	bool size; /* some item is RFC822.SIZE */
	bool add_modseq; /* it is sent where it is not (CHANGEDSINCE) */
	bool preview; /* some item is PREVIEW */
	bool binary; /* some item may meet an unknown encoding */
	struct arena arena; /* for the message at hand */
	struct strbuf held; /* a buffer */
	struct fetch_label *labels; /* of each item */
	unsigned kinds; /* pieces of briefs that answer items */
	unsigned must; /* without which they do not */
	bool printed; /* those and rows may answer all of them */
	struct look *look; /* look.h: at the message at hand */
	struct fetch_fields *fields; /* for each item; only fields are */
	struct gather gather;
	struct date_memo date;
	struct num_last number, last_uid;
	struct fetch_flags known[FETCH_FLAGS_KNOWN];
	struct message message; /* the one at hand; look_at() may change it */

	/* what has happened */
	bool gone; /* a message had been expunged */
	bool unknown_cte; /* RFC 3516 4.3 */
	int error; /* errno of the last message that could not be read */
};

/* items are borrowed until fetch_clear(). */
void fetch_init(
    struct fetch *f, struct session *s, const struct fetch_items *items);

/*
 * Answer for message seq, if it can be done.  When a literal cannot be
 * completed the output is marked as failed: no byte may follow.
 */
void fetch_message(struct fetch *f, uint32_t seq);

/* The command is at its end: what was found out is kept. */
void fetch_clear(struct fetch *f);

#endif
