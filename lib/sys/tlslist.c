/* tlslist.c: written by the engine, whose word is not taken for everything. */
#include "sys/tlslist.h"

#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/nelem.h"

extern char **environ;

/* where the descriptors of UCSPI-TLS are told */
static const char *const descriptors[] = { "SSLCTLFD", "SSLREADFD",
	"SSLWRITEFD" };

void
tlslist_put(struct strbuf *out, const char *name, struct span value)
{
	size_t len = span_len(value);

	strbuf_puts(out, name);
	if (value.p != NULL)
		strbuf_putc(out, '=');
	if (len > TLSLIST_VALUE_MAX)
		len = TLSLIST_VALUE_MAX;
	for (size_t i = 0; i < len; i++)
		strbuf_putc(out, ascii_iscntrl((unsigned char)value.p[i])
				     ? '?'
				     : value.p[i]);
	strbuf_putc(out, '\0');
}

void
tlslist_end(struct strbuf *out)
{
	if (out->len == 0)
		strbuf_putc(out, '\0');
	strbuf_putc(out, '\0');
}

bool
tlslist_take(struct span *in, struct span *name, struct span *value)
{
	struct span rest = *in, item;
	const char *end = span_find(rest, '\0');

	if (end == NULL)
		return false;
	item = span_cut(&rest, '\0');
	if (span_len(item) == 0) {
		*in = rest;
		return false;
	}
	*name = span_cut(&item, '=');
	*value = item;
	if (name->end == end) /* there was no "=" */
		value->p = value->end = NULL;
	*in = rest;
	return true;
}

bool
tlslist_is_whole(struct span in)
{
	struct span name, value;
	const char *start = in.p;

	if (span_len(in) < 2)
		return false;
	if (*in.p == '\0') /* the empty list has two ends */
		return in.p[1] == '\0';
	while (tlslist_take(&in, &name, &value))
		continue;
	return in.p > start && in.p[-1] == '\0' && in.p[-2] == '\0';
}

bool
tlslist_is_name(struct span name)
{
	static const char *const prefixes[] = { "SSL_", "TLS_SUBJECT_" };
	bool known = span_is(name, "TLS_CONNECTED_PROTOCOL");

	if (span_len(name) >= TLSLIST_NAME_LEN)
		return false;
	for (size_t i = 0; i < NELEM(prefixes); i++) {
		size_t len = strlen(prefixes[i]);

		if (span_len(name) > len &&
		    memcmp(name.p, prefixes[i], len) == 0)
			known = true;
	}
	for (const char *p = name.p; known && p < name.end; p++)
		known = *p == '_' || ascii_isalpha((unsigned char)*p) ||
			ascii_isdigit((unsigned char)*p);
	return known;
}

static int
set(struct span name, struct span value)
{
	struct strbuf n = { 0 }, v = { 0 };
	int r;

	strbuf_cat(&n, name);
	strbuf_cat(&v, value);
	if (value.p == NULL)
		r = unsetenv(n.p);
	else
		r = setenv(n.p, v.p == NULL ? "" : v.p, 1);
	strbuf_clear(&n);
	strbuf_clear(&v);
	return r;
}

int
tlslist_apply(struct span list)
{
	struct span name, value;

	while (tlslist_take(&list, &name, &value))
		if (tlslist_is_name(name) && set(name, value) == -1)
			return -1;
	return 0;
}

/* The environment moves up as it is taken from: begin again each time. */
void
tlslist_forget(void)
{
	struct strbuf name = { 0 };
	size_t i = 0;

	for (size_t k = 0; k < NELEM(descriptors); k++)
		(void)unsetenv(descriptors[k]); /* fails for bad names only */
	while (environ != NULL && environ[i] != NULL) {
		struct span s = span_str(environ[i]);
		struct span n = span_cut(&s, '=');

		if (!tlslist_is_name(n)) {
			i++;
			continue;
		}
		strbuf_reset(&name);
		strbuf_cat(&name, n);
		if (unsetenv(name.p) == -1)
			i++;
	}
	strbuf_clear(&name);
}
