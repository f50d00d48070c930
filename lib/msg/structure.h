/* structure.h: the MIME structure of a message file, in one pass. */
#ifndef MSG_STRUCTURE_H
#define MSG_STRUCTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/span.h"
#include "msg/mime.h"

/*
 * Bounds (RFC 9051 sets none).  A multipart or message deeper than DEPTH is
 * a leaf of application/octet-stream; after PARTS parts the rest of the
 * message belongs to the last one.  Of the headers of all parts together no
 * more than 8 MiB are kept: behind that, fields count as missing.
 */
enum { STRUCTURE_DEPTH = 100, STRUCTURE_PARTS = 10000 };

enum envelope_field {
	ENV_DATE,
	ENV_SUBJECT,
	ENV_FROM,
	ENV_SENDER,
	ENV_REPLY_TO,
	ENV_TO,
	ENV_CC,
	ENV_BCC,
	ENV_IN_REPLY_TO,
	ENV_MESSAGE_ID,
	ENV_FIELDS
};

/*
 * Values as they stand, unfolded (the line ends gone, RFC 5322 2.2.3) and
 * trimmed; p is NULL when there is no such field.  Of a field that occurs
 * several times the last counts, but address lists are joined with ", ".
 * A value is kept up to HEADER_VALUE_MAX bytes (header.h).
 */
struct envelope {
	struct span field[ENV_FIELDS];
};

/*
 * A multipart has at least one child (an empty text/plain when none begins
 * in it), a message exactly one.
 */
enum part_kind { PART_LEAF, PART_MULTIPART, PART_MESSAGE };

/*
 * One body part.  Offsets count bytes of the file as stored; octets and
 * lines count what is sent, with CRLF line ends (text/bytes.h).
 * A message part (message/rfc822, message/global) has one child, the message
 * inside it; the child is no numbered part of its own (RFC 9051 6.4.5.1).
 * Its envelope is child->envelope.
 */
struct part {
	struct part *parent;
	struct part *child; /* the first */
	struct part *next; /* sibling */
	uint32_t nchildren;
	enum part_kind kind;
	bool encoded; /* base64 or quoted-printable: BINARY decodes it */
	bool odd; /* 8-bit bytes or NULs in what is kept of its header */

	int64_t header; /* where the header begins */
	int64_t body; /* where the body begins, past the empty line */
	int64_t end; /* of the body */
	uint64_t header_octets; /* with the empty line, where there is one */
	uint64_t body_octets;
	uint64_t body_lines; /* line ends, and a last line without one */

	/*
	 * As written, but for the defaults of RFC 2045 section 5.2; never NULL.
	 * Text without a charset has the parameter "charset" "us-ascii".
	 */
	struct span type;
	struct span subtype;
	struct mime_params params;
	struct span encoding; /* "7bit" when there is none */
	/* p NULL: no such field; of several the first counts. */
	struct span id;
	struct span description;
	struct span md5;
	struct span disposition; /* may be empty: parameters without a token */
	struct mime_params disposition_params;
	struct span language; /* the whole field: a list, or one tag */
	struct span location;

	struct envelope *envelope; /* of the root and of a message's child */
};

/*
 * Parse the message in fd (a regular file; its offset is neither used nor
 * changed).  *root is allocated from a.  Never fails on content: every file
 * has a structure.  -1 with errno when reading fails.
 * Memory is bounded by the two limits above and the header limits; time is
 * linear in the file.
 */
int structure_read(struct arena *a, int fd, struct part **root);

/*
 * A piece of the header of the whole message.  The empty line behind the
 * header is the last one.  What continues a line that has no row (names.h) is
 * left out.
 */
struct line; /* field.h */
typedef void structure_line(void *arg, const struct line *line);

/*
 * The same for who wants to see the header's lines as well, and knows the
 * size of the file (else INT64_MAX): then nothing is read to find its end.
 */
struct structure_lines {
	structure_line *line; /* or NULL */
	void *arg;
	int64_t size;
	struct span mem; /* all of the file, if that is at hand; or p NULL */
};
int structure_read_lines(struct arena *a, int fd,
    const struct structure_lines *lines, struct part **root);

/*
 * The same for the top header alone, without reading the body: the root with
 * its header fields, kind and envelope; body_octets, body_lines, end and
 * children are not filled in.
 */
int structure_read_header_lines(struct arena *a, int fd,
    const struct structure_lines *lines, struct part **root);

/*
 * The part with the IMAP part number path[0].path[1]...  (RFC 9051 6.4.5.1:
 * "1" of a message that is no multipart is its body); NULL when there is
 * none.  n of 0 is the root.
 */
const struct part *structure_find(
    const struct part *root, const uint32_t *path, size_t n);

/* The part after p in the order of the message, or NULL. */
const struct part *structure_next(const struct part *p);

#endif
