/* oom.c: no memory under the fuzzer is a finding (replay has tap.h's). */
#include <stdlib.h>

#include "base/oom.h"

void
oom(void)
{
	abort();
}
