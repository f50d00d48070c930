/* pop3cmd.c: any bytes as a line before login. */
#include <stdint.h>
#include <stdlib.h>

#include "chain/pop3cmd.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len);

/* What was found lies in the line, and no line end or NUL in a name. */
static void
look(struct span in, struct span found)
{
	if (found.p == NULL)
		return;
	if (found.p < in.p || found.end != in.end || found.p >= found.end)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	struct span in = span_of(p, len);
	struct pop3cmd c;

	if (!pop3cmd_parse(in, &c))
		return 0;
	look(in, c.argument);
	look(in, c.initial);
	if (c.argument.p != NULL && (span_find(c.argument, '\0') != NULL ||
					span_find(c.argument, '\r') != NULL))
		abort();
	return 0;
}
