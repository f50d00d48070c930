/* names.h: the header fields that are wanted by name. */
#ifndef MSG_NAMES_H
#define MSG_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

/* What a part keeps of a field (fields.h). */
enum field_kind {
	F_NONE,
	F_TYPE,
	F_ENCODING,
	F_DISPOSITION,
	F_ID,
	F_DESCRIPTION,
	F_MD5,
	F_LANGUAGE,
	F_LOCATION,
	F_ENVELOPE, /* the last of several counts, as everywhere in the field */
	F_ADDRESSES /* several are one list (RFC 5322 4.5.3) */
};

/* What SEARCH compares (excerpt.h). */
enum field_key {
	KEY_SUBJECT,
	KEY_FROM,
	KEY_TO,
	KEY_CC,
	KEY_BCC,
	KEY_DATE,
	KEY_REFERENCES, /* for THREAD */
	KEY_NONE
};

struct field_row {
	char name[32];
	uint8_t len; /* of name */
	bool prefix; /* any name that begins so */
	bool kept; /* by excerpt.h */
	uint8_t key; /* enum field_key */
	uint8_t kind; /* enum field_kind */
	uint8_t env; /* enum envelope_field of F_ENVELOPE, F_ADDRESSES */
};

/* There are no more rows than that; which of them it is. */
enum { NAMES_ROWS = 48 };
unsigned names_place(const struct field_row *row);

/* The row of that name, without regard to ASCII case, or NULL. */
const struct field_row *names_find(struct span name);

#endif
