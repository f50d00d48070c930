/* date.c: three grammars of dates over one calendar. */
#include "text/date.h"

#include <stddef.h>
#include <string.h>
#include <time.h>

#include "base/ascii.h"
#include "base/nelem.h"
#include "base/num.h"

enum { DAY_LEN = 86400, COMMENT_DEPTH = 1000 };

/* What IMAP can say: 2 January of year 1 to 31 December 9999, any zone. */
#define first_time INT64_C(-62135510400)
#define last_time  INT64_C(253402214400)

static const char *const months[] = { "january", "february", "march", "april",
	"may", "june", "july", "august", "september", "october", "november",
	"december" };

/* Day 0 is 1 January 1970; years begin in March, so that leap days end one. */
static int64_t
to_days(struct date_day d)
{
	int64_t y = d.month <= 2 ? d.year - 1 : d.year;
	int64_t era = (y >= 0 ? y : y - 399) / 400, in_era = y - era * 400;
	int64_t of_year = (153 * ((d.month + 9) % 12) + 2) / 5 + d.day - 1;

	return era * 146097 + in_era * 365 + in_era / 4 - in_era / 100 +
	       of_year - 719468;
}

static struct date_day
from_days(int64_t days)
{
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097, n = z - era * 146097;
	int64_t y = (n - n / 1460 + n / 36524 - n / 146096) / 365;
	int64_t of_year = n - (365 * y + y / 4 - y / 100);
	int64_t m = (5 * of_year + 2) / 153;
	struct date_day d;

	d.day = (int)(of_year - (153 * m + 2) / 5 + 1);
	d.month = (int)(m < 10 ? m + 3 : m - 9);
	d.year = (int)(y + era * 400 + (d.month <= 2));
	return d;
}

static bool
exists(struct date_day d)
{
	struct date_day same;

	if (d.day < 1 || d.day > 31)
		return false;
	if (d.day <= 28) /* in every month */
		return true;
	same = from_days(to_days(d));
	return date_day_cmp(d, same) == 0;
}

int
date_day_cmp(struct date_day a, struct date_day b)
{
	if (a.year != b.year)
		return a.year < b.year ? -1 : 1;
	if (a.month != b.month)
		return a.month < b.month ? -1 : 1;
	return a.day < b.day ? -1 : a.day > b.day;
}

/* What stands between the tokens of a date; false for an open comment. */
static bool
skip_cfws(struct span *in)
{
	unsigned depth = 0;
	char c;

	for (; in->p < in->end; in->p++) {
		c = *in->p;
		if (c == '(' && depth < COMMENT_DEPTH)
			depth++;
		else if (c == ')' && depth > 0)
			depth--;
		else if (c == '\\' && depth > 0 && span_len(*in) > 1)
			in->p++;
		else if (depth == 0 && !ascii_isspace((unsigned char)c))
			break;
	}
	return depth == 0;
}

static struct span
word(struct span *in)
{
	struct span w = *in;

	while (in->p < in->end && ascii_isalpha((unsigned char)*in->p))
		in->p++;
	w.end = in->p;
	return w;
}

/* Three letters, or more of the month's name ("Sept", "June"). */
static bool
p_month(struct span *in, size_t max, int *month)
{
	struct span s = *in, w = word(&s), name;
	size_t len = span_len(w);

	if (len < 3 || len > max)
		return false;
	for (size_t i = 0; i < NELEM(months); i++) {
		name = span_str(months[i]);
		if ((*w.p & 0x5f) != (*name.p & 0x5f) || len > span_len(name) ||
		    !span_case_eq(w, span_of(name.p, len)))
			continue;
		*in = s;
		*month = (int)i + 1;
		return true;
	}
	return false;
}

/* RFC 5322 section 4.3: years of two and three digits. */
static bool
p_year(struct span *in, int *year)
{
	const char *start = in->p;
	uint32_t y;

	if (!num_u32(in, &y) || y > 9999)
		return false;
	switch (in->p - start) {
	case 1:
		return false;
	case 2:
		y += y < 50 ? 2000 : 1900;
		break;
	case 3:
		y += 1900;
	}
	*year = (int)y;
	return true;
}

/* One or two digits up to max. */
static bool
p_small(struct span *in, uint32_t max, int64_t *out)
{
	struct span s = *in;
	uint32_t n;

	if (!num_u32(&s, &n) || s.p - in->p > 2 || n > max)
		return false;
	*in = s;
	*out = n;
	return true;
}

/* [day-of-week ","] day month year */
static bool
p_day(struct span *in, struct date_day *d)
{
	int64_t day;

	if (!skip_cfws(in))
		return false;
	if (span_len(word(in)) > 0 && !skip_cfws(in))
		return false;
	if (span_eat(in, ',') && !skip_cfws(in))
		return false;
	if (!p_small(in, 31, &day) || !skip_cfws(in) ||
	    !p_month(in, 9, &d->month) || !skip_cfws(in) ||
	    !p_year(in, &d->year))
		return false;
	d->day = (int)day;
	return exists(*d);
}

/* hour ":" minute [":" second], with the obsolete white space */
static bool
p_time_of_day(struct span *in, int64_t *secs)
{
	int64_t h, m, s = 0;

	if (!p_small(in, 23, &h) || !skip_cfws(in) || !span_eat(in, ':') ||
	    !skip_cfws(in) || !p_small(in, 59, &m) || !skip_cfws(in))
		return false;
	if (span_eat(in, ':') && (!skip_cfws(in) || !p_small(in, 60, &s)))
		return false;
	*secs = h * 3600 + m * 60 + s;
	return true;
}

/* ("+" / "-") 4DIGIT, in seconds */
static bool
p_offset(struct span *in, int *east)
{
	struct span s = *in;
	bool minus = span_at(&s, '-');
	uint32_t h, m;

	if ((!span_eat(&s, '-') && !span_eat(&s, '+')) ||
	    !num_fixed(&s, 2, &h) || !num_fixed(&s, 2, &m) || m > 59)
		return false;
	*in = s;
	*east = (int)(h * 3600 + m * 60) * (minus ? -1 : 1);
	return true;
}

/* What is not known, the military letters among it, is UTC (section 4.3). */
static int
zone(struct span *in)
{
	static const struct {
		const char *name;
		int hours;
	} zones[] = { { "EST", -5 }, { "EDT", -4 }, { "CST", -6 },
		{ "CDT", -5 }, { "MST", -7 }, { "MDT", -6 }, { "PST", -8 },
		{ "PDT", -7 } };
	struct span w;
	int east;

	if (!skip_cfws(in))
		return 0;
	if (p_offset(in, &east))
		return east;
	w = word(in);
	for (size_t i = 0; i < NELEM(zones); i++)
		if (span_case_is(w, zones[i].name))
			return zones[i].hours * 3600;
	return 0;
}

bool
date_parse_rfc5322(struct span in, int64_t *t, struct date_day *day)
{
	struct date_day d = { 0 };
	int64_t secs;

	if (!p_day(&in, &d) || !skip_cfws(&in) || !p_time_of_day(&in, &secs))
		return false;
	*t = to_days(d) * DAY_LEN + secs - zone(&in);
	*day = d;
	return true;
}

bool
date_parse_sent_day(struct span in, int64_t *t)
{
	struct date_day d = { 0 };

	if (!p_day(&in, &d))
		return false;
	*t = to_days(d) * DAY_LEN;
	return true;
}

/* "-" date-month "-" date-year */
static bool
p_month_year(struct span *in, struct date_day *d)
{
	uint32_t year;

	if (!span_eat(in, '-') || !p_month(in, 3, &d->month) ||
	    !span_eat(in, '-') || !num_fixed(in, 4, &year))
		return false;
	d->year = (int)year;
	return true;
}

/* date-text = date-day "-" date-month "-" date-year, date-day = 1*2DIGIT */
bool
date_parse_imap_day(struct span *in, struct date_day *day)
{
	struct date_day d = { 0 };
	struct span s = *in;
	int64_t n;

	if (!p_small(&s, 31, &n) || n == 0 || !p_month_year(&s, &d))
		return false;
	d.day = (int)n;
	*in = s;
	*day = d;
	return true;
}

/* time = 2DIGIT ":" 2DIGIT ":" 2DIGIT */
static bool
p_time(struct span *in, int64_t *secs)
{
	uint32_t h, m, s;

	if (!num_fixed(in, 2, &h) || !span_eat(in, ':') ||
	    !num_fixed(in, 2, &m) || !span_eat(in, ':') ||
	    !num_fixed(in, 2, &s) || h > 23 || m > 59 || s > 60)
		return false;
	*secs = h * 3600 + m * 60 + s;
	return true;
}

/*
 * date-time = date-day-fixed "-" date-month "-" date-year SP time SP zone,
 * date-day-fixed = (SP DIGIT) / 2DIGIT
 */
bool
date_parse_imap_time(struct span *in, int64_t *t)
{
	struct date_day d = { 0 };
	struct span s = *in;
	int64_t secs;
	uint32_t n;
	int east;

	if (!num_fixed(&s, span_eat(&s, ' ') ? 1 : 2, &n))
		return false;
	d.day = (int)n;
	if (!p_month_year(&s, &d) || !exists(d) || !span_eat(&s, ' ') ||
	    !p_time(&s, &secs) || !span_eat(&s, ' ') || !p_offset(&s, &east))
		return false;
	*in = s;
	*t = to_days(d) * DAY_LEN + secs - east;
	return true;
}

/* The offset of the local zone at t, in whole minutes: all a date can say. */
static int
local_minutes(int64_t t)
{
	time_t when = (time_t)t;
	struct tm tm;

	return localtime_r(&when, &tm) == NULL ? 0 : (int)(tm.tm_gmtoff / 60);
}

static int64_t
in_range(int64_t t)
{
	return t < first_time ? first_time : t > last_time ? last_time : t;
}

static int64_t
smaller(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t
larger(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* Whole days, rounded down. */
static int64_t
days_of(int64_t secs)
{
	return (secs >= 0 ? secs : secs - (DAY_LEN - 1)) / DAY_LEN;
}

static void
put_digits(char *to, int n, unsigned width)
{
	for (unsigned i = width; i > 0; i--, n /= 10)
		to[i - 1] = (char)('0' + n % 10);
}

static void
put_two(char *to, int n)
{
	to[0] = (char)('0' + n / 10);
	to[1] = (char)('0' + n % 10);
}

static void
put_time(char *to, int secs)
{
	put_two(to, secs / 3600);
	put_two(to + 3, secs / 60 % 60);
	put_two(to + 6, secs % 60);
}

/* All of a date-time but the time, in a zone that is east minutes east. */
static void
put_frame(char *to, struct date_day d, int east)
{
	memcpy(to, "dd-Mon-yyyy hh:mm:ss +zzzz", DATE_IMAP_LEN);
	put_digits(to, d.day, 2);
	to[3] = (char)ascii_upper((unsigned char)*months[d.month - 1]);
	memcpy(to + 4, months[d.month - 1] + 1, 2);
	put_digits(to + 7, d.year, 4);
	to[21] = east < 0 ? '-' : '+';
	east = east < 0 ? -east : east;
	put_digits(to + 22, east / 60 * 100 + east % 60, 4);
}

void
date_put_imap_time(struct strbuf *out, int64_t t)
{
	int east = local_minutes(in_range(t));
	int64_t here = in_range(t) + east * 60;
	char text[DATE_IMAP_LEN];

	put_frame(text, from_days(days_of(here)), east);
	put_time(text + 12, (int)(here - days_of(here) * DAY_LEN));
	strbuf_add(out, text, sizeof text);
}

/* No zone leaves its offset and comes back to it within a day. */
static void
learn(struct date_memo *memo, int64_t utc)
{
	int first = local_minutes(utc * DAY_LEN);

	memo->known = first == local_minutes(utc * DAY_LEN + DAY_LEN - 1);
	memo->utc = utc;
	memo->east = first;
	memo->framed = false;
}

/* What t has in common with others of its day, in UTC and in the zone. */
static void
frame(struct date_memo *memo, int64_t t)
{
	int64_t utc = days_of(t), day;

	if (!memo->known || memo->utc != utc)
		learn(memo, utc);
	if (!memo->known) {
		memo->east = local_minutes(t);
		memo->framed = false;
	}
	day = days_of(t + memo->east * 60);
	if (!memo->framed || memo->day != day)
		put_frame(memo->text, from_days(day), memo->east);
	memo->framed = true;
	memo->day = day;
	memo->midnight = day * DAY_LEN - memo->east * 60;
	/* where both days are the same */
	memo->from = larger(larger(memo->midnight, utc * DAY_LEN), first_time);
	memo->to = smaller(memo->midnight, utc * DAY_LEN) + DAY_LEN;
	if (!memo->known || memo->to > last_time)
		memo->to = memo->from; /* each is looked at */
}

struct span
date_imap_time(struct date_memo *memo, int64_t t)
{
	if (t < memo->from || t >= memo->to) {
		t = in_range(t);
		frame(memo, t);
	}
	put_time(memo->text + 12, (int)(t - memo->midnight));
	return span_of(memo->text, DATE_IMAP_LEN);
}

struct date_day
date_local_day(int64_t t)
{
	return from_days(
	    days_of(in_range(t) + local_minutes(in_range(t)) * 60));
}
