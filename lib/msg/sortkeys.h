/* sortkeys.h: what SORT and THREAD compare of a message (RFC 5256). */
#ifndef MSG_SORTKEYS_H
#define MSG_SORTKEYS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/span.h"
#include "base/strbuf.h"
#include "msg/structure.h"

/* Texts, as i;unicode-casemap compares them (casefold.h), octet by octet. */
enum sort_text {
	SORT_SUBJECT, /* the base subject */
	SORT_FROM, /* addr-mailbox of the first address */
	SORT_DISPLAYFROM, /* RFC 5957 section 3 */
	SORT_TO,
	SORT_DISPLAYTO,
	SORT_CC,
	SORT_TEXTS
};

/*
 * What is kept of a text, so that keys are small whatever is in a header:
 * longer ones are compared so far.  What is kept of references: of more than
 * these the last ones count.
 */
enum { SORT_SUBJECT_MAX = 1000, SORT_NAME_MAX = 250, SORT_REFS_MAX = 128 };

struct sortkeys {
	bool dated; /* else the date is the time of arrival */
	bool reply; /* "a reply or forward" */
	int64_t date; /* UTC; 0 when not dated */
	uint64_t id; /* of the Message-ID (msgid.h); 0: it has none */
	uint64_t subject; /* the same for equal base subjects; 0: empty */
	struct span text[SORT_TEXTS];
	struct span refs; /* uint64_t, anywhere in memory, the oldest first */
};

/* Where they come from. */
struct sortkeys_from {
	const struct envelope *envelope;
	bool dated;
	int64_t date;
	struct span refs; /* those in References (msgid.h) */
};

/* Append the keys as bytes.  a is for a while. */
void sortkeys_put(
    struct arena *a, const struct sortkeys_from *from, struct strbuf *out);

/* Views into piece; false when that is damaged. */
bool sortkeys_take(struct span piece, struct sortkeys *out);

/* Take the next reference off the front; 0 when there is none any more. */
uint64_t sortkeys_ref(struct span *refs);

#endif
