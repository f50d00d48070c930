/* satchel-index.c: what stands in an index, and whether it can be true. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/oom.h"
#include "store/cachedir.h"
#include "store/dump.h"
#include "sys/fs.h"
#include "sys/wr.h"

enum { USAGE = 100, WRITE_SECONDS = 60 };

static struct wr out;
static bool rows;
static const char *root; /* of the caches, or NULL: beside the mail */

void
oom(void)
{
	_exit(111);
}

/*
 * Where the index of the folder is that is open as dir, by its whole path:
 * .NAME in what has a cur is a folder of that Maildir, all else is a Maildir.
 */
static int
open_index(int dir, const char *path)
{
	const char *name = strrchr(path, '/');
	int maildir, cur, index;

	if (root == NULL)
		return fs_open_dir(dir, ".");
	if (name == NULL || name[1] != '.')
		return cachedir_look(root, dir, ".");
	maildir = fs_open_dir(dir, "..");
	cur = fs_open_dir(maildir, "cur");
	index = cur == -1 ? cachedir_look(root, dir, ".")
			  : cachedir_look(root, maildir, name + 1);
	fs_close(cur);
	fs_close(maildir);
	return index;
}

/* How many faults there are. */
static int
look(const char *folder)
{
	char *path = realpath(folder, NULL);
	int dir = -1, index = -1, faults = 1;

	if (path != NULL)
		dir = fs_open_dir(-1, path);
	if (dir == -1) {
		perror(folder);
		goto free_path;
	}
	index = open_index(dir, path);
	if (index == -1)
		(void)fprintf(stderr, "%s: nothing below %s: %s\n", folder,
		    root, strerror(errno));
	else
		faults = dump_index(dir, index, rows, &out);
	fs_close(index);
	fs_close(dir);
free_path:
	free(path);
	return faults;
}

int
main(int argc, char **argv)
{
	int c, faults = 0;

	while ((c = getopt(argc, argv, "+r:v")) != -1) {
		if (c == 'v')
			rows = true;
		else if (c == 'r')
			root = optarg;
		else
			goto usage;
	}
	if (optind == argc)
		goto usage;
	wr_init(&out, STDOUT_FILENO, WRITE_SECONDS * 1000);
	for (int i = optind; i < argc; i++) {
		if (argc - optind > 1) {
			wr_span(&out, span_str(argv[i]));
			wr_lit(&out, ":\n");
		}
		faults += look(argv[i]);
	}
	wr_flush(&out);
	return faults > 0 || out.failed;
usage:
	(void)fprintf(
	    stderr, "usage: satchel-index [-v] [-r root] folder ...\n");
	return USAGE;
}
