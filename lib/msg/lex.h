/* lex.h: what structured header fields are made of (RFC 5322 3.2). */
#ifndef MSG_LEX_H
#define MSG_LEX_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/span.h"

/* The rest of lex_cfws(). */
void lex_cfws_more(struct span *in, struct span *comment);

/*
 * Take white space and comments off the front of *in.  *comment, if not NULL,
 * becomes what is between the parentheses of the last comment.  Comments nest
 * to any depth; one that is not closed goes to the end.
 */
static inline void
lex_cfws(struct span *in, struct span *comment)
{
	/* mostly there is nothing, or one space */
	if (span_at(in, ' '))
		in->p++;
	if (in->p < in->end && (*in->p <= ' ' || *in->p == '('))
		lex_cfws_more(in, comment);
}

/*
 * Take a quoted string, which *in must begin with; *inside is what is between
 * the quotes, backslashes included.  False when there is no closing quote:
 * *inside is then all that is left.
 */
bool lex_quoted(struct span *in, struct span *inside);

/* Take a token (RFC 2045 5.1), 8-bit bytes allowed; false when empty. */
bool lex_token(struct span *in, struct span *token);

/* s without the backslashes that quote; s itself when it has none. */
struct span lex_unquote(struct arena *a, struct span s);

#endif
