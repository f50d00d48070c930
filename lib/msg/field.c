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

void
field_line(struct span piece, bool bol, struct line *out)
{
	out->all = piece;
	if (!bol || field_folded(piece)) {
		out->kind = LINE_MORE;
	} else if (field_blank(piece)) {
		out->kind = LINE_BLANK;
	} else if (field_name(piece, &out->name, &out->value)) {
		out->kind = LINE_FIELD;
		out->row = names_find(out->name);
	} else {
		out->kind = LINE_JUNK;
	}
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
