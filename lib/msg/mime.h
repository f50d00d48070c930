/* mime.h: values of MIME header fields (RFC 2045, 2183, 2231). */
#ifndef MSG_MIME_H
#define MSG_MIME_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/span.h"

/* At most so many parameters of a field are kept. */
enum { MIME_PARAMS = 100 };

struct mime_param {
	struct span name; /* as written, or what a joined value has (below) */
	struct span value; /* quotes and backslashes removed */
};

struct mime_params {
	struct mime_param *v;
	size_t n;
};

/*
 * "type/subtype; name=value; ..." in an unfolded value.  False when it does
 * not begin with a type and a subtype (then RFC 2045 5.2 has a default).
 * Broken parameters are skipped, comments too.  Continuations ("filename*0",
 * "filename*1*") are joined into one "filename", or "filename*" with charset
 * and language in the value, as RFC 2231 section 6 wants it for IMAP.
 * Spans are views into in where that is possible, else allocated from a.
 */
bool mime_content_type(struct arena *a, struct span in, struct span *type,
    struct span *subtype, struct mime_params *params);

/*
 * "token; name=value; ...": Content-Disposition.  The token is empty when it
 * is no token; false when there is nothing at all.
 */
bool mime_disposition(struct arena *a, struct span in, struct span *token,
    struct mime_params *params);

/* The first token of in (Content-Transfer-Encoding), comments skipped. */
bool mime_token(struct span in, struct span *token);

/* The value of the parameter name, or NULL in .p. */
struct span mime_param(const struct mime_params *params, const char *name);

#endif
