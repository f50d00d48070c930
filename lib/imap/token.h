/* token.h: the small rules of the grammar (RFC 9051 section 9). */
#ifndef IMAP_TOKEN_H
#define IMAP_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/span.h"

/*
 * A command is parsed from one span that holds the line and its literals in
 * place: "{5}" CR LF and five bytes.  The last CRLF is not in it.
 * On false *in and outputs are as before.
 */

bool p_sp(struct span *in);

/* The end of the command; spaces before it are tolerated (imap(7)). */
bool p_end(struct span *in);

/* 1*<any TAG-CHAR>: ASTRING-CHAR except "+", at most LIMIT_TAG. */
bool p_tag(struct span *in, struct span *out);

bool p_atom(struct span *in, struct span *out);

/* Outputs are views into the command, or from a where quotes were undone. */
bool p_astring(struct arena *a, struct span *in, struct span *out);
bool p_string(struct arena *a, struct span *in, struct span *out);

/* "NIL" gives out->p == NULL. */
bool p_nstring(struct arena *a, struct span *in, struct span *out);

/* list-mailbox = 1*list-char / string */
bool p_list_mailbox(struct arena *a, struct span *in, struct span *out);

bool p_number64(struct span *in, uint64_t *out); /* below 2^63 */
bool p_nz_number(struct span *in, uint32_t *out);

/*
 * literal = "{" number64 ["+"] "}" CRLF, or literal8 with "~" before it.
 * p_literal_head() reads the head only: CRLF included when it is there, so
 * that it serves at the end of a line as well.
 */
struct literal {
	uint64_t len;
	bool nonsync;
	bool binary; /* literal8 */
};
bool p_literal_head(struct span *in, struct literal *out);

/* A word (atom) compared without case, followed by no atom character. */
bool p_word(struct span *in, const char *word);

/*
 * flag = "\Answered" / ... / flag-keyword.  A system flag gives its bit
 * (store/flags.h) and an empty keyword; \Recent and unknown "\X" are false.
 */
bool p_flag(struct span *in, unsigned *flag, struct span *keyword);

/* flag-list, or flags without parentheses where bare (STORE). */
struct flag_list {
	unsigned flags;
	struct span *keywords; /* names */
	size_t nkeywords;
};
bool p_flag_list(struct arena *a, struct span *in, struct flag_list *out);
bool p_store_flags(struct arena *a, struct span *in, struct flag_list *out);

/* DQUOTE date-time DQUOTE, as seconds; date = date-text or quoted. */
bool p_date_time(struct span *in, int64_t *out);

/* Character classes. */
bool token_is_atom_char(unsigned char c);
bool token_is_astring_char(unsigned char c);

#endif
