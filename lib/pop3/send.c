/* send.c: line ends, dots, and where TOP stops. */
#include "pop3/send.h"

#include <string.h>

#include "text/bytes.h"

void
send_begin(struct send *s, struct wr *out)
{
	*s = (struct send){ .out = out, .blank = true, .bol = true };
}

void
send_begin_top(struct send *s, struct wr *out, uint64_t lines)
{
	send_begin(s, out);
	s->top = true;
	s->lines = lines;
}

/* A piece of one line, with its LF or without: what it means for TOP. */
static void
pass_line(struct send *s, struct span line)
{
	bool ends = line.end[-1] == '\n';

	if (s->body) {
		s->lines -= ends;
		return;
	}
	for (const char *p = line.p; p < line.end; p++)
		if (*p != '\r' && *p != '\n')
			s->blank = false;
	if (ends) {
		s->body = s->blank;
		s->blank = true;
	}
}

/* As much of piece as TOP wants. */
static struct span
cut(struct send *s, struct span piece)
{
	struct span rest = piece, line;
	const char *lf;

	while (rest.p < rest.end) {
		if (s->body && s->lines == 0) {
			s->done = true;
			break;
		}
		lf = span_find(rest, '\n');
		line.p = rest.p;
		line.end = lf == NULL ? rest.end : lf + 1;
		pass_line(s, line);
		rest.p = line.end;
	}
	piece.end = rest.p;
	return piece;
}

/* Line by line: lines are shorter than what a search has to set up. */
static void
stuff(struct send *s, struct span in)
{
	const char *p = in.p;

	if (s->bol && *p == '.')
		wr_putc(s->out, '.');
	while ((p = memchr(p, '\n', (size_t)(in.end - p))) != NULL &&
	       ++p < in.end) {
		if (*p != '.')
			continue;
		wr_span(s->out, span_of(in.p, (size_t)(p - in.p)));
		wr_putc(s->out, '.');
		in.p = p;
	}
	wr_span(s->out, in);
	s->bol = in.end[-1] == '\n';
}

void
send_put(struct send *s, struct span piece)
{
	if (s->done)
		return;
	if (s->top)
		piece = cut(s, piece);
	if (piece.p == piece.end)
		return;
	s->bytes += span_len(piece);
	s->last = piece.end[-1];
	strbuf_reset(&s->conv);
	bytes_crlf(piece, &s->cr, false, &s->conv);
	stuff(s, strbuf_span(&s->conv));
}

void
send_end(struct send *s)
{
	if (s->bytes > 0 && s->last != '\n')
		wr_lit(s->out, "\r\n");
	strbuf_clear(&s->conv);
}
