/*
 * vars.c: an array of pointers for each exec.
 *
 * setenv() keeps every value that ever was: a process that serves for years
 * may not use it.
 */
#include "net/vars.h"

#include <stdlib.h>
#include <string.h>

static bool
is_var(const char *var, struct span name)
{
	size_t len = span_len(name);

	return strncmp(var, name.p, len) == 0 && var[len] == '=';
}

static bool
is_dropped(const char *var, const char *const drop[])
{
	for (; *drop != NULL; drop++)
		if (is_var(var, span_str(*drop)))
			return true;
	return false;
}

int
vars_init(struct vars *s, char **env, const char *const drop[])
{
	size_t n = 0;

	while (env[n] != NULL)
		n++;
	s->base = calloc(n + 1, sizeof *s->base);
	s->v = calloc(n + VARS_MORE + 1, sizeof *s->v);
	if (s->base == NULL || s->v == NULL)
		return -1;
	s->base_n = 0;
	for (size_t i = 0; i < n; i++)
		if (!is_dropped(env[i], drop))
			s->base[s->base_n++] = env[i];
	vars_reset(s);
	return 0;
}

void
vars_reset(struct vars *s)
{
	memcpy(s->v, s->base, (s->base_n + 1) * sizeof *s->v);
	s->n = s->base_n;
	s->len = 0;
}

bool
vars_set(struct vars *s, struct span name, struct span value)
{
	size_t i = 0, len = span_len(name), more = span_len(value);
	char *at = s->text + s->len;

	if (len > VARS_TEXT_LEN || more > VARS_TEXT_LEN ||
	    len + more + 2 > VARS_TEXT_LEN - s->len)
		return false;
	while (i < s->n && !is_var(s->v[i], name))
		i++;
	if (i == s->base_n + VARS_MORE)
		return false;
	memcpy(at, name.p, len);
	at[len] = '=';
	if (more > 0)
		memcpy(at + len + 1, value.p, more);
	at[len + 1 + more] = '\0';
	s->len += len + more + 2;
	s->v[i] = at;
	if (i == s->n)
		s->v[++s->n] = NULL;
	return true;
}

bool
vars_put(struct vars *s, const char *name, const char *value)
{
	return vars_set(s, span_str(name), span_str(value));
}
