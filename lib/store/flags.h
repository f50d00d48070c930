/* flags.h: flags in file names, and sets of keywords. */
#ifndef STORE_FLAGS_H
#define STORE_FLAGS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"
#include "base/strbuf.h"

enum flag {
	FLAG_DRAFT = 1 << 0, /* D */
	FLAG_FLAGGED = 1 << 1, /* F */
	FLAG_ANSWERED = 1 << 2, /* R */
	FLAG_SEEN = 1 << 3, /* S */
	FLAG_DELETED = 1 << 4, /* T */
	FLAG_RECENT = 1 << 5, /* not on disk */
};

/* Those that are letters of a file name. */
enum { FLAGS_STORED = 0x1f };

/* The unique part of a file name, all before the first ":". */
struct span flags_base(struct span filename);

/* The flags of a file name; 0 when its info is not "2,...". */
unsigned flags_parse(struct span filename);

/*
 * Append filename with the stored flags made those given: other letters and
 * fields stay as they are, letters in ASCII order (satchel-maildir(7)).
 */
void flags_name(struct span filename, unsigned flags, struct strbuf *out);

#endif
