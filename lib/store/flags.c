/* flags.c: the letters after ":2,". */
#include "store/flags.h"

#include <stddef.h>

#include "base/nelem.h"

/* In ASCII order, which is how they are written. */
static const struct {
	char letter;
	unsigned flag;
} letters[] = {
	/* clang-format off */
	{ 'D', FLAG_DRAFT },
	{ 'F', FLAG_FLAGGED },
	{ 'R', FLAG_ANSWERED },
	{ 'S', FLAG_SEEN },
	{ 'T', FLAG_DELETED },
	/* clang-format on */
};

struct span
flags_base(struct span filename)
{
	return span_cut(&filename, ':');
}

static unsigned
flag_of(char c)
{
	for (size_t i = 0; i < NELEM(letters); i++)
		if (letters[i].letter == c)
			return letters[i].flag;
	return 0;
}

/* Cut the letters of filename off; false when its info has no letters. */
static bool
find_letters(struct span filename, struct span *out)
{
	const char *colon = span_find(filename, ':');

	if (colon == NULL || filename.end - colon < 3)
		return false;
	if (colon[1] != '2' || colon[2] != ',')
		return false;
	out->p = colon + 3;
	out->end = filename.end;
	return true;
}

unsigned
flags_parse(struct span filename)
{
	struct span s;
	unsigned flags = 0;

	if (!find_letters(filename, &s))
		return 0;
	for (; s.p < s.end && *s.p != ','; s.p++)
		flags |= flag_of(*s.p);
	return flags;
}

/* Whether c is among the n letters at p. */
static bool
has_letter(const char *p, size_t n, char c)
{
	for (; n > 0; n--, p++)
		if (*p == c)
			return true;
	return false;
}

/* Put c where it belongs among the letters from start on; each once. */
static void
insert(struct strbuf *out, size_t start, char c)
{
	size_t i;

	if (has_letter(out->p + start, out->len - start, c))
		return;
	strbuf_putc(out, c);
	for (i = out->len - 1; i > start; i--) {
		if ((unsigned char)out->p[i - 1] < (unsigned char)c)
			break;
		out->p[i] = out->p[i - 1];
	}
	out->p[i] = c;
}

void
flags_name(struct span filename, unsigned flags, struct strbuf *out)
{
	struct span s = { NULL, NULL };
	size_t start;

	strbuf_cat(out, flags_base(filename));
	strbuf_puts(out, ":2,");
	start = out->len;
	if (!find_letters(filename, &s))
		s = span_of("", 0);
	for (; s.p < s.end && *s.p != ','; s.p++)
		if (flag_of(*s.p) == 0)
			insert(out, start, *s.p);
	for (size_t i = 0; i < NELEM(letters); i++)
		if (flags & letters[i].flag)
			insert(out, start, letters[i].letter);
	strbuf_cat(out, s); /* a second comma and what follows */
}
