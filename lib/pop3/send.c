/* send.c: line ends, dots, and where TOP stops. */
#include "pop3/send.h"

#include <string.h>

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

/* Each line is looked at once, and copied once, to where it goes out. */
static void
put_lines(struct send *s, struct span in)
{
	const char *lf;
	bool bare;

	while (in.p < in.end) {
		if (s->bol && *in.p == '.')
			wr_putc(s->out, '.');
		lf = memchr(in.p, '\n', span_len(in));
		s->bol = lf != NULL;
		if (lf == NULL) {
			s->cr = in.end[-1] == '\r';
			wr_span(s->out, in);
			return;
		}
		bare = lf > in.p ? lf[-1] != '\r' : !s->cr;
		wr_short(s->out, in.p, (size_t)(lf - in.p));
		if (bare)
			wr_lit(s->out, "\r\n");
		else
			wr_lit(s->out, "\n");
		s->cr = false;
		in.p = lf + 1;
	}
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
	put_lines(s, piece);
}

void
send_end(struct send *s)
{
	if (s->bytes > 0 && s->last != '\n')
		wr_lit(s->out, "\r\n");
}
