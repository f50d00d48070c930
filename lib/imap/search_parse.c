/* search_parse.c: search-key of RFC 9051 section 9, without recursion risk. */
#include "imap/search_parse.h"

#include "base/ascii.h"
#include "base/nelem.h"
#include "imap/limits.h"
#include "imap/token.h"
#include "text/utf8.h"

/* What follows the name of a key. */
enum operand {
	TAKES_NONE,
	TAKES_TEXT, /* SP astring */
	TAKES_FIELD, /* SP header-fld-name SP astring */
	TAKES_KEYWORD, /* SP flag-keyword */
	TAKES_DATE, /* SP date */
	TAKES_SIZE, /* SP number64 */
	TAKES_SECONDS, /* SP nz-number */
	TAKES_SET, /* SP sequence-set */
	TAKES_MODSEQ, /* [SP entry-name SP entry-type-req] SP mod-sequence */
	TAKES_OBJECTID, /* SP objectid */
	TAKES_KEY, /* SP search-key */
	TAKES_TWO, /* SP search-key SP search-key */
};

static const struct row {
	const char *word;
	enum operand takes;
	enum search_kind kind;
	unsigned mask, flags; /* of SEARCH_FLAGS */
	const char *field; /* of SEARCH_HEADER */
	bool negate;
} rows[] = {
	/* clang-format off */
	{ "ALL", TAKES_NONE, SEARCH_ALL, 0, 0, NULL, false },
	{ "ANSWERED", TAKES_NONE, SEARCH_FLAGS,
	    FLAG_ANSWERED, FLAG_ANSWERED, NULL, false },
	{ "BCC", TAKES_TEXT, SEARCH_HEADER, 0, 0, "Bcc", false },
	{ "BEFORE", TAKES_DATE, SEARCH_BEFORE, 0, 0, NULL, false },
	{ "BODY", TAKES_TEXT, SEARCH_BODY, 0, 0, NULL, false },
	{ "CC", TAKES_TEXT, SEARCH_HEADER, 0, 0, "Cc", false },
	{ "DELETED", TAKES_NONE, SEARCH_FLAGS,
	    FLAG_DELETED, FLAG_DELETED, NULL, false },
	{ "DRAFT", TAKES_NONE, SEARCH_FLAGS,
	    FLAG_DRAFT, FLAG_DRAFT, NULL, false },
	{ "EMAILID", TAKES_OBJECTID, SEARCH_EMAILID, 0, 0, NULL, false },
	{ "FLAGGED", TAKES_NONE, SEARCH_FLAGS,
	    FLAG_FLAGGED, FLAG_FLAGGED, NULL, false },
	{ "FROM", TAKES_TEXT, SEARCH_HEADER, 0, 0, "From", false },
	{ "HEADER", TAKES_FIELD, SEARCH_HEADER, 0, 0, NULL, false },
	{ "KEYWORD", TAKES_KEYWORD, SEARCH_KEYWORD, 0, 0, NULL, false },
	{ "LARGER", TAKES_SIZE, SEARCH_LARGER, 0, 0, NULL, false },
	{ "MODSEQ", TAKES_MODSEQ, SEARCH_MODSEQ, 0, 0, NULL, false },
	{ "NEW", TAKES_NONE, SEARCH_FLAGS,
	    FLAG_RECENT | FLAG_SEEN, FLAG_RECENT, NULL, false },
	{ "NOT", TAKES_KEY, SEARCH_AND, 0, 0, NULL, true },
	{ "OLD", TAKES_NONE, SEARCH_FLAGS, FLAG_RECENT, 0, NULL, false },
	{ "OLDER", TAKES_SECONDS, SEARCH_OLDER, 0, 0, NULL, false },
	{ "ON", TAKES_DATE, SEARCH_ON, 0, 0, NULL, false },
	{ "OR", TAKES_TWO, SEARCH_OR, 0, 0, NULL, false },
	{ "RECENT", TAKES_NONE, SEARCH_FLAGS,
	    FLAG_RECENT, FLAG_RECENT, NULL, false },
	{ "SAVEDATESUPPORTED", TAKES_NONE, SEARCH_ALL, 0, 0, NULL, false },
	{ "SAVEDBEFORE", TAKES_DATE, SEARCH_SAVEDBEFORE, 0, 0, NULL, false },
	{ "SAVEDON", TAKES_DATE, SEARCH_SAVEDON, 0, 0, NULL, false },
	{ "SAVEDSINCE", TAKES_DATE, SEARCH_SAVEDSINCE, 0, 0, NULL, false },
	{ "SEEN", TAKES_NONE, SEARCH_FLAGS,
	    FLAG_SEEN, FLAG_SEEN, NULL, false },
	{ "SENTBEFORE", TAKES_DATE, SEARCH_SENTBEFORE, 0, 0, NULL, false },
	{ "SENTON", TAKES_DATE, SEARCH_SENTON, 0, 0, NULL, false },
	{ "SENTSINCE", TAKES_DATE, SEARCH_SENTSINCE, 0, 0, NULL, false },
	{ "SINCE", TAKES_DATE, SEARCH_SINCE, 0, 0, NULL, false },
	{ "SMALLER", TAKES_SIZE, SEARCH_SMALLER, 0, 0, NULL, false },
	{ "SUBJECT", TAKES_TEXT, SEARCH_HEADER, 0, 0, "Subject", false },
	{ "TEXT", TAKES_TEXT, SEARCH_TEXT, 0, 0, NULL, false },
	/* there are no threads: it matches nothing (RFC 8474 section 5.2) */
	{ "THREADID", TAKES_OBJECTID, SEARCH_ALL, 0, 0, NULL, true },
	{ "TO", TAKES_TEXT, SEARCH_HEADER, 0, 0, "To", false },
	{ "UID", TAKES_SET, SEARCH_UIDS, 0, 0, NULL, false },
	{ "UNANSWERED", TAKES_NONE, SEARCH_FLAGS,
	    FLAG_ANSWERED, 0, NULL, false },
	{ "UNDELETED", TAKES_NONE, SEARCH_FLAGS, FLAG_DELETED, 0, NULL, false },
	{ "UNDRAFT", TAKES_NONE, SEARCH_FLAGS, FLAG_DRAFT, 0, NULL, false },
	{ "UNFLAGGED", TAKES_NONE, SEARCH_FLAGS, FLAG_FLAGGED, 0, NULL, false },
	{ "UNKEYWORD", TAKES_KEYWORD, SEARCH_KEYWORD, 0, 0, NULL, true },
	{ "UNSEEN", TAKES_NONE, SEARCH_FLAGS, FLAG_SEEN, 0, NULL, false },
	{ "YOUNGER", TAKES_SECONDS, SEARCH_YOUNGER, 0, 0, NULL, false },
	/* clang-format on */
};

/* The parse: what is shared by all keys. */
struct parse {
	struct arena *a;
	struct search_args args;
	size_t max_sets;
	size_t keys;
	int64_t now;
};

static bool p_search_key(
    struct parse *ps, struct span *in, unsigned depth, struct search_key **out);

static struct span
key_word(const struct span *in)
{
	struct span s = *in;

	while (s.p < s.end && ascii_isalpha((unsigned char)*s.p))
		s.p++;
	return (struct span){ in->p, s.p };
}

/* date = date-text / DQUOTE date-text DQUOTE */
static bool
p_date(struct span *in, struct date_day *out)
{
	struct span s = *in;
	struct date_day day;
	bool quoted = span_eat(&s, '"');

	if (!date_parse_imap_day(&s, &day) || (quoted && !span_eat(&s, '"')))
		return false;
	*in = s;
	*out = day;
	return true;
}

/* A string that is compared with text. */
static bool
p_text(struct parse *ps, struct span *in, struct span *out)
{
	if (!p_astring(ps->a, in, out))
		return false;
	if (!utf8_valid(*out))
		ps->args.utf8 = false;
	return true;
}

/* sequence-set */
static bool
p_set(struct parse *ps, struct span *in, struct search_key *key)
{
	struct search_args *args = &ps->args;
	struct search_setref *ref;

	args->sets = arena_grow(
	    ps->a, args->sets, args->nsets, &ps->max_sets, sizeof *args->sets);
	ref = &args->sets[args->nsets];
	if (!p_sequence_set(ps->a, in, &ref->set))
		return false;
	ref->key = key;
	args->nsets++;
	return true;
}

/* YOUNGER and OLDER */
static bool
p_seconds(struct parse *ps, struct span *in, struct search_key *key)
{
	uint32_t n;

	if (!p_nz_number(in, &n))
		return false;
	key->number = ps->now > (int64_t)n ? (uint64_t)(ps->now - n) : 0;
	return true;
}

/* The keys that NOT and OR are about. */
static bool
p_keys_within(struct parse *ps, struct span *in, const struct row *row,
    unsigned depth, struct search_key *key)
{
	if (!p_search_key(ps, in, depth + 1, &key->child))
		return false;
	return row->takes == TAKES_KEY ||
	       (p_sp(in) && p_search_key(ps, in, depth + 1, &key->child->next));
}

/*
 * [entry-name SP entry-type-req SP] mod-sequence-valzer (RFC 7162 section
 * 3.1.5).  A message has one mod-sequence: which flag is meant is ignored.
 */
static bool
p_modseq(struct parse *ps, struct span *in, struct search_key *key)
{
	struct span name;

	ps->args.modseq = true;
	if (span_at(in, '"')) {
		if (!p_string(ps->a, in, &name) ||
		    !span_eat_word(&name, "/flags/") || name.p == name.end ||
		    !p_sp(in))
			return false;
		if (!p_word(in, "priv") && !p_word(in, "shared") &&
		    !p_word(in, "all"))
			return false;
		if (!p_sp(in))
			return false;
	}
	return p_number64(in, &key->number);
}

/* objectid = 1*255(ALPHA / DIGIT / "_" / "-"), case significant (RFC 8474) */
static bool
p_objectid(struct span *in, struct span *out)
{
	struct span s = *in, id;

	if (!p_atom(&s, &id) || span_len(id) > 255)
		return false;
	for (const char *p = id.p; p < id.end; p++)
		if (!ascii_isalpha((unsigned char)*p) &&
		    !ascii_isdigit((unsigned char)*p) && *p != '_' && *p != '-')
			return false;
	*in = s;
	*out = id;
	return true;
}

/* The operands of a row that are no keys themselves. */
static bool
p_operand(struct parse *ps, struct span *in, const struct row *row,
    struct search_key *key)
{
	switch (row->takes) {
	case TAKES_TEXT:
		return p_text(ps, in, &key->text);
	case TAKES_FIELD:
		return p_astring(ps->a, in, &key->field) && p_sp(in) &&
		       p_text(ps, in, &key->text);
	case TAKES_KEYWORD:
		return p_atom(in, &key->text);
	case TAKES_DATE:
		return p_date(in, &key->day);
	case TAKES_SIZE:
		return p_number64(in, &key->number);
	case TAKES_SECONDS:
		return p_seconds(ps, in, key);
	case TAKES_SET:
		return p_set(ps, in, key);
	case TAKES_MODSEQ:
		return p_modseq(ps, in, key);
	case TAKES_OBJECTID:
		return p_objectid(in, &key->text);
	case TAKES_NONE:
	case TAKES_KEY:
	case TAKES_TWO:
		break;
	}
	return true;
}

/* A key that begins with a word. */
static bool
p_named_key(
    struct parse *ps, struct span *in, unsigned depth, struct search_key *key)
{
	struct span word = key_word(in);
	const struct row *row = NULL;

	for (size_t i = 0; i < NELEM(rows) && row == NULL; i++)
		if (span_case_is(word, rows[i].word))
			row = &rows[i];
	if (row == NULL)
		return false;
	in->p = word.end;
	key->kind = row->kind;
	key->negate = row->negate;
	key->mask = row->mask;
	key->flags = row->flags;
	if (row->field != NULL)
		key->field = span_str(row->field);
	if (row->takes == TAKES_NONE)
		return true;
	if (!p_sp(in))
		return false;
	if (row->takes == TAKES_KEY || row->takes == TAKES_TWO)
		return p_keys_within(ps, in, row, depth, key);
	return p_operand(ps, in, row, key);
}

/* search-key *(SP search-key), the AND of them */
static bool
p_key_list(
    struct parse *ps, struct span *in, unsigned depth, struct search_key *and)
{
	struct search_key **next = &and->child;

	struct span rest;

	and->kind = SEARCH_AND;
	do {
		if (!p_search_key(ps, in, depth, next))
			return false;
		next = &(*next)->next;
		rest = *in;
	} while (!p_end(&rest) && p_sp(in));
	return true;
}

/*
 * search-key: a word, a set, or a list in parentheses.  Unlike elsewhere *in
 * has moved on false: nobody comes back to it.
 */
static bool
p_search_key(
    struct parse *ps, struct span *in, unsigned depth, struct search_key **out)
{
	struct search_key *key = arena_alloc(ps->a, sizeof *key);

	if (depth > LIMIT_SEARCH_DEPTH || ++ps->keys > LIMIT_SEARCH_KEYS)
		return false;
	*out = key;
	if (span_eat(in, '('))
		return p_key_list(ps, in, depth + 1, key) && span_eat(in, ')');
	key->kind = SEARCH_SEQS;
	if (span_isdigit(in) || span_at(in, '*') || span_at(in, '$'))
		return p_set(ps, in, key);
	return p_named_key(ps, in, depth, key);
}

/* search-return-opt */
static bool
p_return_opt(struct span *in, unsigned *want)
{
	static const char *const words[] = { "MIN", "MAX", "ALL", "COUNT",
		"SAVE" };
	struct span word = key_word(in);

	for (size_t i = 0; i < NELEM(words); i++) {
		if (!span_case_is(word, words[i]))
			continue;
		*want |= 1U << i;
		in->p = word.end;
		return true;
	}
	return false;
}

/*
 * search-return-opts = SP "RETURN" SP "(" [search-return-opt
 *                      *(SP search-return-opt)] ")"
 */
static bool
p_return_opts(struct span *in, unsigned *want)
{
	struct span s = *in;
	unsigned bits = 0;

	if (!p_sp(&s) || !span_eat_word(&s, "RETURN") || !p_sp(&s) ||
	    !span_eat(&s, '('))
		return false;
	if (!span_at(&s, ')'))
		do
			if (!p_return_opt(&s, &bits))
				return false;
		while (p_sp(&s));
	if (!span_eat(&s, ')'))
		return false;
	*in = s;
	*want = bits == 0 ? RETURN_ALL : bits;
	return true;
}

/* "CHARSET" SP charset SP */
static bool
p_charset(struct arena *a, struct span *in, struct span *out)
{
	struct span s = *in, charset;

	if (!p_word(&s, "CHARSET") || !p_sp(&s) ||
	    !p_astring(a, &s, &charset) || !p_sp(&s))
		return false;
	*in = s;
	*out = charset;
	return true;
}

void
p_search_return(struct span *in, struct search_args *out)
{
	*out = (struct search_args){ .want = RETURN_ALL, .utf8 = true };
	out->extended = p_return_opts(in, &out->want);
}

/* 1*(SP search-key), up to the end */
static bool
p_program(
    struct arena *a, struct span *in, int64_t now, struct search_args *out)
{
	struct parse ps = { .a = a, .now = now, .args = *out };
	struct span s = *in;

	ps.args.root = arena_alloc(a, sizeof *ps.args.root);
	if (!p_key_list(&ps, &s, 0, ps.args.root) || !p_end(&s))
		return false;
	*in = s;
	*out = ps.args;
	return true;
}

bool
p_search_args(
    struct arena *a, struct span *in, int64_t now, struct search_args *out)
{
	struct search_args args;
	struct span s = *in;

	p_search_return(&s, &args);
	if (!p_sp(&s))
		return false;
	(void)p_charset(a, &s, &args.charset); /* it is optional */
	if (!p_program(a, &s, now, &args))
		return false;
	*in = s;
	*out = args;
	return true;
}

bool
p_search_criteria(
    struct arena *a, struct span *in, int64_t now, struct search_args *out)
{
	struct span s = *in, charset;

	if (!p_astring(a, &s, &charset) || !p_sp(&s) ||
	    !p_program(a, &s, now, out))
		return false;
	out->charset = charset;
	out->needs_charset = true;
	*in = s;
	return true;
}
