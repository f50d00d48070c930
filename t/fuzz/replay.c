/* replay.c: a fuzz target over its saved inputs, as a test of make check. */
#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>

#include "sys/fs.h"
#include "tap.h"

enum { LARGEST = 16 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len);

/* Each input in memory of its exact size; to survive it is to pass. */
static int
replay(void *arg, const char *name, unsigned char type)
{
	const int *dir = arg;
	struct strbuf in = { 0 };
	struct span s;

	if (type != DT_REG && type != DT_UNKNOWN)
		return 0;
	if (fs_slurp(*dir, name, LARGEST, &in) == -1)
		return ok(false, "%s is read", name), 0;
	printf("# %s\n", name);
	fflush(stdout);
	s = strbuf_span(&in);
	s = tap_exact(s.p, span_len(s));
	LLVMFuzzerTestOneInput((const uint8_t *)s.p, span_len(s));
	strbuf_clear(&in);
	return ok(true, "%s", name), 0;
}

/* build/t/fuzz/NAME.t reads t/fuzz/corpus/NAME, or the folders it is given. */
int
main(int argc, char **argv)
{
	char path[256];
	const char *name = strrchr(argv[0], '/');
	int dir;

	name = name ? name + 1 : argv[0];
	snprintf(path, sizeof path, "t/fuzz/corpus/%.*s",
	    (int)strcspn(name, "."), name);
	dir = fs_open_dir(AT_FDCWD, argc > 1 ? argv[1] : path);
	(void)LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
	ok(true, "no bytes at all");
	if (dir != -1)
		fs_walk(dir, replay, &dir);
	return done_testing();
}
