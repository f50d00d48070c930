/* rule.c: any bytes as a line of an access file, and as a rule's value. */
#include "net/rule.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
must(bool good)
{
	if (!good)
		abort();
}

/* What is put into a database is understood when it is looked up. */
static int
each(void *arg, const char *key, struct span value)
{
	struct span line = *(struct span *)arg, s = value, name, text;
	bool allow;

	must(strlen(key) > 0 && strlen(key) < RULE_KEY_LEN);
	must(value.p >= line.p && value.end <= line.end);
	must(p_rule_verdict(&s, &allow) && (allow || s.p == s.end));
	while (s.p < s.end)
		must(p_rule_item(&s, &name, &text));
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct span in = span_of(data, len), name, value;
	bool allow;

	(void)rule_line(in, each, &in);
	if (!p_rule_verdict(&in, &allow))
		return 0;
	while (p_rule_item(&in, &name, &value))
		must(name.p < name.end && value.end <= in.end);
	return 0;
}
