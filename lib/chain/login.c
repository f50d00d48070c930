/* login.c: attempts with their delay, their count and their log lines. */
#include "chain/login.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "chain/attempt.h"
#include "sys/clock.h"
#include "sys/log.h"
#include "sys/sig.h"

enum { FAILURES = 3, USER_LEN = CHECKPASSWORD_LEN };

void
login_init(struct login *l, const struct front *f, char *const chain[])
{
	memset(l, 0, sizeof *l);
	l->f = f;
	l->chain = chain;
}

const char *
login_peer(const struct login *l, char buf[128])
{
	const struct peer *p = &l->f->peer;

	(void)snprintf(buf, 128, "ip=[%s], port=[%s]",
	    p->ip[0] ? p->ip : "127.0.0.1", p->port[0] ? p->port : "0");
	return buf;
}

static void
log_refusal(const struct login *l, const char *key, const char *value)
{
	char peer[128];

	log_line(
	    "INFO", "LOGIN FAILED, %s=%s, %s", key, value, login_peer(l, peer));
}

/*
 * Nothing of a client's may look like a field of the line it stands in, or
 * keep a program that reads the log from finding the address behind it.
 */
static void
clean(char *name)
{
	for (; *name != '\0'; name++)
		if (strchr("[],", *name) != NULL)
			*name = '?';
}

static enum login_end
refuse(struct login *l, int64_t begun)
{
	(void)sig_poll(NULL, 0, begun + (int64_t)l->f->delay * 1000);
	l->status = 0;
	return ++l->failures < FAILURES ? LOGIN_REFUSED : LOGIN_REFUSED_LAST;
}

enum login_end
login_refuse(struct login *l, const char *method)
{
	explicit_bzero(l->password, sizeof l->password);
	log_refusal(l, "method", method);
	return refuse(l, clock_mono_ms());
}

/* The authenticator's word, or why there was none. */
static enum attempt_end
run(struct login *l, const char *user)
{
	enum attempt_end end;
	struct attempt a;
	int r = attempt_start(l->chain, span_str(user),
	    span_of(l->password, l->password_len), &a);

	explicit_bzero(l->password, sizeof l->password);
	if (r == -1 && (errno == EMSGSIZE || errno == EINVAL))
		return ATTEMPT_REFUSED;
	if (r == -1) {
		l->status = 111;
		log_line(
		    "ERR", "cannot run %s: %s", l->chain[0], strerror(errno));
		return ATTEMPT_FAILED;
	}
	if ((end = attempt_finish(&a, &l->status)) == ATTEMPT_FAILED)
		log_line(
		    "ERR", "%s ended with status %d", l->chain[0], l->status);
	return end;
}

enum login_end
login_try(struct login *l)
{
	struct span name = span_of(l->name, l->name_len);
	int64_t begun = clock_mono_ms();
	char user[USER_LEN];

	if (!front_user(l->f, name, user, sizeof user))
		return login_refuse(l, "name");
	switch (run(l, user)) {
	case ATTEMPT_SESSION:
		return LOGIN_SESSION;
	case ATTEMPT_FAILED:
		l->status = 111;
		return LOGIN_UNAVAILABLE;
	case ATTEMPT_REFUSED:
		break;
	}
	clean(user);
	log_refusal(l, "user", user);
	return refuse(l, begun);
}
