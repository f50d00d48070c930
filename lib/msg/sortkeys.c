/* sortkeys.c: numbers in front, then references, then texts. */
#include "msg/sortkeys.h"

#include <string.h>

#include "base/sum.h"
#include "msg/addr.h"
#include "msg/basesubject.h"
#include "msg/msgid.h"
#include "text/casefold.h"
#include "text/encword.h"
#include "text/searchfold.h"
#include "text/utf8.h"

enum { DATED = 1, REPLY = 2 };

/* satchel-cache(5) */
struct head {
	uint16_t flags;
	uint16_t refs; /* how many */
	uint16_t len[SORT_TEXTS];
	int64_t date;
	uint64_t id;
	uint64_t subject;
};

_Static_assert(sizeof(struct head) == 40, "no padding");

/* What was appended behind at, no longer than max; its length. */
static uint16_t
cut_text(struct strbuf *out, size_t at, size_t max)
{
	if (out->len - at > max)
		strbuf_cut(out, at + max);
	return (uint16_t)(out->len - at);
}

/* Without encoded words and without 8-bit bytes. */
static bool
is_plain(struct span s)
{
	return span_find(s, '=') == NULL && utf8_is_ascii(s);
}

static uint16_t
put_decoded(struct span s, struct strbuf *out)
{
	struct strbuf b = { 0 };
	size_t at = out->len;

	if (is_plain(s)) {
		casefold(s, out);
	} else {
		encword_decode(s, &b);
		casefold(strbuf_span(&b), out);
		strbuf_clear(&b);
	}
	return cut_text(out, at, SORT_NAME_MAX);
}

/* The base subject; its letters are folded last, for "RE:" is in ASCII. */
static void
put_subject(struct span s, struct head *h, struct strbuf *out)
{
	struct strbuf b = { 0 }, folded = { 0 };
	size_t at = out->len;
	bool reply;

	if (searchfold_plain(s, &b)) {
		reply = basesubject(strbuf_span(&b), out);
	} else {
		strbuf_reset(&b);
		encword_decode(s, &b);
		reply = basesubject(strbuf_span(&b), &folded);
		casefold(strbuf_span(&folded), out);
	}
	if (reply)
		h->flags |= REPLY;
	if (out->len > at) {
		h->subject = sum_bytes(0, span_of(out->p + at, out->len - at));
		h->subject += h->subject == 0;
	}
	h->len[SORT_SUBJECT] = cut_text(out, at, SORT_SUBJECT_MAX);
	strbuf_clear(&b);
	strbuf_clear(&folded);
}

/* RFC 5957 section 3 */
static uint16_t
put_display(const struct addr *addr, struct strbuf *out)
{
	size_t at = out->len;

	if (addr->kind == ADDR_MAILBOX && addr->name.p != NULL &&
	    put_decoded(addr->name, out) > 0)
		return (uint16_t)(out->len - at);
	/*
	 * As in an ENVELOPE: the name of a group is its addr-mailbox, and only
	 * a group's addr-host is NIL.
	 */
	casefold(addr->kind == ADDR_MAILBOX ? addr->local : addr->name, out);
	if (addr->kind == ADDR_MAILBOX) {
		strbuf_putc(out, '@');
		casefold(addr->domain, out);
	}
	return cut_text(out, at, SORT_NAME_MAX);
}

/*
 * The first address of a field; its display value follows, if that is wanted,
 * in the order of enum sort_text.
 */
static void
put_address(struct arena *a, struct span field, bool display, uint16_t *len,
    struct strbuf *out)
{
	struct addr addr;
	bool in_group = false;
	size_t at = out->len;

	if (field.p == NULL || !addr_next(a, &field, &in_group, &addr))
		return;
	casefold(addr.kind == ADDR_MAILBOX ? addr.local : addr.name, out);
	len[0] = cut_text(out, at, SORT_NAME_MAX);
	if (display)
		len[1] = put_display(&addr, out);
}

/* The last SORT_REFS_MAX, or what In-Reply-To names first. */
static void
put_refs(const struct sortkeys_from *from, struct head *h, struct strbuf *out)
{
	enum { MAX = SORT_REFS_MAX * sizeof(uint64_t) };
	struct span refs = from->refs;
	struct span reply = from->envelope->field[ENV_IN_REPLY_TO];
	uint64_t id;

	if (span_len(refs) == 0 && msgid_next(&reply, &id))
		refs = span_of(&id, sizeof id);
	if (span_len(refs) > MAX)
		refs.p = refs.end - MAX;
	h->refs = (uint16_t)(span_len(refs) / sizeof id);
	strbuf_cat(out, refs);
}

void
sortkeys_put(
    struct arena *a, const struct sortkeys_from *from, struct strbuf *out)
{
	const struct span *field = from->envelope->field;
	struct span id = field[ENV_MESSAGE_ID];
	struct head h = { .date = from->dated ? from->date : 0 };
	size_t at = out->len;

	if (from->dated)
		h.flags |= DATED;
	(void)msgid_next(&id, &h.id); /* it stays 0 when there is none */
	strbuf_add(out, &h, sizeof h);
	put_refs(from, &h, out);
	if (field[ENV_SUBJECT].p != NULL)
		put_subject(field[ENV_SUBJECT], &h, out);
	put_address(a, field[ENV_FROM], true, &h.len[SORT_FROM], out);
	put_address(a, field[ENV_TO], true, &h.len[SORT_TO], out);
	put_address(a, field[ENV_CC], false, &h.len[SORT_CC], out);
	memcpy(out->p + at, &h, sizeof h);
}

bool
sortkeys_take(struct span piece, struct sortkeys *out)
{
	struct head h;

	if (span_len(piece) < sizeof h)
		return false;
	memcpy(&h, piece.p, sizeof h);
	piece.p += sizeof h;
	if (span_len(piece) / sizeof(uint64_t) < h.refs)
		return false;
	out->refs = span_of(piece.p, h.refs * sizeof(uint64_t));
	piece.p = out->refs.end;
	for (int i = 0; i < SORT_TEXTS; i++) {
		if (span_len(piece) < h.len[i])
			return false;
		out->text[i] = span_of(piece.p, h.len[i]);
		piece.p = out->text[i].end;
	}
	out->dated = (h.flags & DATED) != 0;
	out->reply = (h.flags & REPLY) != 0;
	out->date = h.date;
	out->id = h.id;
	out->subject = h.subject;
	return piece.p == piece.end;
}

uint64_t
sortkeys_ref(struct span *refs)
{
	uint64_t id;

	if (span_len(*refs) < sizeof id)
		return 0;
	memcpy(&id, refs->p, sizeof id);
	refs->p += sizeof id;
	return id;
}
