/* search.h: which messages of a mailbox a program of search keys matches. */
#ifndef STORE_SEARCH_H
#define STORE_SEARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/span.h"
#include "store/mailbox.h"
#include "text/date.h"

/* The names are those of IMAP (RFC 9051 section 6.4.4, RFC 5032). */
enum search_kind {
	/* answered from memory */
	SEARCH_ALL,
	SEARCH_AND, /* all of child, child->next, ... */
	SEARCH_OR, /* any of them */
	SEARCH_SEQS, /* the number is in set */
	SEARCH_UIDS, /* the UID is */
	SEARCH_FLAGS, /* the flags in mask are exactly flags */
	SEARCH_KEYWORD, /* text is the name of one that is set */
	SEARCH_MODSEQ, /* its mod-sequence is number or more */
	SEARCH_EMAILID, /* text is its identifier */
	/* by the inode */
	SEARCH_BEFORE, /* the local day of arrival against day */
	SEARCH_ON,
	SEARCH_SINCE,
	SEARCH_SAVEDBEFORE, /* the same for the day it was put here; where */
	SEARCH_SAVEDON, /* that is not known, for the day of arrival */
	SEARCH_SAVEDSINCE,
	SEARCH_YOUNGER, /* arrived at the time number, or later */
	SEARCH_OLDER, /* arrived at the time number, or earlier */
	SEARCH_LARGER, /* octets with CRLF line ends against number */
	SEARCH_SMALLER,
	/* by the header */
	SEARCH_SENTBEFORE, /* the day in the Date field against day */
	SEARCH_SENTON,
	SEARCH_SENTSINCE,
	SEARCH_HEADER, /* text is in a field of that name */
	/* by the whole message */
	SEARCH_BODY, /* text is in a part that is text */
	SEARCH_TEXT, /* or in a header */
};

struct search_range {
	uint32_t lo;
	uint32_t hi;
};

/*
 * A key, or a list of keys.  Text is UTF-8 and matches as a substring, case
 * (text/casefold.h) and the amount of white space disregarded.  The caller
 * bounds how deep AND and OR nest: evaluation recurses so deep.
 */
struct search_key {
	enum search_kind kind;
	bool negate; /* what does not match, matches */
	struct search_key *child;
	struct search_key *next;

	unsigned mask; /* operands, as the kind says */
	unsigned flags;
	const struct search_range *set; /* ascending, apart */
	size_t nset;
	uint64_t number;
	struct date_day day;
	struct span field;
	struct span text;

	/* filled in by search_open() */
	size_t leaf;
	struct span needle;
	uint32_t keyword;
	bool has_keyword;
};

struct search;

/*
 * Make ready for asking about messages of m.  root stays the caller's and
 * must live as long as the search; memory is taken from a.
 */
struct search *search_open(
    struct arena *a, struct mailbox *m, struct search_key *root);

/*
 * Ask make for the facts of each message that is read and has none: the brief
 * (msg/brief.h) of the file, with its tree if whole is set, valid until the
 * next call.  They are used, and kept.
 */
struct search_file {
	int fd;
	int64_t size;
	struct span mem; /* all of it, or p NULL */
	struct span sorted; /* its BRIEF_SORT, to be kept; p NULL: none */
};
typedef struct span search_make(
    void *arg, const struct search_file *file, bool whole);
void search_by(struct search *x, search_make *make, void *arg);

/*
 * Whether message seq matches; false when it is gone or cannot be read.
 * What is cheap is looked at first, and nothing that cannot matter any more;
 * a message is opened once at most and read by pieces.
 */
bool search_match(struct search *x, uint32_t seq);

void search_close(struct search *x);

#endif
