/* userdb.c: checkpw-userdb, a checkpassword for Courier's userdb. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "auth/checkpassword.h"
#include "auth/handover.h"
#include "base/oom.h"
#include "pw/become.h"
#include "pw/hash.h"
#include "pw/service.h"
#include "pw/userdb.h"
#include "sys/env.h"
#include "sys/log.h"
#include "sys/proc.h"
#include "sys/slot.h"

enum { VALUE_LEN = 1024 };

/* Only the authenticator speaks here, and nobody listens. */
void
oom(void)
{
	_exit(CHECKPASSWORD_TEMPORARY);
}

__attribute__((noreturn)) static void
temporary(const char *what, const char *subject)
{
	log_line("ERR", "%s %s: %s", what, subject, strerror(errno));
	_exit(CHECKPASSWORD_TEMPORARY);
}

/* The field key as a string; NULL when there is none, or an empty one. */
static const char *
field(const struct userdb *u, const char *key, char buf[VALUE_LEN])
{
	struct span v;

	if (!userdb_field(span_of(u->fields, u->len), key, &v) || v.p == v.end)
		return NULL;
	if (span_len(v) >= VALUE_LEN || span_find(v, '\0') != NULL) {
		errno = EFBIG;
		temporary("userdb field", key);
	}
	memcpy(buf, v.p, span_len(v));
	buf[span_len(v)] = '\0';
	return buf;
}

/* An unknown name, a locked account, a wrong password: the same work. */
static bool
verify(const char *path, const struct checkpassword *c, struct userdb *u)
{
	int found = userdb_find(path, c->name, u);
	char buf[SERVICE_LEN];
	const char *service = service_name(buf);
	struct span secret = span_str("");

	if (found == -1)
		temporary("cannot read", path);
	if (found == 1)
		secret = userdb_secret(u, service);
	if (handover_is_lookup(c->password))
		return hash_usable(secret);
	if (hash_usable(secret))
		return hash_check(secret, c->password);
	if (userdb_sample(path, service, u))
		(void)hash_check(userdb_secret(u, service), c->password);
	else
		hash_dummy(c->password);
	return false;
}

static void
enter(const struct userdb *u, const char *name)
{
	char home[VALUE_LEN], shell[VALUE_LEN], mail[VALUE_LEN];
	char quota[VALUE_LEN], options[VALUE_LEN];
	struct become b = {
		.home = field(u, "home", home),
		.slots = slot_base(),
	};
	struct handover h = {
		.user = name,
		.authenticated = name,
		.home = home,
		.shell = field(u, "shell", shell),
		.maildir = field(u, "mail", mail),
		.quota = field(u, "quota", quota),
		.options = field(u, "options", options),
	};
	int incomplete;

	if (!userdb_ids(u, &b.uid, &b.gid)) {
		log_line("ERR", "refused, no uid and gid above 0: %s", name);
		_exit(CHECKPASSWORD_NO);
	}
	errno = EINVAL;
	if (b.home == NULL || home[0] != '/')
		temporary("no home for", name);
	if (h.shell == NULL)
		h.shell = "/bin/sh";
	if (become_account(
		&b, env_str("AUTH_MKHOMEDIR_SKEL", NULL), &incomplete) == -1)
		temporary("cannot become", name);
	if (incomplete)
		log_line("WARN", "incomplete: %s", home);
	if (handover_export(&h) == -1)
		temporary("cannot set the environment of", name);
}

int
main(int argc, char **argv)
{
	const char *path = env_str("USERDB", "/etc/courier/userdb");
	static struct checkpassword c;
	static struct userdb u;
	static char name[CHECKPASSWORD_LEN];

	/* no store and no costly hash keeps the client waiting for ever */
	(void)alarm(env_num("SATCHEL_CHECK_TIMEOUT", CHECKPASSWORD_SECONDS));
	/* first of all: a log that is opened before may become descriptor 3 */
	if (argc < 2 || checkpassword_read(CHECKPASSWORD_FD, &c) == -1)
		return CHECKPASSWORD_MISUSED;
	log_open("checkpw-userdb");
	if (proc_path(argv[0]) == -1)
		temporary("cannot find", argv[0]);
	if (!verify(path, &c, &u))
		return CHECKPASSWORD_NO;
	(void)alarm(0);
	if (handover_is_lookup(c.password) && handover_confirm() == -1)
		return CHECKPASSWORD_TEMPORARY;
	memcpy(name, c.name, strlen(c.name) + 1);
	checkpassword_clear(&c);
	enter(&u, name);
	userdb_clear(&u);
	(void)execvp(argv[1], argv + 1);
	temporary("cannot run", argv[1]);
}
