/* date.c: dates read, dates refused, and the local zone. */
#include "text/date.h"

#include <time.h>

#include "base/nelem.h"
#include "tap.h"

static const struct {
	const char *in;
	int64_t t;
	struct date_day day;
} mail[] = {
	/* clang-format off */
	{ "Fri, 21 Nov 1997 09:55:06 -0600", 880127706, { 1997, 11, 21 } },
	{ "Tue, 1 Jul 2003 10:52:37 +0200", 1057049557, { 2003, 7, 1 } },
	{ "21 Nov 97 09:55:06 GMT", 880106106, { 1997, 11, 21 } },
	{ "Fri, 21 Nov 1997 09(comment):   55  :  06 -0600",
	    880127706, { 1997, 11, 21 } },
	{ "Thu,\r\n\t13\r\n\t Feb\r\n\t  1969\r\n      23:32\r\n"
	    "\t\t -0330 (Newfoundland Time)", -27723480, { 1969, 2, 13 } },
	{ "1 Jan 1970 00:00:00 +0000", 0, { 1970, 1, 1 } },
	{ "1 Jan 1970 00:00 +0000", 0, { 1970, 1, 1 } },
	{ "1 Jan 1970 00:00:00", 0, { 1970, 1, 1 } },
	{ "1 Jan 70 00:00:00 Z", 0, { 1970, 1, 1 } },
	{ "1 Jan 070 00:00:00 Z", 0, { 1970, 1, 1 } },
	{ "1 Jan 00 00:00:00 UT", 946684800, { 2000, 1, 1 } },
	{ "1 Jan 49 00:00:00 UT", 2493072000, { 2049, 1, 1 } },
	{ "1 Jan 50 00:00:00 UT", -631152000, { 1950, 1, 1 } },
	{ "1 Jan 100 00:00:00 UT", 946684800, { 2000, 1, 1 } },
	{ "01 jan 1970 00:00:00 EST", 18000, { 1970, 1, 1 } },
	{ "01 JAN 1970 00:00:00 pdt", 25200, { 1970, 1, 1 } },
	{ "1 Jan 1970 00:00:00 A", 0, { 1970, 1, 1 } },
	{ "1 Jan 1970 00:00:00 CEST", 0, { 1970, 1, 1 } },
	{ "1 Jan 1970 00:00:00 +9", 0, { 1970, 1, 1 } },
	{ "1 Jan 1970 00:00:00 +0060", 0, { 1970, 1, 1 } },
	{ "1 Jan 1970 00:00:00 +0000 junk", 0, { 1970, 1, 1 } },
	{ "1 Jan 1970 00:00:00 +0000 (open", 0, { 1970, 1, 1 } },
	{ "Thu 1 Jan 1970 00:00:00 +0000", 0, { 1970, 1, 1 } },
	{ "(a (nested \\) one) ) Thu (b) , 1 (c) Jan 1970 (d) 0:0:0 (e) UT",
	    0, { 1970, 1, 1 } },
	{ "1 September 2001 00:00:00 UT", 999302400, { 2001, 9, 1 } },
	{ "1 Sept 2001 00:00:00 UT", 999302400, { 2001, 9, 1 } },
	{ "29 Feb 2000 00:00:00 +0000", 951782400, { 2000, 2, 29 } },
	{ "31 Dec 1998 23:59:60 +0000", 915148800, { 1998, 12, 31 } },
	{ "31 Dec 9999 23:59:59 +0000", 253402300799, { 9999, 12, 31 } },
	{ "1 Jan 0001 00:00:00 +0000", -62135596800, { 1, 1, 1 } },
	{ "1 Jan 1970 23:59:59 -0001", 86459, { 1970, 1, 1 } },
	/* clang-format on */
};

static const char *const not_mail[] = {
	/* clang-format off */
	"", " ", "Thu,", "(open", "1", "1 Jan", "1 Jan 1970", "1 Jan 1970 00",
	"1 Jan 1970 00:", "1 Jan 1970 00:00:", "0 Jan 1970 00:00:00 +0000",
	"32 Jan 1970 00:00:00 +0000", "29 Feb 1900 00:00:00 +0000",
	"30 Feb 2000 00:00:00 +0000", "31 Apr 2000 00:00:00 +0000",
	"1 Foo 1970 00:00:00 +0000", "1 Ja 1970 00:00:00 +0000",
	"1 Januaryy 1970 00:00:00 +0000", "1 Jan 7 00:00:00 +0000",
	"1 Jan 10000 00:00:00 +0000", "1 Jan 1970 24:00:00 +0000",
	"1 Jan 1970 00:60:00 +0000", "1 Jan 1970 00:00:61 +0000",
	"001 Jan 1970 00:00:00 +0000", "99999999999 Jan 1970 00:00:00",
	"1 Jan 99999999999999999999 00:00:00", "-1 Jan 1970 00:00:00",
	"1 Jan \xff 00:00:00", "yesterday", "2001-01-01T00:00:00Z",
	/* clang-format on */
};

static const struct {
	const char *in;
	bool good;
	struct date_day day;
	const char *rest;
} days[] = {
	/* clang-format off */
	{ "1-Feb-1994", true, { 1994, 2, 1 }, "" },
	{ "01-feb-1994 X", true, { 1994, 2, 1 }, " X" },
	{ "31-DEC-2020\"", true, { 2020, 12, 31 }, "\"" },
	{ "", false, { 0, 0, 0 }, "" },
	{ "0-Feb-1994", false, { 0, 0, 0 }, "0-Feb-1994" },
	{ "32-Jan-1994", false, { 0, 0, 0 }, "32-Jan-1994" },
	{ "001-Jan-1994", false, { 0, 0, 0 }, "001-Jan-1994" },
	{ "1-Jan-94", false, { 0, 0, 0 }, "1-Jan-94" },
	{ "1-June-1994", false, { 0, 0, 0 }, "1-June-1994" },
	{ "1-Foo-1994", false, { 0, 0, 0 }, "1-Foo-1994" },
	{ "1 Jan 1994", false, { 0, 0, 0 }, "1 Jan 1994" },
	/* clang-format on */
};

static const struct {
	const char *in;
	bool good;
	int64_t t;
} times[] = {
	/* clang-format off */
	{ "01-Jan-1970 00:00:00 +0000", true, 0 },
	{ " 1-Jan-1970 00:00:00 +0000", true, 0 },
	{ "17-Jul-1996 02:44:25 -0700", true, 837596665 },
	{ "31-Dec-1969 23:59:59 -0000", true, -1 },
	{ "01-Jan-1970 05:30:00 +0530", true, 0 },
	{ "1-Jan-1970 00:00:00 +0000", false, 0 },
	{ " 01-Jan-1970 00:00:00 +0000", false, 0 },
	{ "00-Jan-1970 00:00:00 +0000", false, 0 },
	{ "31-Feb-1970 00:00:00 +0000", false, 0 },
	{ "01-Jan-1970 24:00:00 +0000", false, 0 },
	{ "01-Jan-1970 00:60:00 +0000", false, 0 },
	{ "01-Jan-1970 00:00:61 +0000", false, 0 },
	{ "01-Jan-1970 00:00:00 +0060", false, 0 },
	{ "01-Jan-1970 00:00:00 0000", false, 0 },
	{ "01-Jan-1970  00:00:00 +0000", false, 0 },
	{ "01-Jan-70 00:00:00 +0000", false, 0 },
	{ "01-\xff" "an-1970 00:00:00 +0000", false, 0 },
	/* clang-format on */
};

static const struct {
	const char *tz;
	int64_t t;
	const char *out;
	struct date_day day;
} locals[] = {
	/* clang-format off */
	{ "UTC0", 0, "01-Jan-1970 00:00:00 +0000", { 1970, 1, 1 } },
	{ "UTC0", 951782399, "28-Feb-2000 23:59:59 +0000", { 2000, 2, 28 } },
	{ "XXX-5:30", 0, "01-Jan-1970 05:30:00 +0530", { 1970, 1, 1 } },
	{ "XXX3:30", 0, "31-Dec-1969 20:30:00 -0330", { 1969, 12, 31 } },
	{ "XXX0:15", 0, "31-Dec-1969 23:45:00 -0015", { 1969, 12, 31 } },
	{ "CET-1CEST,M3.5.0,M10.5.0/3", 1593561600,
	    "01-Jul-2020 02:00:00 +0200", { 2020, 7, 1 } },
	{ "CET-1CEST,M3.5.0,M10.5.0/3", 1577836800,
	    "01-Jan-2020 01:00:00 +0100", { 2020, 1, 1 } },
	{ "XXX0:00:30", 0, "01-Jan-1970 00:00:00 +0000", { 1970, 1, 1 } },
	{ "UTC0", INT64_MIN, "02-Jan-0001 00:00:00 +0000", { 1, 1, 2 } },
	{ "UTC0", INT64_MAX, "31-Dec-9999 00:00:00 +0000", { 9999, 12, 31 } },
	/* clang-format on */
};

static void
test_mail(void)
{
	for (size_t i = 0; i < NELEM(mail); i++) {
		int64_t t = 7;
		struct date_day d = { 7, 7, 7 };
		size_t len = strlen(mail[i].in);

		ok(date_parse_rfc5322(tap_exact(mail[i].in, len), &t, &d) &&
			t == mail[i].t && date_day_cmp(d, mail[i].day) == 0,
		    "%s: %lld", mail[i].in, (long long)t);
		for (size_t n = 0; n < len; n++)
			(void)date_parse_rfc5322(tap_exact(mail[i].in, n), &t,
			    &d); /* must not read on */
	}
	for (size_t i = 0; i < NELEM(not_mail); i++) {
		int64_t t = 7;
		struct date_day d = { 7, 7, 7 };

		ok(!date_parse_rfc5322(
		       tap_exact(not_mail[i], strlen(not_mail[i])), &t, &d) &&
			t == 7 && d.year == 7,
		    "refused: %s", not_mail[i]);
	}
}

static void
test_imap(void)
{
	for (size_t i = 0; i < NELEM(days); i++) {
		struct span s = tap_exact(days[i].in, strlen(days[i].in));
		struct date_day d = { 0, 0, 0 };

		ok(date_parse_imap_day(&s, &d) == days[i].good &&
			date_day_cmp(d, days[i].day) == 0 &&
			span_is(s, days[i].rest),
		    "day: %s", days[i].in);
	}
	for (size_t i = 0; i < NELEM(times); i++) {
		size_t len = strlen(times[i].in);
		struct span s = tap_exact(times[i].in, len);
		const char *start = s.p;
		int64_t t = 7;

		ok(date_parse_imap_time(&s, &t) == times[i].good &&
			t == (times[i].good ? times[i].t : 7) &&
			s.p == (times[i].good ? s.end : start),
		    "time: %s", times[i].in);
	}
	for (size_t n = 0; n < 26; n++) {
		struct span s = tap_exact(times[0].in, n);
		int64_t t;

		ok(!date_parse_imap_time(&s, &t), "cut to %u", (unsigned)n);
	}
}

static void
test_local(void)
{
	struct strbuf b = { 0 };

	for (size_t i = 0; i < NELEM(locals); i++) {
		setenv("TZ", locals[i].tz, 1);
		tzset();
		strbuf_reset(&b);
		date_put_imap_time(&b, locals[i].t);
		ok(span_is(strbuf_span(&b), locals[i].out) &&
			date_day_cmp(
			    date_local_day(locals[i].t), locals[i].day) == 0,
		    "%s: %s", locals[i].tz, b.p);
	}
	strbuf_clear(&b);
}

/* With what is remembered it is the same, also where clocks change. */
static void
test_memo(const char *zone)
{
	struct date_memo memo = { 0 };
	struct strbuf b = { 0 };
	bool good = true;
	int64_t t = INT64_C(1672531200);

	setenv("TZ", zone, 1);
	tzset();
	for (int i = 0; i < 100000 && good; i++, t += i % 7 == 0 ? -977 : 499) {
		strbuf_reset(&b);
		date_put_imap_time(&b, t);
		good = span_eq(strbuf_span(&b), date_imap_time(&memo, t));
	}
	ok(good, "%s: a year of dates with a memo", zone);
	strbuf_clear(&b);
}

/* Every day of 800 years against the C library. */
static void
test_calendar(void)
{
	struct strbuf b = { 0 };
	bool good = true;

	setenv("TZ", "UTC0", 1);
	tzset();
	for (int64_t t = -INT64_C(12622780800);
	     t < INT64_C(12622780800) && good; t += 86399) {
		struct date_day d = date_local_day(t);
		time_t when = (time_t)t;
		struct tm tm;
		int64_t back;

		strbuf_reset(&b);
		date_put_imap_time(&b, t);
		struct span s = strbuf_span(&b);
		good = gmtime_r(&when, &tm) != NULL &&
		       d.year == tm.tm_year + 1900 &&
		       d.month == tm.tm_mon + 1 && d.day == tm.tm_mday &&
		       date_parse_imap_time(&s, &back) && back == t;
	}
	ok(good, "eight hundred years of days there and back");
	strbuf_clear(&b);
}

int
main(void)
{
	test_mail();
	test_imap();
	test_local();
	test_memo("UTC0");
	test_memo("CET-1CEST,M3.5.0,M10.5.0/3");
	test_memo("LHST-10:30LHDT-11,M10.1.0,M4.1.0");
	test_calendar();
	return done_testing();
}
