/* fetch_send.c: read what the items need, then print them in order. */
#include "imap/fetch_send.h"

#include <errno.h>
#include <string.h>

#include "imap/bodystructure.h"
#include "imap/envelope.h"
#include "imap/look.h"
#include "imap/modseq.h"
#include "imap/out.h"
#include "msg/stream.h"
#include "sys/log.h"
#include "text/date.h"

/* "* ", a number, " FETCH (" */
enum { FRONT_LEN = 2 + NUM_LEN + 8 };

/*
 * section = "[" [section-spec] "]", and the origin: as the client wrote it,
 * but in our spelling.
 */
static void
put_section(struct wr *w, const struct fetch_item *item, bool utf8)
{
	static const char *const words[] = { "", "HEADER", "HEADER.FIELDS",
		"TEXT", "MIME" };
	const struct section *section = &item->section;

	wr_lit(w, "[");
	for (size_t i = 0; i < section->npath; i++) {
		if (i > 0)
			wr_lit(w, ".");
		wr_num(w, section->path[i]);
	}
	if (section->npath > 0 && section->text != SECTION_BODY)
		wr_lit(w, ".");
	wr_span(w, span_str(words[section->text]));
	if (section->text == SECTION_FIELDS) {
		if (section->except)
			wr_lit(w, ".NOT");
		for (size_t i = 0; i < section->nnames; i++) {
			wr_span(w, span_str(i == 0 ? " (" : " "));
			out_astring(w, section->names[i], utf8);
		}
		wr_lit(w, ")");
	}
	wr_lit(w, "]");
	if (item->partial) {
		wr_lit(w, "<");
		wr_num(w, item->from);
		wr_lit(w, ">");
	}
}

/* What stands before the value of item i. */
static void
put_label(struct wr *w, const struct fetch_items *items, size_t i, bool utf8)
{
	const struct fetch_item *item = &items->v[i];

	if (i > 0)
		wr_putc(w, ' ');
	wr_span(w, span_str(item->name));
	if (item->bracketed)
		put_section(w, item, utf8);
	wr_putc(w, ' ');
}

/* Items are called the same for all messages: they are printed once. */
static void
print_labels(struct fetch *f)
{
	const struct fetch_items *items = f->items;
	struct arena *a = &f->s->arena;

	f->labels = arena_array(a, items->n, sizeof *f->labels);
	for (size_t i = 0; i < items->n; i++) {
		struct fetch_label *label = &f->labels[i];
		struct wr *w = gather_print(&f->gather);

		put_label(w, items, i, f->s->utf8);
		if (w->failed)
			continue;
		label->text = arena_span(a, span_of(w->buf, w->len));
		if (w->len <= sizeof label->start)
			memcpy(label->start, w->buf, w->len);
	}
}

void
fetch_init(struct fetch *f, struct session *s, const struct fetch_items *items)
{
	*f = (struct fetch){ .s = s, .items = items, .by_row = true };
	for (size_t i = 0; i < items->n; i++) {
		const struct fetch_item *item = &items->v[i];
		enum section_need need = section_need(item);

		if (need > f->need)
			f->need = need;
		f->by_row &= need == NEED_MEMORY;
		f->seen |= !item->peek;
		f->uid |= item->kind == FETCH_UID;
		f->flags |= item->kind == FETCH_FLAGS;
		f->modseq |= item->kind == FETCH_MODSEQ;
		f->dated |= item->kind == FETCH_INTERNALDATE;
		f->size |= item->kind == FETCH_SIZE;
		f->preview |= item->kind == FETCH_PREVIEW;
		f->gather.body |= item->kind == FETCH_BODY;
		f->binary |= item->kind == FETCH_BINARY ||
			     item->kind == FETCH_BINARY_SIZE;
	}
	if (mailbox_is_readonly(s->mbox))
		f->seen = false;
	print_labels(f);
	look_begin(f);
}

void
fetch_clear(struct fetch *f)
{
	gather_clear(&f->gather);
	strbuf_clear(&f->held);
	arena_clear(&f->arena);
	mailbox_facts_end(f->s->mbox);
}

static bool
has_unknown_cte(const struct fetch *f, const struct look *l)
{
	for (size_t i = 0; f->binary && i < f->items->n; i++)
		if (section_unknown_cte(&l->file, &f->items->v[i]))
			return true;
	return false;
}

/*
 * Set \Seen; whether that changed it.  That it cannot be set (over quota, or
 * gone this instant) is no reason to withhold the message.
 */
static bool
set_seen(struct fetch *f, const struct look *l)
{
	struct flag_change change = { .op = FLAG_ADD, .flags = FLAG_SEEN };
	bool changed = false;

	if (!f->seen || (f->message.flags & FLAG_SEEN) != 0)
		return false;
	if (mailbox_store(f->s->mbox, l->seq, &change, &changed) == -1)
		changed = false;
	f->message = mailbox_message(f->s->mbox, l->seq);
	return changed;
}

static void
put_date(struct fetch *f, int64_t t)
{
	struct wr *w = f->s->out;

	wr_lit(w, "\"");
	wr_span(w, date_imap_time(&f->date, t));
	wr_lit(w, "\"");
}

/* What was written last, if it can be had again. */
static void
remember_flags(struct fetch_flags *known, const struct wr *w, uint64_t len)
{
	known->len = 0;
	if (len > FETCH_FLAGS_LEN || len > w->len)
		return;
	memcpy(known->text, w->buf + w->len - len, (size_t)len);
	known->len = (uint8_t)len;
}

/* Most messages have flags that one before had. */
static void
put_flags(struct fetch *f, uint32_t seq)
{
	const struct message *m = &f->message;
	unsigned at = m->flags ^ m->flags >> 3 ^ m->keywords << 1;
	struct fetch_flags *known = &f->known[at % FETCH_FLAGS_KNOWN];
	struct wr *w = f->s->out;
	uint64_t before = w->total;

	if (known->len > 0 && known->flags == m->flags &&
	    known->keywords == m->keywords) {
		char *to = wr_room(w, FETCH_FLAGS_LEN);

		memcpy(to, known->text, FETCH_FLAGS_LEN); /* no call */
		wr_put_to(w, to + known->len);
	} else {
		out_flags(f->s, m);
		known->flags = m->flags;
		known->keywords = m->keywords;
		remember_flags(known, w, w->total - before);
	}
	if (m->state & MSG_CHANGED)
		mailbox_told(f->s->mbox, seq);
}

/* "(" objectid ")" */
static void
put_emailid(const struct fetch *f, uint32_t seq)
{
	char id[MAILBOX_OBJECTID_LEN + 1];

	mailbox_emailid(f->s->mbox, seq, id);
	wr_putc(f->s->out, '(');
	wr_span(f->s->out, span_str(id));
	wr_putc(f->s->out, ')');
}

static void
put_savedate(struct fetch *f, uint32_t seq)
{
	int64_t t = mailbox_saved(f->s->mbox, seq);

	if (t == -1)
		wr_lit(f->s->out, "NIL");
	else
		put_date(f, t);
}

/* Without LAZY there is always one; empty where there is nothing to show. */
static void
put_preview(const struct fetch *f, const struct look *l)
{
	struct span text = l->brief.piece[BRIEF_PREVIEW];

	out_nstring(f->s->out, text, f->s->utf8);
}

static void
count(struct session *s, const struct fetch_item *item, uint64_t octets)
{
	switch (item->section.text) {
	case SECTION_HEADER:
	case SECTION_FIELDS:
	case SECTION_MIME:
		s->header_octets += octets;
		break;
	case SECTION_BODY:
	case SECTION_TEXT:
		s->body_octets += octets;
		break;
	}
}

/*
 * The fields of item i, which the brief has: straight to where they are sent
 * from.  A literal tells its length first, which mostly has three digits.
 */
static void
put_fields(struct fetch *f, const struct look *l, size_t i, uint64_t *octets)
{
	enum { USUAL = sizeof "{123}\r\n" - 1 };
	struct span piece = l->brief.piece[BRIEF_FIELDS];
	struct wr *w = f->s->out;
	char *head = wr_room(w, 3 + NUM_LEN + span_len(piece) + 2);
	char *text = head + USUAL, *to;

	to = excerpt_put(piece, &f->fields[i].ask, text);
	*octets = (uint64_t)(to - text);
	*head = '{';
	head = num_put(head + 1, *octets);
	if (head + 3 != text)
		memmove(head + 3, text, (size_t)*octets);
	memcpy(head, "}\r\n", 3);
	wr_put_to(w, head + 3 + *octets);
}

/* Some of them, which few ask for. */
static void
put_some_fields(
    struct fetch *f, const struct look *l, size_t i, uint64_t *octets)
{
	struct strbuf *b = &f->held;

	strbuf_reset(b);
	(void)excerpt_fields(
	    l->brief.piece[BRIEF_FIELDS], &f->fields[i].ask, b);
	section_put_octets(f->s->out, strbuf_span(b), &f->items->v[i], octets);
}

/* The value of a content item.  -1 with errno as section_put(). */
static int
put_content(struct fetch *f, const struct look *l, size_t i)
{
	const struct fetch_item *item = &f->items->v[i];
	struct session *s = f->s;
	uint64_t octets = 0;

	if (f->fields[i].told && !item->partial)
		put_fields(f, l, i, &octets);
	else if (f->fields[i].told)
		put_some_fields(f, l, i, &octets);
	else if (section_put(s->out, &l->file, item, &octets) == -1)
		return -1;
	if (section_is_all(item) && l->file.octets == 0)
		mailbox_keep_octets(s->mbox, l->seq, &l->st, octets);
	count(s, item, octets);
	return 0;
}

static int
put_number(struct wr *w, int64_t n)
{
	if (n == -1)
		return -1;
	wr_num(w, (uint64_t)n);
	return 0;
}

static int
put_size(struct fetch *f, const struct look *l)
{
	int64_t n = (int64_t)l->octets;

	if (!l->has_octets) {
		n = stream_crlf_len(l->file.fd, 0, l->file.size);
		if (n != -1)
			mailbox_keep_octets(
			    f->s->mbox, l->seq, &l->st, (uint64_t)n);
	}
	/* RFC 3501's grammar has 32 bits for it, RFC 9051's 63 */
	if (n > UINT32_MAX && !f->s->rev2)
		n = UINT32_MAX;
	return put_number(f->s->out, n);
}

static void
print_structure(struct fetch *f, const struct look *l, bool extended)
{
	struct session *s = f->s;
	struct bodystructure b = { .w = s->out,
		.a = &f->arena,
		.extended = extended,
		.utf8 = s->utf8 };

	bodystructure_put(&b, l->file.root);
}

static void
put_structure(struct fetch *f, const struct look *l, bool extended)
{
	struct span text = look_text(
	    l, extended ? BRIEF_BODYSTRUCTURE : BRIEF_BODY, f->s->utf8);

	if (text.p != NULL)
		wr_span(f->s->out, text);
	else
		print_structure(f, l, extended);
}

static void
put_envelope(struct fetch *f, const struct look *l)
{
	struct session *s = f->s;
	struct span text = look_text(l, BRIEF_ENVELOPE, s->utf8);

	if (text.p != NULL)
		wr_span(s->out, text);
	else
		envelope_put(
		    s->out, &f->arena, l->file.root->envelope, s->utf8);
}

static void
put_uid(struct fetch *f)
{
	struct wr *w = f->s->out;

	wr_put_to(
	    w, num_put_next(&f->last_uid, f->message.uid, wr_room(w, NUM_LEN)));
}

/* The value of an item that the row of a message has, and no file. */
static void
put_row_value(struct fetch *f, uint32_t seq, const struct fetch_item *item)
{
	struct session *s = f->s;

	switch (item->kind) {
	case FETCH_UID:
		put_uid(f);
		break;
	case FETCH_FLAGS:
		put_flags(f, seq);
		break;
	case FETCH_MODSEQ:
		modseq_put_value(s, f->message.modseq);
		break;
	case FETCH_EMAILID:
		put_emailid(f, seq);
		break;
	case FETCH_SAVEDATE:
		put_savedate(f, seq);
		break;
	default:
		wr_lit(s->out, "NIL"); /* RFC 8474 section 5.2: optional */
		break;
	}
}

/* The value of item i; 0, or -1 with errno when it cannot be had. */
static int
put_value(struct fetch *f, const struct look *l, size_t i)
{
	const struct fetch_item *item = &f->items->v[i];
	struct session *s = f->s;

	switch (item->kind) {
	case FETCH_UID:
	case FETCH_FLAGS:
	case FETCH_MODSEQ:
	case FETCH_EMAILID:
	case FETCH_THREADID:
	case FETCH_SAVEDATE:
		put_row_value(f, l->seq, item);
		break;
	case FETCH_INTERNALDATE:
		put_date(f, l->date);
		break;
	case FETCH_SIZE:
		return put_size(f, l);
	case FETCH_ENVELOPE:
		put_envelope(f, l);
		break;
	case FETCH_BODY:
	case FETCH_BODYSTRUCTURE:
		put_structure(f, l, item->kind == FETCH_BODYSTRUCTURE);
		break;
	case FETCH_CONTENT:
	case FETCH_BINARY:
		return put_content(f, l, i);
	case FETCH_BINARY_SIZE:
		return put_number(s->out, section_binary_size(&l->file, item));
	case FETCH_PREVIEW:
		put_preview(f, l);
		break;
	}
	return 0;
}

/* All before the first item; seen: this sets \Seen. */
static void
put_front(struct fetch *f, uint32_t seq, bool seen)
{
	struct wr *w = f->s->out;
	bool modseq = modseq_is_on(f->s);
	char *to = wr_room(w, FRONT_LEN);

	memcpy(to, "* ", 2);
	to = num_put_next(&f->number, seq, to + 2);
	memcpy(to, " FETCH (", 8);
	wr_put_to(w, to + 8);
	/* what sets \Seen is no mere answer (RFC 7162 section 3.2.4) */
	if ((f->s->uid || (seen && modseq)) && !f->uid) {
		wr_lit(w, "UID ");
		wr_num(w, f->message.uid);
		wr_lit(w, " ");
	}
	if ((f->add_modseq || (seen && modseq)) && !f->modseq) {
		modseq_put(f->s, f->message.modseq);
		wr_lit(w, " ");
	}
	/* "if this causes the flags to change, they SHOULD be included" */
	if (seen && !f->flags) {
		wr_lit(w, "FLAGS ");
		put_flags(f, seq);
		wr_lit(w, " ");
	}
}

static void
put_name(const struct fetch *f, size_t i)
{
	const struct fetch_label *label = &f->labels[i];
	size_t len = span_len(label->text);
	struct wr *w = f->s->out;

	if (label->text.p == NULL) {
		put_label(w, f->items, i, f->s->utf8);
	} else if (len > sizeof label->start) {
		wr_span(w, label->text);
	} else {
		char *to = wr_room(w, sizeof label->start);

		/* a fixed length is no call */
		memcpy(to, label->start, sizeof label->start);
		wr_put_to(w, to + len);
	}
}

/* The response, once all is known to be there. */
static int
put_response(struct fetch *f, const struct look *l, bool seen)
{
	put_front(f, l->seq, seen);
	for (size_t i = 0; i < f->items->n; i++) {
		put_name(f, i);
		if (put_value(f, l, i) == -1)
			return -1;
	}
	wr_lit(f->s->out, ")\r\n");
	return 0;
}

/* One for which nothing need be looked at. */
static void
put_row(struct fetch *f, uint32_t seq)
{
	put_front(f, seq, false);
	for (size_t i = 0; i < f->items->n; i++) {
		put_name(f, i);
		put_row_value(f, seq, &f->items->v[i]);
	}
	wr_lit(f->s->out, ")\r\n");
}

/* One that may be gone, or have no answer. */
static void
answer(struct fetch *f, uint32_t seq)
{
	const struct look *l = f->look;

	if (look_at(f, seq) == -1) {
		if (errno == ESTALE)
			f->gone = true;
		else
			f->error = errno;
	} else if (has_unknown_cte(f, l)) {
		f->unknown_cte = true;
	} else if (put_response(f, l, set_seen(f, l)) == -1) {
		/* there is no way to take back what was begun */
		f->s->out->failed = true;
		log_line("ERR", "message with UID %u: cannot be sent: %s",
		    (unsigned)f->message.uid,
		    errno == EPIPE ? "it has changed" : strerror(errno));
	}
	look_close(f);
}

void
fetch_message(struct fetch *f, uint32_t seq)
{
	f->message = mailbox_message(f->s->mbox, seq); /* looks at its row */
	if (mailbox_state(f->s->mbox)->damaged)
		return; /* the session ends */
	if (f->by_row)
		put_row(f, seq);
	else
		answer(f, seq);
}
