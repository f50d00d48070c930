/* name.c: names of folders, and of their directories. */
#include "store/name.h"

#include <dirent.h>

#include "store/folder.h"
#include "store/root.h"
#include "sys/fs.h"
#include "text/mutf7.h"
#include "text/utf8.h"

/* What RFC 9051 section 5.1 and RFC 9755 section 3 keep out of names. */
static bool
is_control(uint32_t cp)
{
	if (cp < 0x20 || (cp >= 0x7f && cp <= 0x9f))
		return true;
	return cp == 0x2028 || cp == 0x2029;
}

/* UTF-8 without controls and "/", in components that are not empty. */
static bool
well_formed(struct span name)
{
	uint32_t cp, last = '.';

	while (name.p < name.end) {
		cp = (unsigned char)*name.p;
		if (cp < 0x80)
			name.p++;
		else if (!utf8_next(&name, &cp))
			return false;
		if (is_control(cp) || cp == '/')
			return false;
		if (cp == '.' && last == '.')
			return false;
		last = cp;
	}
	return last != '.';
}

/* --- which of the encodings (satchel-maildir(7)) ------------------------- */

struct looks {
	unsigned old; /* names with a shift that is modified UTF-7 */
	unsigned other; /* names that no old program can have made */
	struct strbuf text;
};

static int
look_at(void *arg, const char *entry, unsigned char type)
{
	struct looks *l = arg;
	struct span s = span_str(entry);

	if (!span_eat(&s, '.') || (type != DT_DIR && type != DT_UNKNOWN))
		return 0;
	if (!utf8_is_ascii(s)) {
		l->other++;
	} else if (span_find(s, '&') != NULL) {
		strbuf_reset(&l->text);
		if (mutf7_decode(s, &l->text))
			l->old++;
		else
			l->other++;
	}
	return 0;
}

/*
 * Nothing on disk says which generation of programs made the folders.  One
 * name that is not modified UTF-7 decides for UTF-8.
 */
static enum folder_encoding
encoding_of(struct account *a)
{
	struct looks l = { 0 };

	if (a->encoding == FOLDER_AUTO)
		a->encoding = a->conf->encoding;
	if (a->encoding != FOLDER_AUTO)
		return a->encoding;
	if (fs_walk(a->fd, look_at, &l) == 0 && l.old > 0 && l.other == 0)
		a->encoding = FOLDER_MUTF7;
	else
		a->encoding = FOLDER_UTF8;
	strbuf_clear(&l.text);
	return a->encoding;
}

/* --- both ways ------------------------------------------------------- */

/* Most names are the same in both; then nobody need ask which it is. */
static bool
is_plain(struct span s)
{
	return utf8_is_ascii(s) && span_find(s, '&') == NULL;
}

bool
name_is_simple(struct span name)
{
	char last = '.';

	for (; name.p < name.end; last = *name.p++)
		if (*name.p < ' ' || *name.p > '~' || *name.p == '/' ||
		    *name.p == '&' || (*name.p == '.' && last == '.'))
			return false;
	return last != '.';
}

bool
name_to_dir(struct account *a, struct span name, struct strbuf *out)
{
	size_t start = out->len;

	if (span_len(name) < NAME_LEN && name_is_simple(name)) {
		strbuf_putc(out, '.');
		strbuf_cat(out, name);
		return true;
	}
	if (name.p != name.end && !well_formed(name))
		return false;
	strbuf_putc(out, '.');
	if (is_plain(name) || encoding_of(a) == FOLDER_UTF8)
		strbuf_cat(out, name);
	else if (!mutf7_encode(name, out))
		goto cut;
	if (out->len - start <= NAME_LEN)
		return true;
cut:
	strbuf_cut(out, start);
	return false;
}

bool
name_from_dir(struct account *a, struct span dir, struct strbuf *out)
{
	size_t start = out->len;
	struct span name;

	if (!span_eat(&dir, '.') || dir.p == dir.end)
		return false;
	if (is_plain(dir) || encoding_of(a) == FOLDER_UTF8)
		strbuf_cat(out, dir);
	else if (!mutf7_decode(dir, out))
		return false;
	name = span_of(out->p + start, out->len - start);
	if (well_formed(name))
		return true;
	strbuf_cut(out, start);
	return false;
}

bool
folder_name_valid(const struct account *a, struct span name)
{
	struct strbuf dir = { 0 };
	struct account copy;
	bool valid;

	if (span_len(name) < NAME_LEN && name_is_simple(name))
		return true;
	copy = *a; /* asking may settle the encoding: a cache, no change */
	valid = name_to_dir(&copy, name, &dir);
	strbuf_clear(&dir);
	return valid;
}

bool
name_is_below(struct span name, struct span base)
{
	struct span rest = name;

	if (base.p == base.end)
		return true;
	if (span_len(name) < span_len(base))
		return false;
	rest.p += span_len(base);
	name.end = rest.p;
	if (!span_eq(name, base))
		return false;
	return rest.p == rest.end || span_at(&rest, '.');
}

struct span
name_parent(struct span name)
{
	while (name.end > name.p && name.end[-1] != '.')
		name.end--;
	if (name.end > name.p)
		name.end--;
	return name;
}
