/* html.c: the words of HTML, byte by byte. */
#include "msg/html.h"

#include <string.h>

#include "base/ascii.h"
#include "base/nelem.h"
#include "text/utf8.h"

/* Tags within a word; all others end one. */
static const char *const inline_tags[] = { "a", "abbr", "b", "big", "code",
	"em", "font", "i", "ins", "mark", "s", "small", "span", "strike",
	"strong", "sub", "sup", "tt", "u" };

/* What stands in these is not shown. */
static const char *const hidden_tags[] = { "head", "noscript", "script",
	"style", "template", "title" };

static const struct {
	const char *name;
	uint32_t cp;
} entities[] = {
	/* clang-format off */
	{ "amp", '&' }, { "lt", '<' }, { "gt", '>' }, { "quot", '"' },
	{ "apos", '\'' }, { "nbsp", ' ' }, { "shy", 0xad }, { "zwnj", 0x200c },
	{ "zwj", 0x200d }, { "ensp", ' ' }, { "emsp", ' ' }, { "thinsp", ' ' },
	{ "ndash", 0x2013 }, { "mdash", 0x2014 }, { "hellip", 0x2026 },
	{ "lsquo", 0x2018 }, { "rsquo", 0x2019 }, { "ldquo", 0x201c },
	{ "rdquo", 0x201d }, { "bdquo", 0x201e }, { "laquo", 0xab },
	{ "raquo", 0xbb }, { "bull", 0x2022 }, { "middot", 0xb7 },
	{ "copy", 0xa9 }, { "reg", 0xae }, { "trade", 0x2122 },
	{ "euro", 0x20ac }, { "pound", 0xa3 }, { "deg", 0xb0 },
	{ "auml", 0xe4 }, { "ouml", 0xf6 }, { "uuml", 0xfc }, { "szlig", 0xdf },
	{ "Auml", 0xc4 }, { "Ouml", 0xd6 }, { "Uuml", 0xdc },
	{ "agrave", 0xe0 }, { "aacute", 0xe1 }, { "egrave", 0xe8 },
	{ "eacute", 0xe9 }, { "ecirc", 0xea }, { "ccedil", 0xe7 },
	{ "iacute", 0xed }, { "oacute", 0xf3 }, { "ntilde", 0xf1 },
	/* clang-format on */
};

static void
put(const struct html *h, struct span s, struct strbuf *out)
{
	if (!h->hidden)
		strbuf_cat(out, s);
}

/* --- entities -------------------------------------------------------- */

static uint32_t
digit(char c, uint32_t base)
{
	if (c >= '0' && c <= '9')
		return (uint32_t)(c - '0');
	if (base == 16 && c >= 'a' && c <= 'f')
		return (uint32_t)(c - 'a' + 10);
	if (base == 16 && c >= 'A' && c <= 'F')
		return (uint32_t)(c - 'A' + 10);
	return UINT32_MAX;
}

/* "#" and a number; 0 for what names no character. */
static uint32_t
number(const char *s, size_t len)
{
	uint32_t base = 10, n = 0;
	size_t i = 1;

	if (i < len && (s[i] == 'x' || s[i] == 'X')) {
		base = 16;
		i++;
	}
	for (; i < len; i++) {
		uint32_t d = digit(s[i], base);

		if (d == UINT32_MAX || n > 0x10ffff)
			return 0;
		n = n * base + d;
	}
	return n > 0x10ffff || (n >= 0xd800 && n < 0xe000) ? 0 : n;
}

/* The entity whose name has been read; it stays as it is if it is none. */
static void
end_entity(struct html *h, bool semicolon, struct strbuf *out)
{
	struct span name = span_of(h->word, h->len);
	struct strbuf b = { 0 };
	uint32_t cp = 0;

	if (span_at(&name, '#'))
		cp = number(h->word, h->len);
	for (size_t i = 0; i < NELEM(entities) && cp == 0; i++)
		if (span_is(name, entities[i].name))
			cp = entities[i].cp;
	if (cp != 0) {
		utf8_put(&b, cp);
	} else {
		strbuf_putc(&b, '&');
		strbuf_cat(&b, name);
		if (semicolon)
			strbuf_putc(&b, ';');
	}
	put(h, strbuf_span(&b), out);
	strbuf_clear(&b);
	h->state = HTML_TEXT;
}

/* Whether c has been taken; else the entity ended before it. */
static bool
entity_byte(struct html *h, char c, struct strbuf *out)
{
	unsigned char u = (unsigned char)c;

	if (c == ';') {
		end_entity(h, true, out);
		return true;
	}
	if (h->len < HTML_WORD && (ascii_isalpha(u) || ascii_isdigit(u) ||
				      (c == '#' && h->len == 0))) {
		h->word[h->len++] = c;
		return true;
	}
	end_entity(h, false, out);
	return false;
}

/* --- tags ------------------------------------------------------------ */

static bool
is_one_of(struct span name, const char *const *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (span_case_is(name, v[i]))
			return true;
	return false;
}

static void
end_tag(struct html *h, struct strbuf *out)
{
	struct span name =
	    span_of(h->word, h->len < HTML_WORD ? h->len : HTML_WORD);
	bool closes = span_eat(&name, '/');

	h->state = HTML_TEXT;
	if (!is_one_of(name, inline_tags, NELEM(inline_tags)))
		put(h, span_str(" "), out);
	if (h->hidden && closes && span_case_is(name, h->hider)) {
		h->hidden = false;
	} else if (!h->hidden && !closes &&
		   is_one_of(name, hidden_tags, NELEM(hidden_tags))) {
		h->hidden = true;
		memcpy(h->hider, name.p, span_len(name));
		h->hider[span_len(name)] = '\0';
	}
}

/* Whether c has been taken; else "<" was no tag's. */
static bool
tag_byte(struct html *h, char c, struct strbuf *out)
{
	bool begin = ascii_isalpha((unsigned char)c) || c == '!';
	bool name = begin || ascii_isdigit((unsigned char)c) || c == '-' ||
		    (c == '/' && h->len == 0);

	if (h->in_name && h->len == 0 && !begin && c != '/' && c != '?') {
		put(h, span_str("<"), out);
		h->state = HTML_TEXT;
		return false;
	}
	if (c == '>') {
		end_tag(h, out);
		return true;
	}
	h->in_name = h->in_name && name;
	if (h->in_name) {
		if (h->len < HTML_WORD)
			h->word[h->len] = c;
		h->len++;
		if (h->len == 3 && memcmp(h->word, "!--", 3) == 0) {
			h->state = HTML_COMMENT;
			h->len = 0;
		}
	} else if (c == '"' || c == '\'') {
		h->state = HTML_QUOTED;
		h->quote = c;
	}
	return true;
}

/* len counts the dashes in a row. */
static void
comment_byte(struct html *h, char c)
{
	if (c == '>' && h->len >= 2)
		h->state = HTML_TEXT;
	h->len = c == '-' ? (h->len < 2 ? h->len + 1 : 2) : 0;
}

/* --- text ------------------------------------------------------------ */

/* Up to the next byte that means something. */
static struct span
text_run(struct html *h, struct span *in)
{
	struct span run = { in->p, in->p };

	while (run.end < in->end && *run.end != '<' && *run.end != '&')
		run.end++;
	in->p = run.end;
	if (in->p == in->end)
		return run;
	h->state = *in->p++ == '<' ? HTML_TAG : HTML_ENTITY;
	h->len = 0;
	h->in_name = true;
	return run;
}

void
html_text(struct html *h, struct span in, struct strbuf *out)
{
	while (in.p < in.end) {
		switch (h->state) {
		case HTML_TEXT:
			put(h, text_run(h, &in), out);
			break;
		case HTML_TAG:
			if (tag_byte(h, *in.p, out))
				in.p++;
			break;
		case HTML_QUOTED:
			if (*in.p++ == h->quote)
				h->state = HTML_TAG;
			break;
		case HTML_COMMENT:
			comment_byte(h, *in.p++);
			break;
		case HTML_ENTITY:
			if (entity_byte(h, *in.p, out))
				in.p++;
			break;
		}
	}
}
