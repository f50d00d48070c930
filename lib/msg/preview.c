/* preview.c: what a message begins with, for lists (RFC 8970). */
#include "msg/preview.h"

#include "base/nelem.h"
#include "msg/decode.h"
#include "msg/html.h"
#include "text/utf8.h"

enum { TEXT_MAX = 256 * 1024, PARTS_MAX = 8 };

/* Text on its way into a preview. */
struct preview {
	struct strbuf *out;
	unsigned chars;
	bool space; /* one is due before the next character */

	/* the part at hand */
	bool is_html;
	bool skip_quoted; /* lines that begin with ">" */
	bool at_line;
	bool in_quoted;
	size_t seen; /* bytes of text */
	struct html html;
	struct strbuf text;
};

static bool
is_space(uint32_t cp)
{
	return cp == ' ' || (cp >= 9 && cp <= 13) || cp == 0x85 || cp == 0xa0 ||
	       cp == 0x1680 || (cp >= 0x2000 && cp <= 0x200a) || cp == 0x2028 ||
	       cp == 0x2029 || cp == 0x202f || cp == 0x205f || cp == 0x3000;
}

/*
 * Controls; and what has no width, with which bulk mail fills the space
 * behind the words that it wants to be shown.
 */
static bool
is_invisible(uint32_t cp)
{
	static const struct {
		uint32_t lo, hi;
	} ranges[] = {
		/* clang-format off */
		{ 0, 0x1f }, { 0x7f, 0x9f }, { 0xad, 0xad }, { 0x34f, 0x34f },
		{ 0x61c, 0x61c }, { 0x115f, 0x1160 }, { 0x17b4, 0x17b5 },
		{ 0x180b, 0x180e }, { 0x200b, 0x200f }, { 0x202a, 0x202e },
		{ 0x2060, 0x206f }, { 0x2800, 0x2800 }, { 0xfe00, 0xfe0f },
		{ 0xfeff, 0xfeff }, { 0xfff0, 0xfff8 }, { 0xe0000, 0xe0fff },
		/* clang-format on */
	};

	for (size_t i = 0; i < NELEM(ranges); i++)
		if (cp >= ranges[i].lo && cp <= ranges[i].hi)
			return true;
	return false;
}

static void
add_char(struct preview *p, uint32_t cp)
{
	if (is_space(cp)) {
		p->space = p->chars > 0;
		return;
	}
	if (is_invisible(cp))
		return;
	if (p->space) {
		p->space = false;
		if (++p->chars >= PREVIEW_CHARS)
			return; /* no blank at the end */
		strbuf_putc(p->out, ' ');
	}
	utf8_put(p->out, cp);
	p->chars++;
}

/* Plain text: whether the character is to be passed over. */
static bool
is_quoted(struct preview *p, uint32_t cp)
{
	if (p->at_line)
		p->in_quoted = p->skip_quoted && cp == '>';
	p->at_line = cp == '\n';
	if (p->at_line && p->in_quoted)
		p->space = p->chars > 0;
	return p->in_quoted;
}

/* What decode_text() gives; 1 when it is enough. */
static int
add_text(void *arg, struct span utf8)
{
	struct preview *p = arg;
	uint32_t cp;

	p->seen += span_len(utf8);
	if (p->is_html) {
		strbuf_reset(&p->text);
		html_text(&p->html, utf8, &p->text);
		utf8 = strbuf_span(&p->text);
	}
	while (p->chars < PREVIEW_CHARS && utf8_next(&utf8, &cp))
		if (p->is_html || !is_quoted(p, cp))
			add_char(p, cp);
	return p->chars >= PREVIEW_CHARS || p->seen >= TEXT_MAX;
}

static void
read_part(struct preview *p, int fd, const struct part *part, bool skip_quoted)
{
	p->is_html = !span_case_is(part->subtype, "plain");
	p->skip_quoted = skip_quoted;
	p->at_line = true;
	p->in_quoted = p->space = false;
	p->seen = 0;
	p->html = (struct html){ .state = HTML_TEXT };
	/* what was read before an error is as good */
	(void)decode_text(fd, part, add_text, p);
}

static bool
is_text(const struct part *part)
{
	if (part->kind != PART_LEAF || !span_case_is(part->type, "text") ||
	    !decode_known(part))
		return false;
	if (part->disposition.p != NULL &&
	    span_case_is(part->disposition, "attachment"))
		return false;
	return span_case_is(part->subtype, "plain") ||
	       span_case_is(part->subtype, "html") ||
	       span_case_is(part->subtype, "enriched");
}

/* Of multipart/alternative plain text comes first, wherever it stands. */
static const struct part *
plain_child(const struct part *part)
{
	if (part->kind != PART_MULTIPART ||
	    !span_case_is(part->subtype, "alternative"))
		return NULL;
	for (part = part->child; part != NULL; part = part->next)
		if (is_text(part) && span_case_is(part->subtype, "plain"))
			return part;
	return NULL;
}

static void
try_part(struct preview *p, int fd, const struct part *part)
{
	if (!is_text(part))
		return;
	read_part(p, fd, part, true);
	if (p->chars == 0 && !p->is_html)
		read_part(p, fd, part, false);
}

/* The part that stands behind part in the file. */
static const struct part *
next_part(const struct part *part)
{
	if (part->child != NULL)
		return part->child;
	while (part != NULL && part->next == NULL)
		part = part->parent;
	return part == NULL ? NULL : part->next;
}

void
preview_make(int fd, const struct part *root, struct strbuf *out)
{
	struct preview p = { .out = out };
	const struct part *plain;
	unsigned tried = 0;

	for (const struct part *part = root;
	     part != NULL && p.chars == 0 && tried < PARTS_MAX;
	     part = next_part(part)) {
		if ((plain = plain_child(part)) != NULL) {
			try_part(&p, fd, plain);
			tried++;
		}
		if (p.chars == 0 && is_text(part)) {
			try_part(&p, fd, part);
			tried++;
		}
	}
	strbuf_clear(&p.text);
}
