/* headertext.c: 8-bit headers for clients that may not see 8-bit. */
#include "imap/headertext.h"

#include "base/strbuf.h"
#include "imap/out.h"
#include "text/bytes.h"
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
	bool plain = s.p == NULL || bytes_is_plain(s);
	bool nul = !plain && span_find(s, '\0') != NULL;

	if (plain || (!nul && (utf8_is_ascii(s) || (utf8 && utf8_valid(s)))))
		out_nstring(w, s, utf8);
	else
		put_encoded(w, s);
}
