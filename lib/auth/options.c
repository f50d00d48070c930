/* options.c: names and values between commas, as Courier reads them. */
#include "auth/options.h"

#include <stddef.h>

#include "base/ascii.h"

bool
options_next(struct span *in, struct span *name, struct span *value)
{
	static const struct span none;
	struct span option;

	do {
		if (in->p == in->end)
			return false;
		option = span_cut(in, ',');
	} while (option.p == option.end);
	*value = span_find(option, '=') == NULL ? none : option;
	*name = span_cut(&option, '=');
	if (value->p != NULL)
		*value = option;
	return true;
}

bool
options_find(struct span options, const char *name, struct span *value)
{
	struct span n, v;

	while (options_next(&options, &n, &v)) {
		if (!span_is(n, name))
			continue;
		*value = v;
		return true;
	}
	return false;
}

bool
options_on(struct span options, const char *name)
{
	bool nonzero = false;
	struct span v;

	if (!options_find(options, name, &v))
		return false;
	if (v.p == v.end)
		return true;
	if (ascii_lower((unsigned char)*v.p) == 't' ||
	    ascii_lower((unsigned char)*v.p) == 'y')
		return true;
	for (; span_isdigit(&v); v.p++)
		nonzero = nonzero || *v.p != '0';
	return nonzero;
}
