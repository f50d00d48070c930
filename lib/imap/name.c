/* name.c: the two styles of names, over the same tree. */
#include "imap/name.h"

#include "store/folder.h"
#include "store/name.h"
#include "text/mutf7.h"
#include "text/utf8.h"

/* The name as UTF-8, whatever it was on the wire. */
static bool
to_utf8(struct session *s, struct span name, struct span *out)
{
	struct strbuf b = { 0 };

	if (s->utf8 || !utf8_is_ascii(name) || name_is_simple(name)) {
		*out = name;
		return utf8_valid(name);
	}
	if (!mutf7_decode(name, &b)) {
		strbuf_clear(&b);
		return false;
	}
	*out = arena_span(&s->arena, strbuf_span(&b));
	strbuf_clear(&b);
	return true;
}

bool
name_exists(const struct session *s, struct span folder)
{
	return s->conf->inbox_prefix || !span_case_is(folder, "INBOX");
}

bool
name_to_folder(struct session *s, struct span name, struct span *folder)
{
	struct span f;

	if (!to_utf8(s, name, &f))
		return false;
	if (span_case_is(f, "INBOX")) {
		f.p = f.end;
	} else if (s->conf->inbox_prefix) {
		if (!span_eat_word(&f, "INBOX.") || f.p == f.end)
			return false;
	} else if (f.p == f.end) {
		return false;
	}
	if (!folder_name_valid(s->account, f))
		return false;
	*folder = f;
	return true;
}

const char *
name_prefix(const struct session *s, struct span folder)
{
	if (folder.p == folder.end)
		return "INBOX";
	return s->conf->inbox_prefix ? "INBOX." : "";
}

void
name_put_utf8(const struct session *s, struct span folder, struct strbuf *out)
{
	strbuf_puts(out, name_prefix(s, folder));
	strbuf_cat(out, folder);
}

void
name_put(const struct session *s, struct span folder, struct strbuf *out)
{
	struct strbuf utf8 = { 0 };

	if (s->utf8) {
		name_put_utf8(s, folder, out);
		return;
	}
	name_put_utf8(s, folder, &utf8);
	(void)mutf7_encode(strbuf_span(&utf8), out); /* folders are UTF-8 */
	strbuf_clear(&utf8);
}
