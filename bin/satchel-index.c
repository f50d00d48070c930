/* satchel-index.c: what stands in an index, and whether it can be true. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/oom.h"
#include "store/dump.h"
#include "sys/fs.h"
#include "sys/wr.h"

enum { USAGE = 100, WRITE_SECONDS = 60 };

void
oom(void)
{
	_exit(111);
}

int
main(int argc, char **argv)
{
	static struct wr out;
	bool rows = argc > 1 && strcmp(argv[1], "-v") == 0;
	int faults = 0;

	argc -= rows;
	argv += rows;
	if (argc < 2 || argv[1][0] == '-') {
		(void)fprintf(stderr, "usage: satchel-index [-v] folder ...\n");
		return USAGE;
	}
	wr_init(&out, STDOUT_FILENO, WRITE_SECONDS * 1000);
	for (int i = 1; i < argc; i++) {
		int dir = open(argv[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);

		if (argc > 2) {
			wr_span(&out, span_str(argv[i]));
			wr_lit(&out, ":\n");
		}
		if (dir == -1) {
			perror(argv[i]);
			faults++;
			continue;
		}
		faults += dump_index(dir, rows, &out);
		fs_close(dir);
	}
	wr_flush(&out);
	return faults > 0 || out.failed;
}
