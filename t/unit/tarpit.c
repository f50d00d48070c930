/* tarpit.c: who has to wait, for how long, and who has not. */
#include "chain/tarpit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/fs.h"
#include "tap.h"

enum { MAX = 15000 };

static struct tarpit t;

static void
fail(const char *ip, const char *user, int n)
{
	while (n-- > 0)
		tarpit_failed(&t, ip, user);
}

static uint32_t
delay(const char *ip, const char *user)
{
	return tarpit_delay(&t, ip, user, MAX);
}

static void
test_one(void)
{
	fail("192.0.2.1", "fred", 3);
	ok(delay("192.0.2.1", "fred") == 0, "three mistakes are free");
	fail("192.0.2.1", "fred", 1);
	ok(delay("192.0.2.1", "fred") == 500, "four: half a second");
	fail("192.0.2.1", "FRED", 1);
	ok(delay("192.0.2.1", "fred") == 1000, "five, in any case: a second");
	fail("192.0.2.1", "fred", 3);
	ok(delay("192.0.2.1", "fred") == 8000, "doubling");
	fail("192.0.2.1", "fred", 50);
	ok(delay("192.0.2.1", "fred") == MAX, "but not for ever");
	ok(tarpit_delay(&t, "192.0.2.1", "fred", 700) == 700, "as was set");
	ok(delay("192.0.2.1", "mary") == 0, "alone: not the others there");
	ok(delay("", "fred") == 0 && delay("x", "fred") == 0,
	    "nobody's address waits for nothing");
}

static void
test_host(void)
{
	char user[32];

	for (int i = 0; i < 14; i++) {
		(void)snprintf(user, sizeof user, "u%d", i);
		fail("198.51.100.7", user, 1);
	}
	ok(delay("198.51.100.7", "anybody") > 0, "who tries many names waits");
	ok(delay("::ffff:198.51.100.7", "anybody") > 0, "however written");
	ok(delay("198.51.100.8", "anybody") == 0, "a neighbour does not");
	for (int i = 0; i < 40; i++) {
		(void)snprintf(user, sizeof user, "v%d", i);
		fail(i % 2 ? "198.51.100.9" : "198.51.100.10", user, 1);
	}
	ok(delay("198.51.100.8", "anybody") > 0, "of a bad network he does");
	ok(delay("198.51.101.8", "anybody") == 0, "and another does not");
	for (int i = 0; i < 20; i++) {
		(void)snprintf(user, sizeof user, "2001:db8:1:2::%d", i);
		fail(user, "w", i % 2);
		fail(user, user, 1);
	}
	ok(delay("2001:db8:1:2:ffff::1", "anybody") > 0,
	    "a /64 is an address of IPv6");
	ok(delay("2001:db8:1:3::1", "anybody") == 0, "and not its neighbour");
}

static void
test_user(void)
{
	char ip[24];

	tarpit_succeeded(&t, "203.0.113.5", "victim");
	for (int i = 0; i < 20; i++) {
		(void)snprintf(ip, sizeof ip, "10.%d.0.1", i);
		fail(ip, "victim", 1);
	}
	ok(delay("10.99.0.1", "victim") > 0, "a name that many try");
	ok(delay("203.0.113.77", "victim") == 0,
	    "not where he has been before");
	ok(delay("203.0.113.77", "other") == 0, "nor anybody else");
}

static void
test_flood(const char *dir)
{
	char user[32];
	struct dirent *e;
	uint32_t before = delay("192.0.2.1", "fred");
	unsigned files = 0;
	struct stat st;
	off_t size = 0;
	DIR *d;

	for (int i = 0; i < 20000; i++) {
		(void)snprintf(user, sizeof user, "flood%d", i);
		fail("100.64.0.1", user, 1);
	}
	ok(before == MAX && delay("192.0.2.1", "fred") == MAX,
	    "nobody gets rid of his own by a flood");
	if ((d = opendir(dir)) == NULL)
		exit(111);
	while ((e = readdir(d)) != NULL) {
		if (fstatat(dirfd(d), e->d_name, &st, 0) == -1 ||
		    !S_ISREG(st.st_mode))
			continue;
		files++;
		size += st.st_size;
	}
	(void)closedir(d);
	ok(files <= 257 && size <= 256 * 2048 + 16, "%u files, %ld bytes",
	    files, (long)size);
}

static void
test_directory(const char *dir)
{
	char path[600];
	struct tarpit other;

	ok(tarpit_open(&other, dir) == 0 && other.key[0] == t.key[0] &&
		other.key[1] == t.key[1],
	    "everybody has the same secret");
	tarpit_close(&other);
	(void)snprintf(path, sizeof path, "%s/none/tarpit", dir);
	ok(tarpit_open(&other, path) == 0 && other.dir == -1 &&
		tarpit_delay(&other, "192.0.2.1", "fred", MAX) == 0,
	    "no directory, no wait");
	tarpit_failed(&other, "192.0.2.1", "fred");
	tarpit_succeeded(&other, "192.0.2.1", "fred");
	(void)snprintf(path, sizeof path, "%s/open", dir);
	(void)mkdir(path, 0700);
	(void)chmod(path, 0777);
	ok(tarpit_open(&other, path) == -1 && errno == EPERM && other.dir == -1,
	    "one that others can write to is none");
	(void)snprintf(path, sizeof path, "%s/torn", dir);
	(void)mkdir(path, 0700);
	(void)snprintf(path, sizeof path, "%s/torn/key", dir);
	(void)close(open(path, O_WRONLY | O_CREAT, 0600));
	(void)snprintf(path, sizeof path, "%s/torn", dir);
	ok(tarpit_open(&other, path) == 0 && other.dir != -1 &&
		(other.key[0] | other.key[1]) != 0,
	    "a key whose writer was killed is made anew");
	tarpit_close(&other);
	(void)snprintf(path, sizeof path, "%s/link", dir);
	(void)!symlink(dir, path);
	ok(tarpit_open(&other, path) == -1 && other.dir == -1, "nor is a link");
}

int
main(void)
{
	char top[] = "/tmp/satchel-XXXXXX";
	char dir[512];

	if (mkdtemp(top) == NULL)
		exit(111);
	(void)snprintf(dir, sizeof dir, "%s/tarpit", top);
	ok(tarpit_open(&t, dir) == 0 && t.dir != -1, "made where it can be");
	test_one();
	test_host();
	test_user();
	test_flood(dir);
	test_directory(dir);
	tarpit_close(&t);
	(void)fs_remove_tree(AT_FDCWD, top);
	return done_testing();
}
