/* wrap.c: a message about a message. */
#include "pop3/wrap.h"

#include "text/bytes.h"
#include "text/date.h"

/* As "dd-Mon-yyyy hh:mm:ss +zzzz", which always has the same length. */
static void
put_date(int64_t date, struct strbuf *out)
{
	size_t at = out->len;

	date_put_imap_time(out, date);
	if (out->p[at] == ' ')
		out->p[at] = '0';
	out->p[at + 2] = out->p[at + 6] = ' ';
}

static void
put_boundary(const struct drop_message *m, struct strbuf *out)
{
	strbuf_puts(out, "=_utf8-");
	strbuf_num(out, m->uid);
	strbuf_putc(out, '-');
	strbuf_num(out, m->euidv);
	strbuf_putc(out, '-');
	strbuf_num(out, m->octets);
}

void
wrap_head(const struct drop_message *m, const char *type, int64_t date,
    struct strbuf *out)
{
	strbuf_puts(out, "From: Mail Delivery Subsystem <postmaster>\n"
			 "Subject: Cannot display Unicode content\n"
			 "Date: ");
	put_date(date, out);
	strbuf_puts(out, "\nMIME-Version: 1.0\n"
			 "Content-Type: multipart/mixed; boundary=\"");
	put_boundary(m, out);
	strbuf_puts(out, "\"\n\n"
			 "This is a multipart message in MIME format.\n\n--");
	put_boundary(m, out);
	strbuf_puts(out, "\nContent-Type: text/plain; charset=us-ascii\n\n"
			 "The attached message has Unicode in its header, and "
			 "your mail program has\nnot said that it can display "
			 "that. Perhaps it can open the attachment.\n\n--");
	put_boundary(m, out);
	strbuf_puts(out, "\nContent-Type: ");
	strbuf_puts(out, type);
	strbuf_puts(out, "\nContent-Transfer-Encoding: 8bit\n\n");
}

void
wrap_tail(const struct drop_message *m, struct strbuf *out)
{
	strbuf_puts(out, "\n--");
	put_boundary(m, out);
	strbuf_puts(out, "--\n");
}

uint64_t
wrap_octets(const struct drop_message *m, const char *type)
{
	struct strbuf text = { 0 };
	bool cr = false;
	uint64_t n;

	wrap_head(m, type, 0, &text);
	wrap_tail(m, &text);
	n = bytes_crlf_len(strbuf_span(&text), &cr);
	strbuf_clear(&text);
	return n;
}
