/* headertext.c: 8-bit headers for clients that may not see 8-bit. */
#include "imap/headertext.h"

#include "base/strbuf.h"
#include "imap/out.h"
#include "text/encword.h"
#include "text/utf8.h"

/* NUL is 0x80 wherever a client sees it, and then no ASCII any more. */
static void
put_encoded(struct wr *w, struct span s)
{
	struct strbuf plain = { 0 }, encoded = { 0 };

	strbuf_cat(&plain, s);
	for (size_t i = 0; i < plain.len; i++)
		if (plain.p[i] == '\0')
			plain.p[i] = '\x80';
	encword_encode(strbuf_span(&plain), &encoded);
	out_nstring(w, strbuf_span(&encoded), false);
	strbuf_clear(&plain);
	strbuf_clear(&encoded);
}

void
headertext_put(struct wr *w, struct span s, bool utf8)
{
	if (s.p == NULL)
		wr_lit(w, "NIL");
	else if (out_plain(w, s))
		return;
	else if (span_find(s, '\0') == NULL &&
		 (utf8_is_ascii(s) || (utf8 && utf8_valid(s))))
		out_string(w, s, utf8);
	else
		put_encoded(w, s);
}
