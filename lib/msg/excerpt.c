/* excerpt.c: some fields as they are sent, fewer as they are searched. */
#include "msg/excerpt.h"

#include <string.h>

#include "base/ascii.h"
#include "msg/field.h"
#include "msg/msgid.h"
#include "msg/names.h"
#include "msg/scan.h"
#include "text/bytes.h"
#include "text/encword.h"

/* Before each field that is kept. */
struct mark {
	uint16_t name; /* hash_name() */
	uint16_t len; /* of the field with its line ends */
};

enum {
	FIELD_MAX = 2 * 1024, /* a longer one is as one not kept */
	FIELDS_MAX = 6 * 1024,
	KEY_MAX = 2 * 1024,
	KEYS_MAX = 6 * 1024,
	OTHERS_MAX = 200,
	REFS_MAX = 10000, /* HEADER_VALUE_MAX holds not many more */
	NAMES_MAX = 64, /* more are not asked for in practice */
	STEP = 16
};

static uint16_t
hash_name(struct span name)
{
	uint32_t h = 0;

	for (; name.p < name.end; name.p++)
		h = h * 31 + ascii_upper((unsigned char)*name.p);
	return (uint16_t)(h ^ h >> 16);
}

/* --- making ------------------------------------------------------------ */

void
excerpt_begin(struct excerpt *e)
{
	strbuf_reset(&e->others);
	strbuf_reset(&e->fields);
	strbuf_reset(&e->keys);
	strbuf_reset(&e->refs);
	e->kept = e->blank = e->dated = e->sent = e->full = false;
	e->key = KEY_NONE;
	e->missing = 0;
	e->date = (struct excerpt_date){ 0 };
}

static void
add_other(struct excerpt *e)
{
	uint16_t v;

	if (e->full)
		return;
	for (size_t i = 0; i < e->others.len; i += sizeof v) {
		memcpy(&v, e->others.p + i, sizeof v);
		if (v == e->name)
			return;
	}
	if (e->others.len >= OTHERS_MAX * sizeof v)
		e->full = true;
	else
		strbuf_add(&e->others, &e->name, sizeof e->name);
}

/* As the client would see it, but for its case and white space. */
static void
add_key(struct excerpt *e, struct span value)
{
	size_t at = e->keys.len;
	unsigned char which = (unsigned char)e->key;
	uint16_t len = 0;

	strbuf_add(&e->keys, &which, 1);
	strbuf_add(&e->keys, &len, sizeof len);
	if (!searchfold_plain(value, &e->keys)) {
		strbuf_reset(&e->decoded);
		encword_decode(value, &e->decoded);
		searchfold_more(&e->memo, strbuf_span(&e->decoded), &e->keys);
	}
	if (e->keys.len - at > KEY_MAX || e->keys.len > KEYS_MAX) {
		strbuf_cut(&e->keys, at);
		e->missing |= 1u << which;
		return;
	}
	len = (uint16_t)(e->keys.len - at - 1 - sizeof len);
	memcpy(e->keys.p + at + 1, &len, sizeof len);
}

static void
set_date(struct excerpt *e, struct span value)
{
	e->dated = true;
	e->date.good = date_parse_rfc5322(value, &e->date.time, &e->date.day);
	e->sent = e->date.good || date_parse_sent_day(value, &e->sent_time);
	if (e->date.good)
		e->sent_time = e->date.time;
}

/* Of several fields, which no message should have, one list is made. */
static void
add_refs(struct excerpt *e, struct span value)
{
	uint64_t id;

	while (e->refs.len < REFS_MAX * sizeof id && msgid_next(&value, &id))
		strbuf_add(&e->refs, &id, sizeof id);
}

/* The field at hand is complete. */
static void
finish(struct excerpt *e)
{
	struct span value;

	e->kept = false;
	if (e->key == KEY_NONE)
		return;
	value = span_trim(strbuf_span(&e->value));
	if (e->key < KEY_DATE) {
		add_key(e, value);
	} else if (e->key == KEY_REFERENCES) {
		add_refs(e, value);
	} else if (!e->dated) {
		set_date(e, value);
	}
	e->key = KEY_NONE;
}

/* The number of a field's name; that of a row's is made once. */
static uint16_t
number_of(struct excerpt *e, const struct line *line)
{
	uint16_t *known;

	if (line->row == NULL || line->row->prefix)
		return hash_name(line->name);
	known = &e->known[names_place(line->row)];
	if (*known == 0)
		*known = hash_name(line->name);
	return *known;
}

static void
begin_field(struct excerpt *e, const struct line *line)
{
	struct mark mark = { .name = number_of(e, line) };

	e->name = mark.name;
	e->begins = e->fields.len;
	e->kept = line->row != NULL && line->row->kept;
	if (!e->kept) {
		add_other(e);
		return;
	}
	strbuf_add(&e->fields, &mark, sizeof mark);
	e->key = (enum field_key)line->row->key;
	strbuf_reset(&e->value);
	if (e->key == KEY_REFERENCES && !e->threads)
		e->key = KEY_NONE;
	if (e->key != KEY_NONE)
		field_unfold(&e->value, line->value);
}

/*
 * One that turns out to be too long is like those not kept, and so is one
 * with a NUL, which is sent as another byte than the one searched for.
 */
static void
keep(struct excerpt *e, struct span piece)
{
	struct mark mark = { .name = e->name };
	unsigned eol = scan_eol(piece);

	strbuf_add(&e->fields, piece.p, span_len(piece) - eol);
	if (eol != 0)
		strbuf_add(&e->fields, "\r\n", 2);
	mark.len = (uint16_t)(e->fields.len - e->begins - sizeof mark);
	memcpy(e->fields.p + e->begins, &mark, sizeof mark);
	if (e->fields.len - e->begins <= FIELD_MAX &&
	    e->fields.len <= FIELDS_MAX && span_find(piece, '\0') == NULL)
		return;
	strbuf_cut(&e->fields, e->begins);
	e->kept = false;
	add_other(e);
}

void
excerpt_line(void *arg, const struct line *line)
{
	struct excerpt *e = arg;

	if (line->kind != LINE_MORE)
		finish(e);
	if (line->kind == LINE_BLANK)
		e->blank = true;
	else if (line->kind == LINE_FIELD)
		begin_field(e, line);
	else if (e->key != KEY_NONE)
		field_unfold(&e->value, line->all);
	if (e->kept)
		keep(e, line->all);
}

/* number of others, others, blank, the fields */
static void
put_fields(const struct excerpt *e, struct strbuf *out)
{
	uint16_t n = (uint16_t)(e->others.len / sizeof(uint16_t));

	strbuf_reset(out);
	strbuf_add(out, &n, sizeof n);
	strbuf_cat(out, strbuf_span(&e->others));
	strbuf_putc(out, e->blank);
	strbuf_cat(out, strbuf_span(&e->fields));
}

/* missing, whether there is a date, its parts, the keys */
static void
put_keys(const struct excerpt *e, struct strbuf *out)
{
	int32_t day[3] = { e->date.day.year, e->date.day.month,
		e->date.day.day };

	strbuf_reset(out);
	strbuf_putc(out, (char)e->missing);
	strbuf_putc(out, e->date.good);
	strbuf_add(out, &e->date.time, sizeof e->date.time);
	strbuf_add(out, day, sizeof day);
	strbuf_cat(out, strbuf_span(&e->keys));
}

void
excerpt_end(struct excerpt *e, struct brief *b)
{
	finish(e);
	if (e->full)
		return;
	put_fields(e, &e->out[0]);
	put_keys(e, &e->out[1]);
	b->piece[BRIEF_FIELDS] = strbuf_span(&e->out[0]);
	b->piece[BRIEF_KEYS] = strbuf_span(&e->out[1]);
}

void
excerpt_free(struct excerpt *e)
{
	strbuf_clear(&e->others);
	strbuf_clear(&e->fields);
	strbuf_clear(&e->keys);
	strbuf_clear(&e->refs);
	strbuf_clear(&e->value);
	strbuf_clear(&e->decoded);
	strbuf_clear(&e->out[0]);
	strbuf_clear(&e->out[1]);
}

/* --- asking ------------------------------------------------------------ */

bool
excerpt_ask(const struct header_want *want, struct excerpt_name *names,
    struct excerpt_ask *out)
{
	*out = (struct excerpt_ask){ .names = names };
	if (want->except || want->n > NAMES_MAX)
		return false;
	for (size_t i = 0; i < want->n; i++) {
		struct span name = want->names[i];
		uint16_t hash = hash_name(name);
		uint8_t *slot = &out->slot[hash % EXCERPT_SLOTS];

		if (span_find(name, ':') != NULL)
			return false;
		names[i] = (struct excerpt_name){
			.name = name, .hash = hash, .next = *slot
		};
		*slot = (uint8_t)(i + 1);
	}
	out->n = want->n;
	out->good = true;
	return true;
}

/* Whether one of the others is asked for. */
static bool
is_any_asked(struct span others, const struct excerpt_ask *ask)
{
	uint16_t v;

	for (; span_len(others) >= sizeof v; others.p += sizeof v) {
		memcpy(&v, others.p, sizeof v);
		for (unsigned k = ask->slot[v % EXCERPT_SLOTS]; k != 0;
		     k = ask->names[k - 1].next)
			if (ask->names[k - 1].hash == v)
				return true;
	}
	return false;
}

/* Whether the field's name is in the letters of the one that was last. */
static bool
is_spelled(const struct excerpt_name *n, struct span field)
{
	uint64_t w[2];

	if (span_len(field) < sizeof w)
		return false;
	memcpy(w, field.p, sizeof w);
	return n->mask[0] != 0 && (((w[0] ^ n->word[0]) & n->mask[0]) |
				      ((w[1] ^ n->word[1]) & n->mask[1])) == 0;
}

/* The field is begun by the name and a colon. */
static void
note_spelling(struct excerpt_name *n, struct span field)
{
	size_t len = span_len(n->name) + 1;

	if (len > sizeof n->word || span_len(field) < sizeof n->word)
		return;
	memcpy(n->word, field.p, sizeof n->word);
	memset(n->mask, 0, sizeof n->mask);
	memset(n->mask, 0xff, len);
}

static bool
is_named_anew(struct span field, struct excerpt_name *n)
{
	size_t len = span_len(n->name);
	struct span name = field, value;

	/* so it is mostly; there may be blanks before the colon */
	if (span_len(field) <= len || field.p[len] != ':')
		return field_name(field, &name, &value) &&
		       span_case_eq(n->name, name);
	name.end = name.p + len;
	if (!span_case_eq(n->name, name))
		return false;
	note_spelling(n, field);
	return true;
}

static bool
is_named(struct span field, struct excerpt_name *n)
{
	return is_spelled(n, field) || is_named_anew(field, n);
}

/*
 * Whether a field with that mark is among those asked for: mostly it is not,
 * and its slot is empty.
 */
static bool
is_wanted(struct excerpt_ask *ask, uint16_t hash, struct span field)
{
	struct excerpt_name *name;

	for (unsigned k = ask->slot[hash % EXCERPT_SLOTS]; k != 0;
	     k = name->next) {
		name = &ask->names[k - 1];
		if (name->hash == hash && is_named(field, name))
			return true;
	}
	return false;
}

/* Take what stands before the fields, if it is there. */
static bool
open_fields(struct span *piece, struct span *others, bool *blank)
{
	uint16_t n;

	if (span_len(*piece) < sizeof n)
		return false;
	memcpy(&n, piece->p, sizeof n);
	if (span_len(*piece) < sizeof n + n * sizeof n + 1)
		return false;
	*others = span_of(piece->p + sizeof n, n * sizeof n);
	*blank = *others->end != 0;
	piece->p = others->end + 1;
	return true;
}

/*
 * Most fields are a line, and a call for each took longer than they do.  What
 * is copied beyond one lies in front of end, and so does what is overwritten:
 * the marks are not copied.
 */
static char *
put_field(char *to, struct span field, const char *end)
{
	size_t len = span_len(field), steps = (len + STEP - 1) / STEP;

	if ((size_t)(end - field.p) < steps * STEP)
		return (char *)memcpy(to, field.p, len) + len;
	for (size_t i = 0; i < steps * STEP; i += STEP)
		memcpy(to + i, field.p + i, STEP); /* a fixed length: no call */
	return to + len;
}

bool
excerpt_tells(struct span piece, const struct excerpt_ask *ask)
{
	struct span others;
	bool blank;

	return piece.p != NULL && ask->good &&
	       open_fields(&piece, &others, &blank) &&
	       !is_any_asked(others, ask);
}

char *
excerpt_put(struct span piece, struct excerpt_ask *ask, char *to)
{
	const char *end = piece.end, *p;
	struct span others, field;
	struct mark mark;
	bool blank = false;

	(void)open_fields(&piece, &others, &blank); /* it has been */
	for (p = piece.p; (size_t)(end - p) >= sizeof mark; p = field.end) {
		memcpy(&mark, p, sizeof mark);
		p += sizeof mark;
		if ((size_t)(end - p) < mark.len)
			break;
		field = (struct span){ p, p + mark.len };
		if (is_wanted(ask, mark.name, field))
			to = put_field(to, field, end);
	}
	if (blank) {
		memcpy(to, "\r\n", 2);
		to += 2;
	}
	return to;
}

bool
excerpt_fields(struct span piece, struct excerpt_ask *ask, struct strbuf *out)
{
	char *to;

	if (!excerpt_tells(piece, ask))
		return false;
	to = excerpt_put(piece, ask, strbuf_room(out, span_len(piece) + 2));
	*to = '\0';
	out->len = (size_t)(to - out->p);
	return true;
}

enum { KEYS_HEAD = 2 + 8 + 12 };

bool
excerpt_date(struct span piece, struct excerpt_date *out)
{
	struct excerpt_date d;
	int32_t day[3];

	if (piece.p == NULL || span_len(piece) < KEYS_HEAD)
		return false;
	d.good = piece.p[1] != 0;
	memcpy(&d.time, piece.p + 2, sizeof d.time);
	memcpy(day, piece.p + 2 + sizeof d.time, sizeof day);
	d.day = (struct date_day){ day[0], day[1], day[2] };
	*out = d;
	return true;
}

int
excerpt_find(struct span piece, struct span name, struct span needle)
{
	const struct field_row *row = names_find(name);
	unsigned key = row == NULL ? KEY_NONE : row->key;
	struct span value;
	uint16_t len;
	int found = 0;

	if (key >= KEY_DATE || piece.p == NULL || span_len(piece) < KEYS_HEAD ||
	    ((unsigned char)*piece.p >> key & 1) != 0)
		return -1;
	piece.p += KEYS_HEAD;
	while (found == 0 && span_len(piece) > sizeof len) {
		memcpy(&len, piece.p + 1, sizeof len);
		value = piece;
		value.p += 1 + sizeof len;
		if (span_len(value) < len)
			return -1;
		value.end = value.p + len;
		if ((unsigned char)*piece.p == key &&
		    bytes_find(value, needle) != NULL)
			found = 1;
		piece.p = value.end;
	}
	return found;
}
