/* tickets.c: the file of keys as it is made, read, changed and refused. */
#include "tls/tickets.h"

#include <errno.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "tap.h"

enum { HOUR = 3600 };

static char dir[200], path[256];

static int
load(int64_t now, struct tickets *t)
{
	memset(t, 0, sizeof *t);
	return tickets_load(path, now, t);
}

static bool
same(const unsigned char *a, const unsigned char *b)
{
	return memcmp(a, b, TICKETS_KEY_LEN) == 0;
}

static off_t
size(void)
{
	struct stat st;

	return stat(path, &st) == 0 ? st.st_size : -1;
}

int
main(void)
{
	int64_t now = time(NULL);
	struct tickets a, b, c;

	tap_template(dir, sizeof dir, "tickets");
	if (mkdtemp(dir) == NULL)
		return 111;
	snprintf(path, sizeof path, "%s/keys", dir);
	ok(load(now, &a) == 0 && a.n == 1, "a first key is made");
	ok(load(now + HOUR, &b) == 0 && b.n == 1 && same(a.key[0], b.key[0]),
	    "and is there an hour later");
	ok(load(now + 12 * HOUR + 5, &b) == 0 && b.n == 2,
	    "then there are two");
	ok(!same(a.key[0], b.key[0]) && same(a.key[0], b.key[1]),
	    "the old one is second");
	ok(size() == 2 * TICKETS_KEY_LEN, "in the file as well");
	ok(load(now, &c) == 0 && same(b.key[0], c.key[0]) &&
		same(b.key[1], c.key[1]),
	    "as they were read");
	ok(load(now + 12 * HOUR + 5, &c) == 0 && c.n == 2 &&
		same(b.key[0], c.key[1]) && !same(b.key[0], c.key[0]),
	    "the oldest one goes");
	ok(load(now - 24 * HOUR, &b) == 0 && !same(b.key[0], c.key[0]),
	    "a clock set back makes a new one");
	chmod(path, 0644);
	ok(load(now, &b) == -1 && errno == EPERM, "others may not read it");
	chmod(path, 0600);
	ok(truncate(path, 127) == 0 && load(now, &b) == -1 && errno == EBADMSG,
	    "a key that is cut is none");
	ok(truncate(path, 0) == 0 && load(now, &b) == -1 && errno == EBADMSG,
	    "nor is nothing");
	unlink(path);
	ok(symlink("/nowhere/at/all", path) == 0 && load(now, &b) == -1,
	    "a link is not followed");
	unlink(path);
	snprintf(path, sizeof path, "%s/none/keys", dir);
	ok(load(now, &b) == -1 && errno == ENOENT, "no directory");
	ok(rmdir(dir) == 0, "nothing is left beside it");
	return done_testing();
}
