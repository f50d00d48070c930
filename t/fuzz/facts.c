/* facts.c: any bytes as satchel-cache; what is found is checked. */
#include "store/facts.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "sys/fs.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static char path[] = "/tmp/satchel-fuzz-XXXXXX";
static int dir = -1;

static void
clean(void)
{
	(void)fs_remove_tree(AT_FDCWD, path);
}

struct seen {
	struct facts *f;
	int64_t last;
};

static void
take(void *arg, int64_t offset, const struct facts_record *r)
{
	struct seen *seen = arg;
	struct facts_record got;

	if (offset <= seen->last)
		abort();
	seen->last = offset;
	if (facts_get(seen->f, offset, &got) &&
	    (got.uid != r->uid || got.len != r->len ||
		got.len != span_len(got.blob)))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct facts f;
	struct seen seen = { &f, 0 };
	int fd;

	if (dir == -1) {
		if (mkdtemp(path) == NULL)
			abort();
		dir = fs_open_dir(AT_FDCWD, path);
		(void)atexit(clean);
	}
	(void)unlinkat(dir, "satchel-cache", 0);
	fd = fs_create(dir, "satchel-cache", 0600);
	if (fd == -1 || fs_write(fd, span_of(data, len)) == -1)
		abort();
	close(fd);
	facts_open(&f, dir, dir, 1);
	facts_each(&f, take, &seen);
	facts_close(&f);
	return 0;
}
