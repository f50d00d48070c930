/* userdb.c: databases made here, and damaged ones. */
#include "pw/userdb.h"

#include <errno.h>
#include <fcntl.h>
#include <gdbm.h>
#include <sys/wait.h>

#include "tap.h"

static char dir[256];

static void
put(GDBM_FILE f, const char *name, const char *value)
{
	char key[64], data[64];
	datum k = { key, (int)strlen(name) }, v = { data, (int)strlen(value) };

	memcpy(key, name, strlen(name));
	memcpy(data, value, strlen(value));
	if (gdbm_store(f, k, v, GDBM_REPLACE) != 0)
		exit(111);
}

static void
make(void)
{
	GDBM_FILE f = gdbm_open("u.dat", 0, GDBM_NEWDB, 0600, NULL);

	put(f, "fred", "uid=1005|gid=1006|home=/h|mail|quota=1S|_=");
	put(f, "root", "uid=0|gid=1006");
	put(f, "bob", "uid=7|gid=7|home=/b");
	put(f, "1005=", "fred");
	gdbm_close(f);
	f = gdbm_open("ushadow.dat", 0, GDBM_NEWDB, 0600, NULL);
	put(f, "fred", "imappw=I|systempw=S|pop3pw=|hmac-md5pw=H");
	gdbm_close(f);
}

static bool
secret(const struct userdb *u, const char *service, const char *want)
{
	return span_is(userdb_secret(u, service), want);
}

static void
test_find(void)
{
	static struct userdb u;
	struct span v;
	uid_t uid;
	gid_t gid;

	ok(userdb_find("u", "fred", &u) == 1, "found");
	ok(userdb_ids(&u, &uid, &gid) && uid == 1005 && gid == 1006, "ids");
	ok(secret(&u, "imap", "I") && secret(&u, "smtp", "S") &&
		secret(&u, "pop3", "") && secret(&u, NULL, "S"),
	    "secrets");
	ok(userdb_field(span_of(u.fields, u.len), "mail", &v) && v.p == v.end,
	    "a field without a value");
	ok(!userdb_field(span_of(u.fields, u.len), "quot", &v), "no prefixes");
	ok(userdb_find("u", "fre", &u) == 0 && u.shadow_len == 0, "unknown");
	ok(userdb_sample("u", "imap", &u) && secret(&u, "imap", "I"),
	    "somebody's secret, for the work");
	ok(!userdb_sample("u", "pop3", &u), "nobody's for this service");
	ok(!userdb_sample("none", "imap", &u), "nobody's at all");
	ok(userdb_find("u", "", &u) == 0, "no name");
	ok(userdb_find("u", "1005=", &u) == 0, "the way back is no account");
	ok(userdb_find("u", "bob", &u) == 0, "no secrets, no account");
	ok(userdb_find("u", "root", &u) == 0 && !userdb_ids(&u, &uid, &gid),
	    "uid 0");
	userdb_clear(&u);
	ok(u.len == 0 && u.shadow[0] == '\0', "forgotten");
}

/* gdbm ends the process on some damage: with the "temporary" status. */
static int
find_in_child(const char *name)
{
	static struct userdb u;
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		_exit(userdb_find("u", name, &u) < 1 ? 111
		      : secret(&u, "imap", "I")	     ? 0
						     : 1);
	(void)waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

/* A file of len bytes of the real one: an answer or an error, no crash. */
static void
test_damage(void)
{
	static char bytes[65536];
	static struct userdb u;
	int fd = open("u.dat", O_RDONLY), r = 0;
	ssize_t n = read(fd, bytes, sizeof bytes);

	(void)close(fd);
	for (ssize_t len = 0; len < n; len += 509) {
		fd = open("u.dat", O_WRONLY | O_TRUNC);
		if (write(fd, bytes, (size_t)len) != len)
			exit(111);
		(void)close(fd);
		r += find_in_child("fred") == 1;
	}
	ok(r == 0, "cut anywhere: the right answer or an error");
	ok(userdb_find("none", "fred", &u) == -1 && errno == ENOENT,
	    "no database");
}

int
main(void)
{
	tap_template(dir, sizeof dir, "userdb");
	if (mkdtemp(dir) == NULL || chdir(dir) == -1)
		return 111;
	make();
	test_find();
	test_damage();
	(void)unlink("ushadow.dat");
	make();
	(void)unlink("ushadow.dat");
	{
		static struct userdb u;

		ok(userdb_find("u", "fred", &u) == 0 && u.shadow_len == 0,
		    "no shadow, no account");
	}
	(void)unlink("u.dat");
	return done_testing() + (rmdir(dir) == -1);
}
