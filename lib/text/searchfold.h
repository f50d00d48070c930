/* searchfold.h: text as searching compares it. */
#ifndef TEXT_SEARCHFOLD_H
#define TEXT_SEARCHFOLD_H

#include <stdbool.h>

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

#endif
