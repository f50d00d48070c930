/* request.h: the line of a command (RFC 1939 section 3). */
#ifndef POP3_REQUEST_H
#define POP3_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

/* What may follow the keyword. */
enum request_args {
	ARGS_NONE,
	ARGS_MSG, /* SP msg */
	ARGS_OPT_MSG, /* [ SP msg ] */
	ARGS_MSG_LINES, /* SP msg SP n */
	ARGS_OPT_WORD /* [ SP word ] */
};

struct request {
	struct span word; /* the keyword, in any case */
	struct span args; /* what follows, without blanks at its end */
};

struct request_values {
	bool has_msg;
	uint32_t msg; /* 0: no number that any message can have */
	uint64_t lines;
	struct span word; /* a view of args; p NULL: none */
};

/* keyword [ SP args ]; false for an empty line and one that is no text. */
bool request_parse(struct span line, struct request *r);

/* False: what is there is not what may be. */
bool request_args(
    struct span args, enum request_args what, struct request_values *v);

#endif
