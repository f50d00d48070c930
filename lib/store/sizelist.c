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

#include "base/ascii.h"
#include "base/num.h"

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

static bool
is_name(struct span s)
{
	return s.p < s.end && *s.p != '.' && span_find(s, '/') == NULL &&
	       span_find(s, '\0') == NULL;
}

/* Digits before *p, the last first; not below from. */
static bool
back_number(const char *from, const char **p, uint64_t *n)
{
	const char *s = *p;
	uint64_t factor = 1, sum = 0;

	for (; s > from && ascii_isdigit(s[-1]); s--, factor *= 10)
		sum += factor * (uint64_t)(s[-1] - '0');
	*n = sum;
	/* so few that nothing can have overflowed */
	return s != *p && *p - s <= 10 && ((*p = s), true);
}

static bool
back_char(const char *from, const char **p, char c)
{
	return *p > from && (*p)[-1] == c && ((*p)--, true);
}

/*
 * name SP "0" octets SP uid ":" euidv ":" utf8, as we write it, from its end.
 * False for whatever else may be right: p_entry() looks closer.
 */
static bool
p_usual(struct span line, struct sizelist_entry *e)
{
	const char *from = line.p, *p = line.end, *octets;
	uint64_t utf8, euidv, uid;

	if (!back_number(from, &p, &utf8) || !back_char(from, &p, ':') ||
	    !back_number(from, &p, &euidv) || !back_char(from, &p, ':') ||
	    !back_number(from, &p, &uid) || !back_char(from, &p, ' ') ||
	    !back_number(from, &p, &e->octets))
		return false;
	octets = p;
	if (!back_char(from, &p, ' ') || *octets != '0' || octets[1] == ' ' ||
	    utf8 > 1 || euidv > UINT32_MAX || uid > UINT32_MAX)
		return false;
	e->uid = (uint32_t)uid;
	e->euidv = (uint32_t)euidv;
	e->utf8 = utf8 == 1;
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

	if (p_usual(line, e))
		return is_name(e->name);
	if (!cut_last(&line, &uid) || !p_uid(uid, e, &has_utf8) ||
	    !cut_last(&line, &octets) || !p_octets(octets, e))
		return false;
	if (!has_utf8)
		e->exact = false;
	e->name = line;
	return is_name(line);
}

/* Somebody's editor may have left CRs, which Courier ignores. */
static struct span
cut_line(struct span *text, struct sizelist *l)
{
	struct span line = span_cut(text, '\n');

	if (line.p < line.end && line.end[-1] == '\r') {
		line.end--;
		l->neat = false;
	}
	return line;
}

void
sizelist_parse(
    struct span text, struct sizelist *l, sizelist_each *each, void *arg)
{
	struct sizelist new = { 0 };
	struct sizelist_entry e;
	bool known, whole;

	known = p_header(span_cut(&text, '\n'), &new);
	while (known && text.p < text.end) {
		/* a number at the end of a file that was cut may lack digits */
		whole = span_find(text, '\n') != NULL;
		if (!p_entry(cut_line(&text, &new), &e) || !whole) {
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
