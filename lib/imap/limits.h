/* limits.h: every bound that a client can push against. */
#ifndef IMAP_LIMITS_H
#define IMAP_LIMITS_H

enum {
	/*
	 * One command with its literals in memory.  RFC 9051 4.3 leaves it to
	 * us; RFC 7162 3.1.2.1 (QRESYNC's known UIDs) and long UID sets want
	 * more than the 8192 of RFC 2683 3.2.1.5.
	 */
	LIMIT_COMMAND = 1024 * 1024,
	/* A line of it, without the literals: half, so that sets fit. */
	LIMIT_LINE = 512 * 1024,
	/* One literal that is no message: names, search strings. */
	LIMIT_LITERAL = 256 * 1024,
	/* A non-synchronizing literal refused is read and dropped so far. */
	LIMIT_DROP = 64 * 1024 * 1024,
	/* A tag; the RFC has none, the log line wants one. */
	LIMIT_TAG = 256,
	/* Ranges in a set; a command of LIMIT_LINE holds no more. */
	LIMIT_RANGES = 100000,
	/* Parentheses in a SEARCH program, NOT and OR included. */
	LIMIT_SEARCH_DEPTH = 100,
	/* Search keys in one command (as Courier). */
	LIMIT_SEARCH_KEYS = 1000,
	/* Criteria of one SORT (as Courier). */
	LIMIT_SORT_KEYS = 1000,
	/* Items in one FETCH. */
	LIMIT_FETCH_ITEMS = 200,
	/* Field names in one HEADER.FIELDS. */
	LIMIT_HEADER_NAMES = 200,
	/* Numbers in a section ("1.2.3..."), deeper than parts are kept. */
	LIMIT_SECTION_DEPTH = 128,
	/* Patterns of one LIST, wildcards of one pattern. */
	LIMIT_LIST_PATTERNS = 100,
	LIMIT_LIST_WILDCARDS = 100,
	/* Flags and keywords in one STORE or APPEND, and a keyword's length. */
	LIMIT_FLAGS = 1000,
	LIMIT_KEYWORD = 250,
	/* Messages of one MULTIAPPEND. */
	LIMIT_APPEND_MESSAGES = 10000,
	/* ID: RFC 2971 3.3. */
	LIMIT_ID_PAIRS = 30,
	LIMIT_ID_VALUE = 1024,
	/* Bad commands in a row (satchel-imap(7): Courier's number). */
	LIMIT_BAD = 10,
	/* Seconds: RFC 9051 5.4 (autologout), a literal, a stuck client. */
	LIMIT_IDLE_SECONDS = 30 * 60,
	LIMIT_LITERAL_SECONDS = 60,
	LIMIT_WRITE_SECONDS = 60,
};

#endif
