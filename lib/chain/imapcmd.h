/* imapcmd.h: the part of the IMAP grammar that is needed before login. */
#ifndef CHAIN_IMAPCMD_H
#define CHAIN_IMAPCMD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

/* Bounds on one command: what needs more is no login. */
enum {
	IMAPCMD_LINE = 8192, /* one line, without its CRLF */
	IMAPCMD_LITERAL = 4096, /* one literal (RFC 7888 section 5) */
	IMAPCMD_LITERALS = 4, /* in one command */
	IMAPCMD_LEN = IMAPCMD_LINE + 2 * IMAPCMD_LITERAL, /* all of it */
	IMAPCMD_ID_PAIRS = 30 /* RFC 2971 section 3.3 */
};

enum imapcmd_verb {
	IMAPCMD_CAPABILITY,
	IMAPCMD_NOOP,
	IMAPCMD_LOGOUT,
	IMAPCMD_ID,
	IMAPCMD_LOGIN,
	IMAPCMD_AUTHENTICATE,
	IMAPCMD_STARTTLS,
	IMAPCMD_OTHER /* anything else, its arguments not looked at */
};

/* An astring as it stands in the input. */
struct imapcmd_string {
	struct span s; /* without quotes or the literal's header */
	bool quoted; /* a backslash stands before each quote and backslash */
};

/* Views of the input that was parsed. */
struct imapcmd {
	enum imapcmd_verb verb;
	struct span tag; /* empty when there is none to answer with */
	struct imapcmd_string user; /* LOGIN */
	struct imapcmd_string password;
	struct span mechanism; /* AUTHENTICATE */
	struct span initial; /* base64, or p NULL: no initial response */
	struct span id; /* ID: what is between its parentheses */
	size_t id_len; /* how many pairs there are; 0: NIL as well */
	uint32_t literal; /* IMAPCMD_WANTS: its length */
	bool nonsync; /* and whether its bytes are coming already */
};

enum imapcmd_result {
	IMAPCMD_DONE,
	IMAPCMD_BAD, /* only c->tag is set */
	IMAPCMD_WANTS /* in ends in a literal's header: CRLF and more lack */
};

/*
 * Parse in, a whole command without its last CRLF.  A literal stands in it as
 * on the wire: "{5}" CRLF and five bytes.
 */
enum imapcmd_result imapcmd_parse(struct span in, struct imapcmd *c);

/*
 * What ID has said as "NAME=VALUE, NAME=VALUE" into buf, with a NUL behind it:
 * as many pairs as there is room for, with no byte that is not printable
 * ASCII, no bracket and no comma.  Returns the length.
 */
size_t imapcmd_id(const struct imapcmd *c, char *buf, size_t size);

/* Whether in ends as a non-synchronizing literal's header does. */
bool imapcmd_ends_nonsync(struct span in, uint32_t *len);

/*
 * The bytes that s stands for, into buf; *len of them.  False when they are
 * more than max.
 */
bool imapcmd_copy(struct imapcmd_string s, char *buf, size_t max, size_t *len);

#endif
