/* encword.c: RFC 2047 read leniently and written strictly. */
#include "text/encword.h"

#include <string.h>

#include "base/ascii.h"
#include "text/base64.h"
#include "text/charset.h"
#include "text/utf8.h"

enum {
	CHARSET_LEN = 100, /* with its language */
	WORD_LEN = 75, /* RFC 2047 section 2 */
};

struct word {
	struct span charset;
	bool b; /* base64, not Q */
	struct span text;
};

/* token, its end a "?" not far away; RFC 2231's "*" language cut off */
static bool
p_charset(struct span *in, struct span *charset)
{
	struct span s = *in, near = *in, head;

	if (span_len(near) > CHARSET_LEN + 1)
		near.end = near.p + CHARSET_LEN + 1;
	if (span_find(near, '?') == NULL)
		return false;
	head = span_cut(&s, '?');
	for (const char *p = head.p; p < head.end; p++)
		if (*p == ' ' || ascii_iscntrl((unsigned char)*p))
			return false;
	*charset = span_cut(&head, '*');
	*in = s;
	return span_len(*charset) > 0;
}

/*
 * encoded-word = "=?" charset "?" encoding "?" encoded-text "?="
 * White space in the text is let through: some mailers fold or forget "_".
 * No byte is looked at by more than four calls: each ends at the fourth "?".
 */
static bool
p_encoded_word(struct span *in, struct word *w)
{
	struct span s = *in;
	unsigned char c;

	if (!span_eat(&s, '=') || !span_eat(&s, '?') ||
	    !p_charset(&s, &w->charset) || s.p == s.end)
		return false;
	c = ascii_lower((unsigned char)*s.p++);
	if ((c != 'b' && c != 'q') || !span_eat(&s, '?'))
		return false;
	w->b = c == 'b';
	w->text = span_cut(&s, '?');
	if (!span_eat(&s, '='))
		return false;
	*in = s;
	return true;
}

/* The next word in *in, or false; *before is what stands before it. */
static bool
find_word(struct span *in, struct span *before, struct word *w)
{
	before->p = in->p;
	while ((before->end = span_find(*in, '=')) != NULL) {
		in->p = before->end;
		if (p_encoded_word(in, w))
			return true;
		in->p++;
	}
	before->end = in->p = in->end;
	return false;
}

static void
decode_q(struct span in, struct strbuf *out)
{
	int high, low;

	for (; in.p < in.end; in.p++) {
		if (*in.p == '\r' || *in.p == '\n')
			continue;
		if (*in.p == '=' && span_len(in) > 2) {
			high = ascii_hex((unsigned char)in.p[1]);
			low = ascii_hex((unsigned char)in.p[2]);
			if (high >= 0 && low >= 0) {
				strbuf_putc(out, (char)(high << 4 | low));
				in.p += 2;
				continue;
			}
		}
		strbuf_putc(out, *in.p == '_' ? ' ' : *in.p);
	}
}

static void
decode_word(const struct word *w, struct strbuf *out)
{
	struct base64_dec d = { 0 };

	if (!w->b) {
		decode_q(w->text, out);
		return;
	}
	base64_dec_add(&d, w->text, out);
	base64_dec_end(&d, out);
}

/* Adjacent words of one charset, which are converted as one. */
struct decoder {
	struct span gap; /* white space between the words before and these */
	struct span raw; /* the words as they stand; empty: there are none */
	struct span charset;
	struct strbuf bytes;
	bool decoded; /* the words before were */
};

/* Text that is no encoded word, without the line ends of folding. */
static void
put_plain(struct span in, struct strbuf *out)
{
	const char *charset = utf8_valid(in) ? "utf-8" : "iso-8859-1";
	struct span line;

	while (in.p < in.end) {
		line = span_cut(&in, '\n');
		if (line.p < line.end && line.end[-1] == '\r' &&
		    line.end + 1 == in.p)
			line.end--;
		(void)charset_to_utf8(span_str(charset), line, out);
	}
}

static void
flush(struct decoder *d, struct strbuf *out)
{
	struct span empty = { d->raw.end, d->raw.end };
	bool good;

	if (span_len(d->raw) == 0)
		return;
	if (!d->decoded)
		put_plain(d->gap, out);
	good = charset_to_utf8(d->charset, strbuf_span(&d->bytes), out);
	if (!good && d->decoded)
		put_plain(d->gap, out);
	if (!good)
		put_plain(d->raw, out);
	d->decoded = good;
	d->raw = d->gap = empty;
	strbuf_reset(&d->bytes);
}

void
encword_decode(struct span in, struct strbuf *out)
{
	struct decoder d = { 0 };
	struct span before;
	struct word w;
	bool found, gap;

	d.raw = d.gap = span_of(in.p, 0);
	do {
		found = find_word(&in, &before, &w);
		gap = found && span_len(d.raw) > 0 &&
		      span_len(span_trim(before)) == 0;
		if (!gap || !span_case_eq(w.charset, d.charset)) {
			flush(&d, out);
			d.raw.p = before.end;
			d.gap = before;
			d.charset = w.charset;
		}
		if (!gap) {
			put_plain(before, out);
			d.gap.p = d.gap.end;
		}
		if (found) {
			d.raw.end = in.p;
			decode_word(&w, &d.bytes);
		}
	} while (found);
	strbuf_clear(&d.bytes);
}

static bool
is_blank(char c)
{
	return c == '\0' || ascii_isspace((unsigned char)c);
}

static struct span
take_blanks(struct span *in)
{
	struct span s = *in;

	while (in->p < in->end && is_blank(*in->p))
		in->p++;
	s.end = in->p;
	return s;
}

static struct span
take_word(struct span *in)
{
	struct span s = *in;

	while (in->p < in->end && !is_blank(*in->p))
		in->p++;
	s.end = in->p;
	return s;
}

/* NUL, CR and LF cannot stand in a header. */
static char
clean(char c)
{
	return is_blank(c) && c != '\t' ? ' ' : c;
}

static void
put_clean(struct span s, struct strbuf *out)
{
	for (; s.p < s.end; s.p++)
		strbuf_putc(out, clean(*s.p));
}

/* RFC 2047 section 5 (3): what Q may leave alone wherever a word may be. */
static bool
is_q_plain(char c)
{
	return ascii_isalpha((unsigned char)c) ||
	       ascii_isdigit((unsigned char)c) ||
	       (c != '\0' && strchr("!*+-/ ", c) != NULL);
}

static size_t
q_len(struct span s)
{
	size_t n = 0;

	for (; s.p < s.end; s.p++)
		n += is_q_plain(clean(*s.p)) ? 1 : 3;
	return n;
}

static size_t
b_len(struct span s)
{
	return (span_len(s) + 2) / 3 * 4;
}

static void
put_q(struct span s, struct strbuf *out)
{
	static const char digits[] = "0123456789ABCDEF";

	for (; s.p < s.end; s.p++) {
		char c = clean(*s.p);

		if (c == ' ') {
			strbuf_putc(out, '_');
		} else if (is_q_plain(c)) {
			strbuf_putc(out, c);
		} else {
			strbuf_putc(out, '=');
			strbuf_putc(out, digits[(unsigned char)c >> 4]);
			strbuf_putc(out, digits[(unsigned char)c & 15]);
		}
	}
}

static void
put_b(struct span s, struct strbuf *out)
{
	struct strbuf b = { 0 };

	put_clean(s, &b);
	base64_encode(strbuf_span(&b), out);
	strbuf_clear(&b);
}

/* The characters at the front of *s that fill a word of max bytes of text. */
static struct span
take_fitting(struct span *s, bool utf8, bool b, size_t max)
{
	struct span head = { s->p, s->p }, next = *s, one = *s;
	size_t used = 0;
	uint32_t cp;

	while (s->p < s->end) {
		next.p = s->p;
		if (!utf8 || !utf8_next(&next, &cp))
			next.p = s->p + 1;
		one.p = b ? head.p : s->p;
		one.end = next.p;
		used = b ? b_len(one) : used + q_len(one);
		if (used > max)
			break;
		s->p = head.end = next.p;
	}
	return head;
}

static void
put_encoded(struct span s, bool utf8, struct strbuf *out)
{
	const char *charset = utf8 ? "=?UTF-8?" : "=?UNKNOWN-8BIT?";
	bool b = b_len(s) < q_len(s), first = true;
	size_t max = WORD_LEN - strlen(charset) -
		     strlen("Q?"
			    "?=");
	struct span part;

	for (; s.p < s.end; first = false) {
		part = take_fitting(&s, utf8, b, max);
		if (!first)
			strbuf_putc(out, ' ');
		strbuf_puts(out, charset);
		strbuf_puts(out, b ? "B?" : "Q?");
		if (b)
			put_b(part, out);
		else
			put_q(part, out);
		strbuf_puts(out, "?=");
	}
}

/* Whether w ends with an encoded word. */
static bool
ends_word(struct span w)
{
	struct span before;
	struct word found;

	while (find_word(&w, &before, &found))
		if (w.p == w.end)
			return true;
	return false;
}

/* The end of the words with 8-bit bytes that begin with one at in.p. */
static const char *
run_end(struct span in)
{
	const char *end = in.p;

	while (!utf8_is_ascii(take_word(&in))) {
		end = in.p;
		(void)take_blanks(&in);
	}
	return end;
}

/* Past the blanks at in.p when an encoded word follows them, else in.p. */
static const char *
gap_before_word(struct span in)
{
	struct span gap = take_blanks(&in);
	struct word w;

	return span_len(gap) > 0 && p_encoded_word(&in, &w) ? gap.end : gap.p;
}

/*
 * White space beside encoded words that were there before would vanish when
 * all are decoded, so it is encoded, too, and a space added.
 */
void
encword_encode(struct span in, struct strbuf *out)
{
	bool utf8 = utf8_valid(in), after_word = false;
	struct span gap, run;

	while (in.p < in.end) {
		gap = take_blanks(&in);
		run.p = in.p;
		run.end = run_end(in);
		if (run.end == run.p) {
			put_clean(gap, out);
			run = take_word(&in);
			strbuf_cat(out, run);
			after_word = ends_word(run);
			continue;
		}
		if (after_word && span_len(gap) > 0) {
			run.p = gap.p;
			gap = span_str(" ");
		}
		put_clean(gap, out);
		in.p = run.end;
		run.end = gap_before_word(in);
		put_encoded(run, utf8, out);
		if (run.end > in.p)
			strbuf_putc(out, ' ');
		in.p = run.end;
		after_word = false;
	}
}
