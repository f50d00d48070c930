/* out.c: strings, names, flags and sets, always as the grammar has them. */
#include "imap/out.h"

#include <string.h>

#include "base/nelem.h"
#include "imap/modseq.h"
#include "imap/name.h"
#include "imap/token.h"
#include "text/bytes.h"
#include "text/utf8.h"

enum { QUOTED_MAX = 1000 }; /* longer strings go as literals */

static bool
can_quote(struct span s, bool utf8)
{
	bool high = false;

	if (span_len(s) > QUOTED_MAX)
		return false;
	for (const char *p = s.p; p < s.end; p++) {
		if (*p == '\0' || *p == '\r' || *p == '\n')
			return false;
		high |= (unsigned char)*p >= 0x80;
	}
	return !high || (utf8 && utf8_valid(s));
}

static void
quoted(struct wr *w, struct span s)
{
	const char *from = s.p;

	wr_putc(w, '"');
	for (; s.p < s.end; s.p++) {
		if (*s.p != '"' && *s.p != '\\')
			continue;
		wr_bytes(w, from, (size_t)(s.p - from));
		wr_putc(w, '\\');
		from = s.p;
	}
	wr_bytes(w, from, (size_t)(s.end - from));
	wr_putc(w, '"');
}

static void
literal(struct wr *w, struct span s)
{
	struct span run;

	wr_putc(w, '{');
	wr_num(w, span_len(s));
	wr_lit(w, "}\r\n");
	while (s.p < s.end) {
		run = s;
		run.end = span_find(s, '\0');
		if (run.end == NULL) {
			wr_span(w, s);
			return;
		}
		wr_span(w, run);
		wr_putc(w, '\x80');
		s.p = run.end + 1;
	}
}

bool
out_plain(struct wr *w, struct span s)
{
	size_t len = span_len(s);
	char *to;

	if (len > QUOTED_MAX || !bytes_is_plain(s))
		return false;
	to = wr_room(w, len + 2);
	*to++ = '"';
	if (len > 0) /* else s may be NULL */
		memcpy(to, s.p, len);
	to += len;
	*to++ = '"';
	wr_put_to(w, to);
	return true;
}

void
out_string(struct wr *w, struct span s, bool utf8)
{
	if (out_plain(w, s))
		return;
	if (can_quote(s, utf8))
		quoted(w, s);
	else
		literal(w, s);
}

void
out_nstring(struct wr *w, struct span s, bool utf8)
{
	if (s.p == NULL)
		wr_lit(w, "NIL");
	else
		out_string(w, s, utf8);
}

void
out_astring(struct wr *w, struct span s, bool utf8)
{
	bool atom = s.p < s.end && !span_case_is(s, "NIL");

	for (const char *p = s.p; p < s.end && atom; p++)
		atom = token_is_astring_char((unsigned char)*p);
	if (atom)
		wr_span(w, s);
	else
		out_string(w, s, utf8);
}

void
out_mailbox(struct session *s, struct span folder)
{
	struct strbuf name = { 0 };

	/* as most are: the same in UTF-8 and modified UTF-7, and short */
	if (bytes_is_plain(folder) && span_find(folder, '&') == NULL) {
		wr_putc(s->out, '"');
		wr_span(s->out, span_str(name_prefix(s, folder)));
		wr_span(s->out, folder);
		wr_putc(s->out, '"');
		return;
	}
	name_put(s, folder, &name);
	out_string(s->out, strbuf_span(&name), s->utf8);
	strbuf_clear(&name);
}

static const struct {
	unsigned flag;
	const char *name;
} names[] = {
	{ FLAG_ANSWERED, "\\Answered" },
	{ FLAG_FLAGGED, "\\Flagged" },
	{ FLAG_DELETED, "\\Deleted" },
	{ FLAG_SEEN, "\\Seen" },
	{ FLAG_DRAFT, "\\Draft" },
	{ FLAG_RECENT, "\\Recent" },
};

bool
out_keyword(struct session *s, const char *sep, uint32_t k)
{
	struct span name = mailbox_keyword(s->mbox, k);

	if (!utf8_is_ascii(name))
		return false;
	wr_span(s->out, span_str(sep));
	wr_span(s->out, name);
	return true;
}

void
out_flags(struct session *s, const struct message *m)
{
	const uint32_t *set;
	const char *sep = "";
	size_t n;

	wr_putc(s->out, '(');
	for (size_t i = 0; i < NELEM(names); i++) {
		if (!(m->flags & names[i].flag) ||
		    (names[i].flag == FLAG_RECENT && s->rev2))
			continue;
		wr_span(s->out, span_str(sep));
		wr_span(s->out, span_str(names[i].name));
		sep = " ";
	}
	set = m->keywords == 0 ? NULL
			       : mailbox_keyword_set(s->mbox, m->keywords, &n);
	for (size_t i = 0; set != NULL && i < n; i++)
		if (out_keyword(s, sep, set[i]))
			sep = " ";
	wr_putc(s->out, ')');
}

static void
begin_fetch(struct session *s, uint32_t seq, uint32_t uid)
{
	wr_lit(s->out, "* ");
	wr_num(s->out, seq);
	wr_lit(s->out, " FETCH (");
	if (uid == 0)
		return;
	wr_lit(s->out, "UID ");
	wr_num(s->out, uid);
	wr_putc(s->out, ' ');
}

void
out_fetch_flags(struct session *s, uint32_t seq, bool uid)
{
	struct message m = mailbox_message(s->mbox, seq);
	bool modseq = modseq_is_on(s);

	if (mailbox_state(s->mbox)->damaged)
		return; /* the session ends */
	begin_fetch(s, seq, uid || modseq ? m.uid : 0);
	wr_lit(s->out, "FLAGS ");
	out_flags(s, &m);
	if (modseq) {
		wr_putc(s->out, ' ');
		modseq_put(s, m.modseq);
	}
	wr_lit(s->out, ")\r\n");
}

void
out_fetch_modseq(struct session *s, uint32_t seq)
{
	struct message m = mailbox_message(s->mbox, seq);

	if (mailbox_state(s->mbox)->damaged)
		return; /* the session ends */
	begin_fetch(s, seq, m.uid);
	modseq_put(s, m.modseq);
	wr_lit(s->out, ")\r\n");
}

void
out_put_set(struct strbuf *b, const uint32_t *v, size_t n)
{
	size_t from = 0;

	for (size_t i = 1; i <= n; i++) {
		if (i < n && v[i] == v[i - 1] + 1)
			continue;
		if (from > 0)
			strbuf_putc(b, ',');
		strbuf_num(b, v[from]);
		if (i - from > 1) {
			strbuf_putc(b, ':');
			strbuf_num(b, v[i - 1]);
		}
		from = i;
	}
}

void
out_set(struct wr *w, const uint32_t *v, size_t n)
{
	struct strbuf b = { 0 };

	out_put_set(&b, v, n);
	wr_span(w, strbuf_span(&b));
	strbuf_clear(&b);
}
