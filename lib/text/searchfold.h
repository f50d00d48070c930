/* searchfold.h: text as searching compares it. */
#ifndef TEXT_SEARCHFOLD_H
#define TEXT_SEARCHFOLD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"
#include "base/strbuf.h"

/*
 * Append in with each run of white space as one space; a run that goes on
 * from what *out ends with is part of that.
 */
void searchfold_squeeze(struct span in, struct strbuf *out);

/*
 * Append what searchfold() would, where text is so plain that it needs no
 * more than capitals: printable ASCII and tabs without an "=".  Else false,
 * and nothing appended.
 */
bool searchfold_plain(struct span text, struct strbuf *out);

/*
 * Append text without differences of case (casefold.h), with each run of
 * white space as one space.
 */
void searchfold(struct span text, struct strbuf *out);

/*
 * The same for many texts: a language has few letters that are not ASCII, and
 * what has become of them is remembered.  All zero is the start.
 */
struct searchfold_memo {
	struct searchfold_letter {
		uint32_t cp; /* 0: none */
		unsigned char len;
		char to[11]; /* without white space */
	} letter[64];
};
void searchfold_more(
    struct searchfold_memo *memo, struct span text, struct strbuf *out);

#endif
