/* setting.h: a program's settings as a table of variables. */
#ifndef SYS_SETTING_H
#define SYS_SETTING_H

#include <stddef.h>

#include "base/span.h"
#include "sys/wr.h"

/* def is what an unset or empty variable means; NULL: nothing. */
struct setting {
	const char *name;
	const char *def;
};

/* The value in force, or NULL; as a span, empty for NULL. */
const char *setting_value(const struct setting *s);
struct span setting_text(const struct setting *s);

/* "NAME=value" and where the value is from, a line each (-n). */
void setting_print(struct wr *w, const struct setting *v, size_t n);

#endif
