/* setting.c: the environment, by a table. */
#include "sys/setting.h"

#include "sys/env.h"

const char *
setting_value(const struct setting *s)
{
	return env_str(s->name, s->def);
}

struct span
setting_text(const struct setting *s)
{
	const char *v = setting_value(s);

	return span_str(v == NULL ? "" : v);
}

void
setting_print(struct wr *w, const struct setting *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		wr_span(w, span_str(v[i].name));
		wr_putc(w, '=');
		wr_span(w, setting_text(&v[i]));
		wr_span(w, span_str(env_str(v[i].name, NULL) != NULL
					? "\tenvironment\n"
					: "\tdefault\n"));
	}
}
