/* qp.c: RFC 2045 section 6.7 as a machine that holds what may yet matter. */
#include "text/qp.h"

#include <string.h>

#include "base/ascii.h"
#include "text/bytes.h"

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* What needs a second look: the rest goes out as it comes in. */
static bool
is_special(char c)
{
	return c == '=' || c == '\r' || is_blank(c);
}

/* What was held stands for itself. */
static void
spill(struct qp_dec *d, struct strbuf *out)
{
	strbuf_cat(out, strbuf_span(&d->held));
	strbuf_reset(&d->held);
}

static void
start(struct qp_dec *d, char c, struct strbuf *out)
{
	strbuf_putc(is_special(c) ? &d->held : out, c);
}

/* held is white space and at most one CR, which is at its end. */
static void
after_blank(struct qp_dec *d, char c, struct strbuf *out)
{
	bool cr = d->held.p[d->held.len - 1] == '\r';

	if (c == '\n') { /* white space before a line end is padding */
		strbuf_reset(&d->held);
		strbuf_puts(out, cr ? "\r\n" : "\n");
	} else if (!cr && (is_blank(c) || c == '\r')) {
		strbuf_putc(&d->held, c);
	} else {
		spill(d, out);
		start(d, c, out);
	}
}

/* held is "=", then one digit, or white space and at most one CR. */
static void
after_equals(struct qp_dec *d, char c, struct strbuf *out)
{
	int low = ascii_hex((unsigned char)c), high = -1;
	char last = d->held.p[d->held.len - 1];

	if (d->held.len == 2)
		high = ascii_hex((unsigned char)last);
	if (high >= 0 && low >= 0) {
		strbuf_reset(&d->held);
		strbuf_putc(out, (char)(high << 4 | low));
	} else if (high < 0 && c == '\n') { /* a soft line break */
		strbuf_reset(&d->held);
	} else if (high < 0 && last != '\r' && (is_blank(c) || c == '\r')) {
		strbuf_putc(&d->held, c);
	} else if (d->held.len == 1 && low >= 0) {
		strbuf_putc(&d->held, c);
	} else {
		d->damaged = true;
		spill(d, out);
		start(d, c, out);
	}
}

/* White space at the front of *in and what it is worth, if that is seen. */
static bool
p_blanks(struct span *in, char **to)
{
	const char *p = in->p;
	size_t n;

	while (p < in->end && is_blank(*p))
		p++;
	if (p == in->end || *p == '\r')
		return false;
	n = (size_t)(p - in->p);
	if (*p != '\n') /* else it is padding */
		memcpy(*to, in->p, n);
	*to += *p != '\n' ? n : 0;
	in->p = p;
	return true;
}

/* An escape or a soft break at the front of *in, if it is a whole one. */
static bool
p_escape(struct span *in, char **to)
{
	const char *p = in->p;
	int high, low;

	if (in->end - p < 3)
		return false;
	if (p[1] == '\n') {
		in->p += 2;
		return true;
	}
	if (p[1] != '\r' || p[2] != '\n') {
		high = ascii_hex((unsigned char)p[1]);
		low = ascii_hex((unsigned char)p[2]);
		if (high < 0 || low < 0)
			return false;
		*(*to)++ = (char)(high << 4 | low);
	}
	in->p += 3;
	return true;
}

/*
 * What can be told without a state: text, white space within a line, whole
 * escapes and soft breaks.  Takes that off *in.
 */
static void
add_easy(struct span *in, struct strbuf *out)
{
	char *to = strbuf_room(out, span_len(*in)), *start = to;
	bool easy = true;
	size_t n;

	while (easy && in->p < in->end) {
		n = bytes_unquoted(*in, to);
		to += n;
		in->p += n;
		if (*in->p == '=')
			easy = p_escape(in, &to);
		else if (is_blank(*in->p))
			easy = p_blanks(in, &to);
		else if (*in->p == '\r' &&
			 (in->end - in->p < 2 || in->p[1] != '\n'))
			easy = false;
		else
			*to++ = *in->p++;
	}
	*to = '\0';
	out->len += (size_t)(to - start);
}

void
qp_dec_add(struct qp_dec *d, struct span in, struct strbuf *out)
{
	while (in.p < in.end) {
		if (d->held.len == 0) {
			add_easy(&in, out);
			if (in.p == in.end)
				return;
			start(d, *in.p++, out);
		} else if (d->held.p[0] == '=') {
			after_equals(d, *in.p++, out);
		} else {
			after_blank(d, *in.p++, out);
		}
	}
}

/* The end of the data is the end of a line, too. */
void
qp_dec_end(struct qp_dec *d, struct strbuf *out)
{
	struct span held = strbuf_span(&d->held);
	bool hex = span_len(held) == 2 && *held.p == '=' &&
		   ascii_hex((unsigned char)held.p[1]) >= 0;

	if (hex)
		d->damaged = true;
	if (hex ||
	    (held.p < held.end && *held.p != '=' && held.end[-1] == '\r'))
		spill(d, out);
	strbuf_clear(&d->held);
}
