/* sort_parse.c: any bytes as the arguments of SORT and of THREAD. */
#include "imap/sort_parse.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct span in = span_of(data, len), s = in;
	struct arena a = { 0 };
	struct thread_args thread;
	struct sort_args sort;

	if (p_sort_args(&a, &s, 1000, &sort) ? s.p != s.end : s.p != in.p)
		abort();
	s = in;
	if (p_thread_args(&a, &s, 1000, &thread) ? s.p != s.end : s.p != in.p)
		abort();
	arena_clear(&a);
	return 0;
}
