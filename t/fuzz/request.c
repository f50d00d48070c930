/* request.c: any bytes as a POP3 command. */
#include "pop3/request.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct span line = span_of(data, len);
	struct request_values v;
	struct request r;

	if (!request_parse(line, &r))
		return 0;
	if (r.word.p == r.word.end || span_find(r.word, ' ') != NULL ||
	    r.args.end > line.end)
		abort();
	for (int what = ARGS_NONE; what <= ARGS_OPT_WORD; what++) {
		if (!request_args(r.args, (enum request_args)what, &v))
			continue;
		if (v.has_msg != (what != ARGS_NONE && what != ARGS_OPT_WORD &&
				     r.args.p < r.args.end))
			abort();
		if (v.word.p != NULL &&
		    (v.word.p < line.p || v.word.end > line.end))
			abort();
	}
	return 0;
}
