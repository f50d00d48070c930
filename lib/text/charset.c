/* charset.c: iconv, fed names it can be trusted with. */
#include "text/charset.h"

#include <dlfcn.h>
#include <errno.h>
#include <iconv.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/ascii.h"
#include "base/nelem.h"
#include "text/utf8.h"

enum { NAME_LEN = 64 };

enum kind { ASCII, UTF8, LATIN1, OTHER };

/* What needs no table, and so no converter. */
static const struct {
	const char *name;
	enum kind kind;
} simple[] = {
	{ "us-ascii", ASCII },
	{ "ascii", ASCII },
	{ "ansi_x3.4-1968", ASCII },
	{ "iso646-us", ASCII },
	{ "utf-8", UTF8 },
	{ "utf8", UTF8 },
	{ "iso-8859-1", LATIN1 },
	{ "iso_8859-1", LATIN1 },
	{ "iso8859-1", LATIN1 },
	{ "latin1", LATIN1 },
};

/* What mail calls by names that the C library does not know. */
static const struct {
	const char *name;
	const char *iconv;
} aliases[] = {
	{ "ks_c_5601-1987", "cp949" },
	{ "ks_c_5601", "cp949" },
	{ "x-sjis", "cp932" },
	{ "x-windows-949", "cp949" },
	{ "x-gbk", "gbk" },
	{ "x-euc-jp", "euc-jp" },
	{ "iso-8859-8-i", "iso-8859-8" },
	{ "iso-8859-8-e", "iso-8859-8" },
	{ "iso-8859-6-i", "iso-8859-6" },
	{ "iso-8859-6-e", "iso-8859-6" },
	{ "unicode-1-1-utf-7", "utf-7" },
};

/*
 * The name in small letters; false for what no charset is called.  "/" would
 * reach the options and file names of iconv_open(), "," its lists.
 */
static bool
plain_name(struct span name, char *to)
{
	size_t len = span_len(name);

	if (len == 0 || len > NAME_LEN)
		return false;
	for (; name.p < name.end; name.p++) {
		unsigned char c = (unsigned char)*name.p;

		if (!ascii_isalpha(c) && !ascii_isdigit(c) &&
		    (c == '\0' || strchr("-_.:+()'", c) == NULL))
			return false;
		*to++ = (char)ascii_lower(c);
	}
	*to = '\0';
	return true;
}

static enum kind
kind_of(const char *name)
{
	for (size_t i = 0; i < NELEM(simple); i++)
		if (strcmp(name, simple[i].name) == 0)
			return simple[i].kind;
	return OTHER;
}

/* A converter, or NULL. */
static void *
open_converter(const char *name)
{
	iconv_t cd;

	for (size_t i = 0; i < NELEM(aliases); i++)
		if (strcmp(name, aliases[i].name) == 0)
			name = aliases[i].iconv;
	cd = iconv_open("UTF-8", name);
	return cd == (iconv_t)-1 ? NULL : cd;
}

bool
charset_known(struct span name)
{
	char plain[NAME_LEN + 1];
	void *cd;

	if (!plain_name(name, plain))
		return false;
	if (kind_of(plain) != OTHER)
		return true;
	if ((cd = open_converter(plain)) == NULL)
		return false;
	(void)iconv_close(cd); /* frees memory only */
	return true;
}

/* Bytes above 0x7f are the code point instead; when that is 0, their own. */
static void
from_bytes(struct span in, uint32_t instead, struct strbuf *out)
{
	struct span plain = in;

	for (; in.p < in.end; in.p++) {
		unsigned char c = (unsigned char)*in.p;

		if (c < 0x80)
			continue;
		plain.end = in.p;
		strbuf_cat(out, plain);
		utf8_put(out, instead ? instead : c);
		plain.p = in.p + 1;
	}
	plain.end = in.end;
	strbuf_cat(out, plain);
}

static void
from_ascii(struct span in, struct strbuf *out)
{
	if (utf8_valid(in))
		strbuf_cat(out, in);
	else
		from_bytes(in, 0xfffd, out);
}

/*
 * One call of iconv() on *in (NULL: write what is pending).  Returns whether
 * there is more to do.
 */
static bool
step(iconv_t cd, char **in, size_t *left, struct strbuf *out)
{
	size_t room = (in == NULL ? 0 : *left) + 64, unused = room, done;
	char *to = strbuf_room(out, room);

	done = iconv(cd, in, left, &to, &unused);
	out->len += room - unused;
	out->p[out->len] = '\0';
	if (done != (size_t)-1)
		return false;
	if (errno == E2BIG)
		return true;
	utf8_put(out, 0xfffd);
	if (in == NULL || *left == 0 || errno == EINVAL)
		return false;
	++*in;
	return --*left > 0;
}

/* Tables of the C library can yield what is no Unicode (from UCS-4). */
static void
repair_from(size_t start, struct strbuf *out)
{
	struct strbuf good = { 0 };
	struct span s = { out->p + start, out->p + out->len };

	if (out->len == start || utf8_valid(s))
		return;
	utf8_repair(s, &good);
	strbuf_cut(out, start);
	strbuf_cat(out, strbuf_span(&good));
	strbuf_clear(&good);
}

static void
from_other(iconv_t cd, struct span in, struct strbuf *out)
{
	size_t start = out->len, left = span_len(in);
	union { /* iconv() takes char ** and writes nothing there */
		const char *from;
		char *to;
	} p = { in.p };

	(void)iconv(cd, NULL, NULL, NULL, NULL); /* cannot fail */
	while (left > 0 && step(cd, &p.to, &left, out))
		;
	while (step(cd, NULL, NULL, out))
		;
	repair_from(start, out);
}

/* Make name the charset of *c, which remembers unknown ones, too. */
static void
change(struct charset *c, const char *name)
{
	unsigned opened = c->opened + 1;

	charset_close(c);
	c->opened = opened;
	memcpy(c->name, name, strlen(name) + 1);
	c->cd = open_converter(name);
}

bool
charset_to_utf8(
    struct charset *c, struct span name, struct span in, struct strbuf *out)
{
	char plain[NAME_LEN + 1];
	enum kind kind;

	if (!plain_name(name, plain))
		return false;
	kind = kind_of(plain);
	if (kind == OTHER && strcmp(plain, c->name) != 0)
		change(c, plain);
	switch (kind) {
	case ASCII:
		from_ascii(in, out);
		return true;
	case UTF8:
		utf8_repair(in, out);
		return true;
	case LATIN1:
		from_bytes(in, 0, out);
		return true;
	default:
		if (c->cd == NULL)
			return false;
		from_other(c->cd, in, out);
		return true;
	}
}

void
charset_close(struct charset *c)
{
	if (c->cd != NULL)
		(void)iconv_close(c->cd); /* frees memory only */
	*c = (struct charset){ 0 };
}

/* Beside the C library; below /usr where that has moved to (no /usr merge). */
bool
charset_dir(char *to, size_t size)
{
	static const char *const tops[] = { "", "/usr" };
	const char *slash;
	Dl_info info;

	if (dladdr((const void *)stdout, &info) == 0 ||
	    info.dli_fname == NULL ||
	    (slash = strrchr(info.dli_fname, '/')) == NULL)
		return false;
	for (size_t i = 0; i < NELEM(tops); i++) {
		int len = snprintf(to, size, "%s%.*s/gconv", tops[i],
		    (int)(slash - info.dli_fname), info.dli_fname);

		if (len > 0 && (size_t)len < size && access(to, F_OK) == 0)
			return true;
	}
	return false;
}
