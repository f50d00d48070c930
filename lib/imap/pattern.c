/* pattern.c: matching with two places to come back to. */
#include "imap/pattern.h"

#include <stddef.h>

#include "imap/limits.h"

bool
pattern_simplify(struct span pattern, struct strbuf *out)
{
	unsigned wildcards = 0;
	bool star;

	while (pattern.p < pattern.end) {
		if (*pattern.p != '*' && *pattern.p != '%') {
			strbuf_putc(out, *pattern.p++);
			continue;
		}
		if (wildcards++ == LIMIT_LIST_WILDCARDS)
			return false;
		for (star = false;
		     span_at(&pattern, '*') || span_at(&pattern, '%');
		     pattern.p++)
			star |= *pattern.p == '*';
		strbuf_putc(out, star ? '*' : '%');
	}
	return true;
}

/* Where matching goes on when what follows a wildcard does not fit. */
struct retry {
	const char *pattern; /* behind the wildcard; NULL: none yet */
	const char *name; /* where what it matches ends so far */
};

/*
 * Let the wildcard of r match one byte more.  A "%" cannot pass a separator;
 * once it would, only an earlier "*" can help.
 */
static bool
again(struct retry *r, bool percent, struct span *pattern, struct span *name)
{
	if (r->pattern == NULL || r->name == name->end ||
	    (percent && *r->name == '.'))
		return false;
	r->name++;
	pattern->p = r->pattern;
	name->p = r->name;
	return true;
}

bool
pattern_match(struct span pattern, struct span name)
{
	struct retry star = { NULL, NULL }, percent = { NULL, NULL };

	for (;;) {
		if (span_eat(&pattern, '*')) {
			if (pattern.p == pattern.end)
				return true; /* whatever comes */
			star.pattern = pattern.p;
			star.name = name.p;
			percent.pattern = NULL;
		} else if (span_eat(&pattern, '%')) {
			percent.pattern = pattern.p;
			percent.name = name.p;
		} else if (pattern.p < pattern.end && name.p < name.end &&
			   *pattern.p == *name.p) {
			pattern.p++;
			name.p++;
		} else if (pattern.p == pattern.end && name.p == name.end) {
			return true;
		} else if (!again(&percent, true, &pattern, &name)) {
			percent.pattern = NULL;
			if (!again(&star, false, &pattern, &name))
				return false;
		}
	}
}
