/* field.c: names, folding and the empty line. */
#include "msg/field.h"

#include "msg/header.h"
#include "msg/scan.h"
#include "text/bytes.h"

bool
field_blank(struct span piece)
{
	return span_len(piece) == scan_eol(piece);
}

bool
field_folded(struct span piece)
{
	return span_at(&piece, ' ') || span_at(&piece, '\t');
}

bool
field_name(struct span piece, struct span *name, struct span *value)
{
	struct span s = piece;

	if (span_len(s) > SCAN_HEAD)
		s.end = s.p + SCAN_HEAD;
	name->p = piece.p;
	name->end = s.p += bytes_name_len(s);
	while (span_at(&s, ' ') || span_at(&s, '\t'))
		s.p++;
	if (name->p == name->end || !span_eat(&s, ':'))
		return false;
	value->p = s.p;
	value->end = piece.end;
	return true;
}

struct line
field_line(struct span piece, bool bol)
{
	struct line l = { .all = piece, .kind = LINE_MORE };

	if (!bol)
		return l;
	if (field_blank(piece)) {
		l.kind = LINE_BLANK;
	} else if (!field_folded(piece)) {
		l.kind = LINE_JUNK;
		if (field_name(piece, &l.name, &l.value)) {
			l.kind = LINE_FIELD;
			l.row = names_find(l.name);
		}
	}
	return l;
}

void
field_unfold(struct strbuf *value, struct span piece)
{
	size_t room = HEADER_VALUE_MAX - value->len;

	piece.end -= scan_eol(piece);
	if (span_len(piece) > room)
		piece.end = piece.p + room;
	strbuf_cat(value, piece);
}
