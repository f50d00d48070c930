/* field.c: names, folding and the empty line. */
#include "msg/field.h"

#include "msg/header.h"
#include "msg/scan.h"

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

/* ftext = %d33-57 / %d59-126 */
static bool
is_ftext(unsigned char c)
{
	return c > ' ' && c < 0x7f && c != ':';
}

bool
field_name(struct span piece, struct span *name, struct span *value)
{
	const char *p = piece.p, *end = piece.end, *stop;

	if (span_len(piece) > SCAN_HEAD)
		end = piece.p + SCAN_HEAD;
	while (p < end && is_ftext((unsigned char)*p))
		p++;
	stop = p;
	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	if (stop == piece.p || p == end || *p != ':')
		return false;
	name->p = piece.p;
	name->end = stop;
	value->p = p + 1;
	value->end = piece.end;
	return true;
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
