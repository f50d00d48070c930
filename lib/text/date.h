/* date.h: dates of messages (RFC 5322 3.3) and of IMAP (RFC 9051 9). */
#ifndef TEXT_DATE_H
#define TEXT_DATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"
#include "base/strbuf.h"

/* A calendar day, 1-based; compare with date_day_cmp(). */
struct date_day {
	int year;
	int month;
	int day;
};

int date_day_cmp(struct date_day a, struct date_day b);

/*
 * The value of a Date header field: *t is the time in UTC, *day the day as
 * written, its zone disregarded (RFC 9051 6.4.4, SENTON).  Obsolete forms
 * (two-digit years, zone names, comments, no day of the week, missing
 * seconds) are read; false for what is not a date.
 */
bool date_parse_rfc5322(struct span in, int64_t *t, struct date_day *day);

/*
 * For a date that the above refuses, its time being wrong: the begin of its day
 * (RFC 5256 section 2.2).  False when there is no day either.
 */
bool date_parse_sent_day(struct span in, int64_t *t);

/* "day-Mon-year" at the front of *in, as SEARCH has it, without quotes. */
bool date_parse_imap_day(struct span *in, struct date_day *day);

/* "dd-Mon-yyyy hh:mm:ss +zzzz" (26 bytes, no quotes), APPEND's date-time. */
bool date_parse_imap_time(struct span *in, int64_t *t);

/* Append t as such a date-time, in the local zone (TZ at the last tzset()). */
void date_put_imap_time(struct strbuf *out, int64_t t);

/* The same for many dates, of which some are of one day.  All zero is ready. */
enum { DATE_IMAP_LEN = 26 };
struct date_memo {
	bool known; /* all of the day utc is so far east */
	bool framed; /* text is right but for the time of day */
	int east; /* minutes */
	int64_t utc, day; /* in UTC and there, since 1970 */
	int64_t from, to; /* only that is other for these: from..to-1 */
	int64_t midnight; /* when day began, or would have there */
	char text[DATE_IMAP_LEN];
};

/* In memo, until the next call. */
struct span date_imap_time(struct date_memo *memo, int64_t t);

/* The day that t falls on in the local zone. */
struct date_day date_local_day(int64_t t);

#endif
