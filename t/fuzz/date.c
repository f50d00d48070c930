/* date.c: a date that IMAP accepts is printed as one that it accepts. */
#include "text/date.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct span in = span_of(data, len), s = in;
	struct strbuf out = { 0 };
	struct date_day day;
	int64_t t, back;

	if (date_parse_rfc5322(in, &t, &day) || date_parse_imap_time(&s, &t)) {
		date_put_imap_time(&out, t);
		s = strbuf_span(&out);
		if (out.len != 26 || !date_parse_imap_time(&s, &back))
			abort();
		if (back != t && t > -62135400000 && t < 253402200000)
			abort();
	}
	s = in;
	if (date_parse_imap_day(&s, &day) &&
	    (date_day_cmp(day, day) != 0 || s.p == in.p))
		abort();
	strbuf_clear(&out);
	return 0;
}
