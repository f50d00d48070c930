/* fields.h: what a part keeps of its header, gathered line by line. */
#ifndef MSG_FIELDS_H
#define MSG_FIELDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/span.h"
#include "base/strbuf.h"
#include "msg/field.h"
#include "msg/structure.h"

/* Kept of the headers of all parts of one message together. */
enum { FIELDS_TOTAL_MAX = 8 * 1024 * 1024 };

/* All zero but for a and left is the start. */
struct fields {
	struct arena *a;
	size_t left; /* of FIELDS_TOTAL_MAX */
	size_t left_here; /* of HEADER_TOTAL_MAX */
	struct part *part; /* whose header it is */
	const struct field_row *row; /* of the field at hand, if it is kept */
	struct strbuf value; /* of that field, unfolded so far */
	bool have[ENV_FIELDS]; /* this part of the envelope */
	bool again[ENV_FIELDS]; /* several times: then env has it */
	bool joined; /* in this message one was */
	struct strbuf env[ENV_FIELDS];
};

/* The header of p begins; envelope tells whether it is a message's. */
void fields_begin(struct fields *f, struct part *p, bool envelope);

/* A piece of it. */
void fields_line(struct fields *f, const struct line *line);

/*
 * The header is at its end: fill in what p had not, with the defaults of
 * RFC 2045 section 5.2, or of RFC 2046 section 5.1.5 in a digest.
 */
void fields_end(struct fields *f, bool digest);

void fields_free(struct fields *f);

#endif
