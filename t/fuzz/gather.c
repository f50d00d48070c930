/* gather.c: of any message, what is kept is what would be read. */
#include "gather.h"

#include <stdlib.h>

#include "memfile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	int fd = memfile(data, len);

	if (!gather_check(fd, (int64_t)len))
		abort();
	close(fd);
	return 0;
}
