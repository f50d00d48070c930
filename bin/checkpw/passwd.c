/* passwd.c: checkpw-passwd, a checkpassword for the system's own users. */
#include <errno.h>
#include <pwd.h>
#include <shadow.h>
#include <string.h>
#include <unistd.h>

#include "auth/checkpassword.h"
#include "auth/handover.h"
#include "base/oom.h"
#include "pw/become.h"
#include "pw/hash.h"
#include "sys/clock.h"
#include "sys/env.h"
#include "sys/log.h"
#include "sys/proc.h"
#include "sys/slot.h"

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

/* Days since 1970; -1 and an empty field mean "no limit". */
static bool
is_expired(const struct spwd *sp)
{
	int64_t today = clock_now() / 86400;

	if (sp->sp_expire > 0 && today > sp->sp_expire)
		return true;
	return sp->sp_lstchg != -1 && sp->sp_max != -1 &&
	       (int64_t)sp->sp_lstchg + sp->sp_max < today;
}

/* Whether errno is that of a lookup that found nothing, and no trouble. */
static bool
not_there(void)
{
	return errno == 0 || errno == ENOENT || errno == ESRCH;
}

/* The stored password of pw; "" when nothing can fit. */
static const char *
secret(const struct passwd *pw)
{
	const struct spwd *sp;

	errno = 0;
	if ((sp = getspnam(pw->pw_name)) != NULL)
		return is_expired(sp) ? "" : sp->sp_pwdp;
	if (strcmp(pw->pw_passwd, "x") != 0)
		return pw->pw_passwd;
	if (!not_there())
		temporary("cannot read the shadow entry of", pw->pw_name);
	return "";
}

/* An unknown name, a locked account, a wrong password: the same work. */
static const struct passwd *
verify(const struct checkpassword *c)
{
	const struct passwd *pw;
	struct span stored;

	errno = 0;
	if ((pw = getpwnam(c->name)) == NULL && !not_there())
		temporary("cannot look up", c->name);
	stored = span_str(pw == NULL ? "" : secret(pw));
	if (handover_is_lookup(c->password))
		return hash_usable(stored) ? pw : NULL;
	if (!hash_usable(stored)) {
		hash_dummy(c->password);
		return NULL;
	}
	return hash_check(stored, c->password) ? pw : NULL;
}

static void
enter(const struct passwd *pw)
{
	const struct become b = {
		.system_user = pw->pw_name,
		.uid = pw->pw_uid,
		.gid = pw->pw_gid,
		.home = pw->pw_dir,
		.slots = slot_base(),
	};
	const struct handover h = {
		.user = pw->pw_name,
		.authenticated = pw->pw_name,
		.home = pw->pw_dir,
		.shell = pw->pw_shell[0] == '\0' ? "/bin/sh" : pw->pw_shell,
	};
	int incomplete;

	if (handover_export(&h) == -1)
		temporary("cannot set the environment of", pw->pw_name);
	if (become_account(
		&b, env_str("AUTH_MKHOMEDIR_SKEL", NULL), &incomplete) == -1)
		temporary("cannot become", pw->pw_name);
	if (incomplete)
		log_line("WARN", "incomplete: %s", pw->pw_dir);
}

int
main(int argc, char **argv)
{
	static struct checkpassword c;
	const struct passwd *pw;

	/* no store and no costly hash keeps the client waiting for ever */
	(void)alarm(env_num("SATCHEL_CHECK_TIMEOUT", CHECKPASSWORD_SECONDS));
	/* first of all: a log that is opened before may become descriptor 3 */
	if (argc < 2 || checkpassword_read(CHECKPASSWORD_FD, &c) == -1)
		return CHECKPASSWORD_MISUSED;
	log_open("checkpw-passwd");
	if (proc_path(argv[0]) == -1)
		temporary("cannot find", argv[0]);
	pw = verify(&c);
	(void)alarm(0);
	if (handover_is_lookup(c.password) && handover_confirm() == -1)
		return CHECKPASSWORD_TEMPORARY;
	checkpassword_clear(&c);
	if (pw == NULL)
		return CHECKPASSWORD_NO;
	if (pw->pw_uid == 0 || pw->pw_gid == 0) {
		log_line("ERR", "refused, uid or gid 0: %s", pw->pw_name);
		return CHECKPASSWORD_NO;
	}
	enter(pw);
	(void)execvp(argv[1], argv + 1);
	temporary("cannot run", argv[1]);
}
