/*
 * sizelist.c: courierpop3dsizelist, what POP3 knows of the INBOX.
 *
 * The file is Courier's, version 3 (courierpop3dsizelist(5)); version 2 lacks
 * utf8.  Of any other version only the header counts, as Courier 5 has it.
 *
 *	list  = "/" version [ SP nextuid [ SP uidv ] ] LF *entry
 *	entry = name SP octets SP uid ":" euidv [ ":" utf8 ] LF
 *
 * Problem: the octets of an entry that Courier wrote are not what is sent.
 *   It leaves out the CRLF that it adds to a last line without one, and
 *   counts an LF behind a CR twice.  So such a message is counted again,
 *   once; our own figure is told from Courier's by a zero in front of it,
 *   which Courier reads and drops when it rewrites the file.
 *
 * Rejected: a file of our own beside it (two files that can contradict each
 * other); a look at the last bytes only (CRLFs can be anywhere).
 */
#include "store/sizelist.h"

#include <string.h>

#include "base/ascii.h"
#include "base/num.h"
#include "text/bytes.h"

/* --- reading --------------------------------------------------------- */

/*
 * Numbers that are missing stay 0.  Returns whether the version is one whose
 * entries are read; neat is set for the one that is written.
 */
static bool
p_header(struct span line, struct sizelist *l)
{
	uint32_t version, n;

	if (!span_eat(&line, '/') || !num_u32(&line, &version))
		return false;
	if (span_eat(&line, ' ') && num_u32(&line, &n)) {
		l->nextuid = n;
		if (span_eat(&line, ' ') && num_u32(&line, &n))
			l->uidv = n;
	}
	l->neat = version == 3 && line.p == line.end && l->uidv != 0 &&
		  l->nextuid != 0;
	return version == 2 || version == 3;
}

/* The last word of *line and the space before it, taken off its end. */
static bool
cut_last(struct span *line, struct span *word)
{
	const char *p = line->end;

	while (p > line->p && p[-1] != ' ')
		p--;
	if (p == line->p)
		return false;
	word->p = p;
	word->end = line->end;
	line->end = p - 1;
	return true;
}

/* uid ":" euidv [ ":" utf8 ] */
static bool
p_uid(struct span s, struct sizelist_entry *e, bool *has_utf8)
{
	uint32_t utf8 = 0;

	e->euidv = 0;
	*has_utf8 = false;
	if (!num_u32(&s, &e->uid))
		return false;
	if (span_eat(&s, ':') && !num_u32(&s, &e->euidv))
		return false;
	if (span_eat(&s, ':')) {
		if (!num_u32(&s, &utf8))
			return false;
		*has_utf8 = true;
	}
	e->utf8 = utf8 != 0;
	return s.p == s.end;
}

/* A number too large is counted again: no UID is lost for it. */
static bool
p_octets(struct span s, struct sizelist_entry *e)
{
	e->exact = span_len(s) > 1 && span_at(&s, '0');
	if (num_u64(&s, &e->octets))
		return s.p == s.end;
	if (s.p == s.end)
		return false;
	while (span_isdigit(&s))
		s.p++;
	e->octets = 0;
	e->exact = false;
	return s.p == s.end;
}

bool
sizelist_is_name(struct span s)
{
	return s.p < s.end && *s.p != '.' && !bytes_has_either(s, '/', '\0');
}

/* Digits before *p, the last first; not below from. */
static bool
back_number(const char *from, const char **p, uint64_t *n)
{
	const char *s = *p;
	uint64_t factor = 1, sum = 0;
	unsigned digit;

	for (; s > from && (digit = (unsigned)s[-1] - '0') <= 9; s--) {
		sum += factor * digit;
		factor *= 10;
	}
	*n = sum;
	/* so few that nothing can have overflowed */
	return s != *p && *p - s <= 10 && ((*p = s), true);
}

static bool
back_char(const char *from, const char **p, char c)
{
	return *p > from && (*p)[-1] == c && ((*p)--, true);
}

/* Behind the uid most lines of a list have the same. */
struct tail {
	char text[16];
	size_t len; /* of which 8 at least, or 0: there is none */
	uint32_t euidv;
	bool utf8;
};

/* In two words, which can overlap. */
static bool
is_same_tail(const struct tail *t, const char *end)
{
	return memcmp(end - t->len, t->text, 8) == 0 &&
	       memcmp(end - 8, t->text + t->len - 8, 8) == 0;
}

/* ":" euidv ":" utf8 before *p. */
static bool
back_tail(const char *from, const char **p, struct tail *t)
{
	const char *end = *p;
	uint64_t utf8, euidv;

	if (t->len > 0 && (size_t)(end - from) >= t->len &&
	    is_same_tail(t, end)) {
		*p -= t->len;
		return true;
	}
	if (!back_number(from, p, &utf8) || !back_char(from, p, ':') ||
	    !back_number(from, p, &euidv) || !back_char(from, p, ':') ||
	    utf8 > 1 || euidv > UINT32_MAX)
		return false;
	t->euidv = (uint32_t)euidv;
	t->utf8 = utf8 == 1;
	t->len = (size_t)(end - *p);
	if (t->len < 8 || t->len > sizeof t->text)
		t->len = 0;
	memcpy(t->text, *p, t->len);
	return true;
}

/*
 * name SP "0" octets SP uid ":" euidv ":" utf8, as we write it, from its end.
 * False for whatever else may be right: p_entry() looks closer.
 */
static bool
p_usual(struct span line, struct tail *t, struct sizelist_entry *e)
{
	const char *from = line.p, *p = line.end, *octets;
	uint64_t uid;

	if (!back_tail(from, &p, t) || !back_number(from, &p, &uid) ||
	    uid > UINT32_MAX || !back_char(from, &p, ' ') ||
	    !back_number(from, &p, &e->octets))
		return false;
	octets = p;
	if (!back_char(from, &p, ' ') || *octets != '0' || octets[1] == ' ')
		return false;
	e->uid = (uint32_t)uid;
	e->euidv = t->euidv;
	e->utf8 = t->utf8;
	e->exact = true;
	e->name = span_of(from, (size_t)(p - from));
	return true;
}

/* A name can have spaces in it, so what follows is taken from the end. */
static bool
p_entry(struct span line, struct sizelist_entry *e)
{
	struct span uid, octets;
	bool has_utf8;

	if (!cut_last(&line, &uid) || !p_uid(uid, e, &has_utf8) ||
	    !cut_last(&line, &octets) || !p_octets(octets, e))
		return false;
	if (!has_utf8)
		e->exact = false;
	e->name = line;
	return true;
}

/* Somebody's editor may have left CRs, which Courier ignores. */
static bool
p_unusual(struct span line, struct sizelist *l, struct sizelist_entry *e)
{
	struct tail none = { .len = 0 };

	if (line.p < line.end && line.end[-1] == '\r') {
		line.end--;
		l->neat = false;
	}
	return p_usual(line, &none, e) || p_entry(line, e);
}

void
sizelist_parse(
    struct span text, struct sizelist *l, sizelist_each *each, void *arg)
{
	struct sizelist new = { 0 };
	struct tail tail = { .len = 0 };
	struct sizelist_entry e;
	struct span line;
	const char *lf;
	bool known;

	known = p_header(span_cut(&text, '\n'), &new);
	while (known && text.p < text.end) {
		line = text;
		lf = memchr(text.p, '\n', span_len(text));
		line.end = lf != NULL ? lf : text.end;
		text.p = lf != NULL ? lf + 1 : text.end;
		if ((!p_usual(line, &tail, &e) && !p_unusual(line, &new, &e)) ||
		    !sizelist_is_name(e.name) ||
		    /* a number at the end that was cut may lack digits */
		    lf == NULL) {
			new.neat = false;
			continue;
		}
		/* UINT32_MAX has no successor: then it is given again */
		if (e.euidv == new.uidv &&
		    e.uid >= new.nextuid &&e.uid < UINT32_MAX) {
			new.nextuid = e.uid + 1;
			new.neat = false;
		}
		each(arg, &e);
	}
	*l = new;
}

/* --- writing --------------------------------------------------------- */

void
sizelist_put_head(struct strbuf *out, const struct sizelist *l)
{
	strbuf_puts(out, "/3 ");
	strbuf_num(out, l->nextuid);
	strbuf_putc(out, ' ');
	strbuf_num(out, l->uidv);
	strbuf_putc(out, '\n');
}

void
sizelist_put(struct strbuf *out, const struct sizelist_entry *e)
{
	strbuf_cat(out, e->name);
	strbuf_puts(out, e->exact ? " 0" : " ");
	strbuf_num(out, e->octets);
	strbuf_putc(out, ' ');
	strbuf_num(out, e->uid);
	strbuf_putc(out, ':');
	strbuf_num(out, e->euidv);
	strbuf_puts(out, e->utf8 ? ":1\n" : ":0\n");
}
