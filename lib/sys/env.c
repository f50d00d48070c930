/* env.c: the lenient readings that Courier's settings need. */
#include "sys/env.h"

#include <stdlib.h>

#include "base/num.h"

const char *
env_str(const char *name, const char *def)
{
	const char *s = getenv(name);

	return s == NULL || *s == '\0' ? def : s;
}

bool
env_is_empty(const char *name)
{
	const char *s = getenv(name);

	return s != NULL && *s == '\0';
}

uint32_t
env_num(const char *name, uint32_t def)
{
	const char *s = env_str(name, NULL);
	struct span in;
	uint32_t n;

	if (s == NULL)
		return def;
	in = span_trim(span_str(s));
	if (!span_isdigit(&in))
		return 0;
	return num_u32(&in, &n) ? n : UINT32_MAX;
}

bool
env_bool(const char *name, bool def)
{
	return env_num(name, def) != 0;
}
