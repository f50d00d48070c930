/* lang.c: files of lines, read when a client asks for one. */
#include "text/lang.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/nelem.h"
#include "sys/env.h"
#include "sys/fs.h"
#include "text/utf8.h"

#ifndef LANG_DIR
#define LANG_DIR "/usr/local/share/satchel/lang"
#endif

struct names {
	size_t n;
	char name[LANG_FILES][LANG_TAG_LEN + 1];
};

static const struct {
	const char *tag;
	const char *name;
} built_in[] = {
	/* clang-format off */
	{ "en", "English" },
	{ "i-default", "Default language" },
	/* clang-format on */
};

/* Letters, digits and hyphens: no path is made of anything else. */
static bool
is_tag(const char *s)
{
	size_t len = strlen(s);

	if (len == 0 || len > LANG_TAG_LEN || *s == '-')
		return false;
	for (; *s != '\0'; s++)
		if (!ascii_isalpha((unsigned char)*s) &&
		    !ascii_isdigit((unsigned char)*s) && *s != '-')
			return false;
	return true;
}

static int
keep(void *arg, const char *name, unsigned char type)
{
	struct names *names = arg;

	(void)type;
	if (names->n < LANG_FILES && is_tag(name))
		memcpy(names->name[names->n++], name, strlen(name) + 1);
	return 0;
}

static int
compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

const char *
lang_dir(void)
{
	return env_str("SATCHEL_LANG_DIR", LANG_DIR);
}

/* The directory, or -1; what is in it, in one order for all. */
static int
open_names(struct names *names)
{
	int dir = fs_open_dir(AT_FDCWD, lang_dir());

	names->n = 0;
	if (dir == -1)
		return -1;
	(void)fs_walk(dir, keep, names); /* what was found before is there */
	qsort(names->name, names->n, sizeof names->name[0], compare);
	return dir;
}

static bool
read_lang(int dir, const char *tag, struct lang *l)
{
	struct strbuf text = { 0 };

	if (fs_slurp(dir, tag, LANG_FILE_LEN, &text) == -1 ||
	    !utf8_valid(strbuf_span(&text))) {
		strbuf_clear(&text);
		return false;
	}
	strbuf_clear(&l->text);
	memcpy(l->tag, tag, strlen(tag) + 1);
	l->text = text;
	return true;
}

/* Whether tag is the range, or begins with it and a hyphen. */
static bool
matches(const char *tag, struct span range)
{
	struct span s = span_str(tag);
	size_t len = span_len(range);

	if (len == 0 || span_len(s) < len)
		return false;
	return span_case_eq(span_of(s.p, len), range) &&
	       (s.p[len] == '\0' || s.p[len] == '-');
}

void
lang_init(struct lang *l)
{
	memset(l, 0, sizeof *l);
	memcpy(l->tag, "en", sizeof "en");
}

static bool
choose_file(struct lang *l, struct span range)
{
	struct names names;
	bool found = false;
	int dir = open_names(&names);

	if (dir == -1)
		return false;
	for (size_t i = 0; i < names.n && !found; i++)
		found = matches(names.name[i], range) &&
			read_lang(dir, names.name[i], l);
	fs_close(dir);
	return found;
}

bool
lang_choose(struct lang *l, struct span range)
{
	bool any = span_is(range, "*");

	if (any)
		range = span_str(env_str("SATCHEL_LANG", "en"));
	for (size_t i = 0; i < NELEM(built_in); i++) {
		if (!matches(built_in[i].tag, range))
			continue;
		strbuf_clear(&l->text);
		memcpy(l->tag, built_in[i].tag, strlen(built_in[i].tag) + 1);
		return true;
	}
	if (choose_file(l, range))
		return true;
	return any && lang_choose(l, span_str("en"));
}

/* What may stand in a line of a protocol. */
static bool
is_text(struct span s)
{
	if (s.p == s.end)
		return false;
	for (; s.p < s.end; s.p++)
		if (ascii_iscntrl((unsigned char)*s.p))
			return false;
	return true;
}

struct span
lang_text(const struct lang *l, const char *english)
{
	struct span in = strbuf_span(&l->text), line, from;

	while (in.p < in.end) {
		line = span_cut(&in, '\n');
		if (span_find(line, '\t') == NULL)
			continue;
		from = span_cut(&line, '\t');
		if (span_is(from, english) && is_text(line))
			return line;
	}
	return span_str(english);
}

static void
put_line(struct strbuf *out, const char *tag, struct span name)
{
	strbuf_puts(out, tag);
	strbuf_putc(out, ' ');
	strbuf_cat(out, name);
	strbuf_puts(out, "\r\n");
}

void
lang_list(struct strbuf *out)
{
	struct names names;
	struct lang l;
	int dir;

	for (size_t i = 0; i < NELEM(built_in); i++)
		put_line(out, built_in[i].tag, span_str(built_in[i].name));
	if ((dir = open_names(&names)) == -1)
		return;
	lang_init(&l);
	for (size_t i = 0; i < names.n; i++)
		if (read_lang(dir, names.name[i], &l))
			put_line(out, l.tag, lang_text(&l, "English"));
	strbuf_clear(&l.text);
	fs_close(dir);
}
