/* lang.h: the words of replies in other languages, from text files. */
#ifndef TEXT_LANG_H
#define TEXT_LANG_H

#include <stdbool.h>

#include "base/span.h"
#include "base/strbuf.h"

enum {
	LANG_TAG_LEN = 36, /* of a language's tag (RFC 5646 section 4.4.1) */
	LANG_FILE_LEN = 65536, /* of a file */
	LANG_FILES = 100 /* in a directory; others are not looked at */
};

/*
 * A language is a file named as its tag, in UTF-8, in the directory that
 * SATCHEL_LANG_DIR or the build names.  Its lines are English, a tab, and
 * the translation; lines without a tab are comments.  The translation of
 * "English" is the language's name for itself.  English itself ("en",
 * "i-default") has no file.
 */
struct lang {
	char tag[LANG_TAG_LEN + 1];
	struct strbuf text; /* the file; empty: English */
};

/* The directory that they are in. */
const char *lang_dir(void);

/* English. */
void lang_init(struct lang *l);

/*
 * The first language that matches range, a basic language range (RFC 4647
 * section 3.3.1); "*" is that of the setting SATCHEL_LANG, else English.
 * False when there is none: *l is as it was.
 */
bool lang_choose(struct lang *l, struct span range);

/* english in the language, or itself; a view of *l or of english. */
struct span lang_text(const struct lang *l, const char *english);

/* Append a line "tag name" CRLF for each language. */
void lang_list(struct strbuf *out);

#endif
