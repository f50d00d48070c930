/* login.c: attempts with their delay, their count and their log lines. */
#include "chain/login.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auth/checkpassword.h"
#include "base/nelem.h"
#include "base/strbuf.h"
#include "sys/clock.h"
#include "sys/log.h"
#include "sys/peer.h"
#include "sys/sig.h"
#include "sys/slot.h"

enum { FAILURES = 3, USER_LEN = CHECKPASSWORD_LEN };

/* As Courier's lines have it where it listens on IPv6, if that is wanted. */
static const char *
address(const struct front *f, char buf[PEER_IP_LEN + 8])
{
	const char *ip = f->peer.ip[0] == '\0' ? "127.0.0.1" : f->peer.ip;
	bool mapped = f->log_mapped && strchr(ip, '.') != NULL;

	(void)snprintf(
	    buf, PEER_IP_LEN + 8, "%s%s", mapped ? "::ffff:" : "", ip);
	return buf;
}

static const char *
port(const struct front *f)
{
	return f->peer.port[0] == '\0' ? "0" : f->peer.port;
}

const char *
login_peer(const struct front *f, char buf[128])
{
	char ip[PEER_IP_LEN + 8];

	(void)snprintf(buf, 128, "ip=[%s], port=[%s]", address(f, ip), port(f));
	return buf;
}

void
login_event(const struct front *f, const char *level, const char *event,
    const struct log_field *who, const struct log_field more[2])
{
	static const struct log_field none;
	char ip[PEER_IP_LEN + 8];
	const struct log_field fields[] = {
		who == NULL ? none : *who,
		{ "ip", address(f, ip), 0 },
		{ "port", port(f), 0 },
		more == NULL ? none : more[0],
		more == NULL ? none : more[1],
	};

	log_event(level, event, fields, NELEM(fields));
}

static void
log_refusal(const struct login *l, const char *key, const char *value)
{
	const struct log_field who = { key, value, 0 };

	login_event(l->f, "INFO", "LOGIN FAILED", &who, NULL);
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
	log_refusal(l, "method", method);
	return refuse(l, clock_mono_ms());
}

/*
 * What the session is told; and whether a name without a password is to be
 * looked up, which nobody but this front may ask for.
 */
static int
tell(const struct login *l, const struct talk_ask *a)
{
	if (a->how == TALK_EXTERNAL ? setenv("AUTHORIZED", "1", 1) == -1
				    : unsetenv("AUTHORIZED") == -1)
		return -1;
	if (l->f->protocol->tagged)
		return setenv("IMAPLOGINTAG", a->tag, 1);
	return setenv("UTF8", a->utf8 != 0 ? "1" : "0", 1);
}

/* Failures are remembered below the directory of the slots. */
static void
open_pit(struct login *l)
{
	struct strbuf dir = { 0 };

	l->pit.dir = -1;
	if (l->f->tarpit == 0 || l->f->peer.ip[0] == '\0')
		return;
	strbuf_puts(&dir, slot_base());
	strbuf_puts(&dir, "/tarpit");
	if (tarpit_open(&l->pit, dir.p) == -1 && errno != EACCES)
		log_line("WARN", "cannot remember failures in %s: %s", dir.p,
		    strerror(errno));
	strbuf_clear(&dir);
}

/* Whoever leaves meanwhile leaves his place, and has learnt nothing. */
static bool
wait_in_pit(const struct login *l)
{
	uint32_t ms =
	    tarpit_delay(&l->pit, l->f->peer.ip, l->user, l->f->tarpit * 1000);

	return ms == 0 || peer_waits(0, clock_mono_ms() + ms);
}

static void
session_runs(void *arg)
{
	struct login *l = arg;

	tarpit_succeeded(&l->pit, l->f->peer.ip, l->user);
	tarpit_close(&l->pit);
	l->told(l->arg);
}

/* The authenticator's word, or why there was none. */
static enum attempt_end
run(struct login *l, const char *user, struct talk_ask *a)
{
	enum attempt_end end;
	struct attempt at;
	int r = tell(l, a);

	if (r == 0)
		r = attempt_start((char *const *)l->chain, span_str(user),
		    span_of(a->password, a->password_len), &at);
	talk_forget(a);
	if (r == -1 && (errno == EMSGSIZE || errno == EINVAL))
		return ATTEMPT_REFUSED;
	if (r == -1) {
		log_line(
		    "ERR", "cannot run %s: %s", l->chain[0], strerror(errno));
		return ATTEMPT_FAILED;
	}
	end = attempt_finish(
	    &at, l->f->check_timeout, session_runs, l, &l->status);
	if (end == ATTEMPT_REFUSED)
		tarpit_failed(&l->pit, l->f->peer.ip, user);
	if (end == ATTEMPT_FAILED)
		log_line(
		    "ERR", "%s ended with status %d", l->chain[0], l->status);
	if (end == ATTEMPT_STUCK)
		log_line("ERR", "%s took too long", l->chain[0]);
	return end;
}

enum login_end
login_try(struct login *l, struct talk_ask *a)
{
	struct span name = span_of(a->name, a->name_len);
	enum attempt_end end;
	char user[USER_LEN];
	int64_t begun;

	if (a->how == TALK_EXTERNAL)
		name = span_str(l->f->external);
	if (!front_user(l->f, name, user, sizeof user)) {
		talk_forget(a);
		return login_refuse(l, "name");
	}
	l->user = user;
	open_pit(l);
	if (!wait_in_pit(l)) {
		talk_forget(a);
		tarpit_close(&l->pit);
		l->status = 0;
		return LOGIN_GONE;
	}
	begun = clock_mono_ms();
	end = run(l, user, a);
	tarpit_close(&l->pit);
	switch (end) {
	case ATTEMPT_SESSION:
		return LOGIN_SESSION;
	case ATTEMPT_FAILED:
	case ATTEMPT_STUCK:
		l->status = 111;
		return LOGIN_UNAVAILABLE;
	case ATTEMPT_REFUSED:
		break;
	}
	clean(user);
	log_refusal(l, "user", user);
	return refuse(l, begun);
}
