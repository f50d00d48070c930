/* headertext.c: 8-bit headers for clients that may not see 8-bit. */
#include "imap/headertext.h"

#include "base/strbuf.h"
#include "imap/out.h"
#include "text/encword.h"
#include "text/utf8.h"

void
headertext_put(struct wr *w, struct span s, bool utf8)
{
	struct strbuf b = { 0 };

	if (s.p == NULL || utf8_is_ascii(s) || (utf8 && utf8_valid(s))) {
		out_nstring(w, s, utf8);
		return;
	}
	encword_encode(s, &b);
	out_nstring(w, strbuf_span(&b), utf8);
	strbuf_clear(&b);
}
