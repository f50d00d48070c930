/* searching.h: what SEARCH, SORT and THREAD have in common. */
#ifndef IMAP_SEARCHING_H
#define IMAP_SEARCHING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "imap/search_parse.h"
#include "imap/session.h"

/* Messages by number, or by UID after searching_uids().  All zero is none. */
struct search_result {
	uint32_t *v; /* in the arena of the command */
	size_t n;
	size_t max;
	uint64_t modseq; /* the highest of theirs; 0: not asked for */
};

/*
 * Check what can be wrong with a program, and make it ready for
 * searching_run().  What is not V_OK is the answer of the command.
 */
enum verdict searching_begin(struct session *s, const struct search_args *args);

/*
 * Whether the system administrator lets SORT and THREAD be used; else *v is
 * the answer.  They are announced all the same, as with Courier: there are
 * clients that would fetch everything and sort it themselves.
 */
bool searching_may_sort(
    struct session *s, const struct search_args *args, enum verdict *v);

/* Whether MIN or MAX is wanted, and nothing else beside SAVE. */
bool searching_is_for_ends(const struct search_args *args);

/*
 * Fill *r, which is empty, with the numbers that match, ascending; with ends
 * only the lowest and the highest that are wanted: no more is looked for.
 */
void searching_run(struct session *s, const struct search_args *args, bool ends,
    struct search_result *r);

/* Ascending numbers as "$" (RFC 9051 section 6.4.4.1). */
void searching_save(struct session *s, const struct search_result *r);

/* Set r->modseq, of numbers; turn numbers into UIDs. */
void searching_modseq(struct session *s, struct search_result *r);
void searching_uids(struct session *s, struct search_result *r);

/* "* SEARCH 1 2", "* SORT 2 1", by that name (RFC 7162 section 3.1.5). */
void searching_put_list(
    struct wr *w, const char *name, const struct search_result *r);

/* The ESEARCH response of RFC 4731 and of IMAP4rev2, in the order of r. */
void searching_put(
    struct session *s, unsigned want, const struct search_result *r);

#endif
