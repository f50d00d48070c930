/*
 * keeper.c: forks the talker, answers it, waits for the session.
 *
 * The process that the super-server has started keeps its number and its
 * rights, and never looks at a byte of the client's.  What it is asked is one
 * of a few things of fixed size (talk.h), and it does no more for a talker
 * that somebody has taken over than for one that is honest: three failed
 * attempts with their delay, a bounded number of other questions, a bounded
 * time; TLS when it is offered; a name in a certificate that TLS has told the
 * keeper, and not the talker.  Log lines are made here: a talker can put no
 * line into the log but these, with no more in it than printable text.
 *
 * STARTTLS ends the talker.  Whoever was in the middle of the connection
 * until then may own it; the one behind TLS is forked anew, and knows nothing
 * of the first (RFC 2595 section 4 wants as much).
 *
 * Rejected: one talker for many connections (a hole would show the passwords
 * of others); a keeper without rights that asks a daemon (there is none);
 * passing the connection itself around (it is on 0 and 1 of both, and only
 * one of the two is ever awake).
 */
#include "chain/keeper.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "chain/login.h"
#include "chain/talk.h"
#include "sys/cidr.h"
#include "sys/clock.h"
#include "sys/fs.h"
#include "sys/log.h"
#include "sys/proc.h"
#include "sys/shed.h"
#include "sys/sig.h"
#include "sys/slot.h"
#include "text/lang.h"

enum {
	ASKS = 64, /* more than a talker has a reason for */
	EVENTS = 8,
	END_TRIES = 200, /* of END_MS each */
	END_MS = 10,
	/* for its last words, beyond the time for all of it */
	GRACE_MS = 12000
};

struct keeper {
	struct front *f;
	keeper_talker *talker;
	struct login login;
	struct lang lang; /* POP3: what LANG has chosen */
	int fd; /* -1: no talker */
	pid_t pid;
	int64_t begun;
	int64_t tried; /* when the last attempt was over */
	unsigned asks;
	unsigned events;
	bool over; /* the talker was told to say good-bye */
	struct talk_ask ask; /* secrets */
};

enum goes { ON, AGAIN, END };

static const char *
peer(const struct keeper *k, char buf[128])
{
	return login_peer(k->f, buf);
}

/*
 * The talker is not needed any more, and does not say another word.  It has
 * another uid, so that a root whose CAP_KILL was taken can do no more than
 * wait a moment for an honest one, which ends with the socket.
 */
static int
end_talker(struct keeper *k)
{
	int status = 0, options = 0;
	pid_t got;

	if (k->fd == -1)
		return 0;
	fs_close(k->fd);
	k->fd = -1;
	/* one that has ended is still there to be waited for */
	if (kill(k->pid, SIGKILL) == -1)
		options = WNOHANG;
	for (int i = 0; i < END_TRIES; i++) {
		got = waitpid(k->pid, &status, options);
		if (got == k->pid || (got == -1 && errno != EINTR))
			return status;
		if (got == 0)
			(void)poll(NULL, 0, END_MS);
	}
	log_line("ERR", "cannot end process %ld", (long)k->pid);
	return 0;
}

/* Nobody is left who could ask for anything. */
static void
session_runs(void *arg)
{
	struct keeper *k = arg;

	(void)end_talker(k);
	ucspitls_close(&k->f->ucspitls);
}

/* What a talker is forked with. */
struct birth {
	const struct keeper *k;
	int pair[2]; /* the keeper's end, the talker's */
};

static int
talker_body(void *arg)
{
	const struct birth *b = arg;

	jail_close_others(b->pair[1]);
	front_forget_others(b->k->f);
	b->k->talker(b->k->f, 3);
	return 0;
}

static int
start_talker(struct keeper *k)
{
	struct birth b = { .k = k };

	if (proc_sockets(SOCK_SEQPACKET, b.pair) == -1)
		return -1;
	k->pid = proc_fork(PROC_TALKER, talker_body, &b);
	fs_close(b.pair[1]);
	if (k->pid == -1) {
		fs_close(b.pair[0]);
		return -1;
	}
	k->fd = b.pair[0];
	return 0;
}

/* A talker that asks for what it may not have is none of ours any more. */
static enum goes
broken(struct keeper *k, const char *why)
{
	char buf[128];

	log_line("ERR", "talker ended: %s, %s", why, peer(k, buf));
	return END;
}

static enum goes
answer(struct keeper *k, enum talk_verdict verdict)
{
	const struct talk_answer a = { .verdict = verdict };

	k->over = verdict == TALK_LAST || verdict == TALK_UNAVAILABLE;
	return talk_answer(k->fd, &a, span_str("")) == -1 ? END : ON;
}

static void
log_gone(const struct keeper *k)
{
	const struct log_field more[2] = {
		{ "time", NULL, (uint64_t)(clock_mono_ms() - k->begun) / 1000 },
	};

	if (k->f->debug)
		login_event(k->f, "DEBUG", "Disconnected", NULL, more);
}

static enum goes
ended(struct keeper *k, enum login_end end)
{
	k->tried = clock_mono_ms();
	switch (end) {
	case LOGIN_GONE:
		log_gone(k);
		return END;
	case LOGIN_SESSION:
		return END;
	case LOGIN_REFUSED:
		return answer(k, TALK_REFUSED);
	case LOGIN_REFUSED_LAST:
		return answer(k, TALK_LAST);
	case LOGIN_UNAVAILABLE:
		break;
	}
	return answer(k, TALK_UNAVAILABLE);
}

static enum goes
try(struct keeper *k)
{
	if (k->f->tls_required)
		return broken(k, "login without TLS");
	if (k->ask.how == TALK_EXTERNAL &&
	    (k->f->external[0] == '\0' || k->ask.name_len > 0))
		return broken(k, "EXTERNAL without a certificate");
	if (!k->f->protocol->tagged &&
	    setenv("SATCHEL_LANGTAG", k->lang.tag, 1) == -1)
		return answer(k, TALK_UNAVAILABLE);
	return ended(k, login_try(&k->login, &k->ask));
}

static enum goes
start_tls(struct keeper *k)
{
	char buf[128];

	if (!front_has_starttls(k->f))
		return broken(k, "TLS that was not offered");
	(void)end_talker(k);
	if (front_start_tls(k->f, k->f->by) == -1) {
		log_line("INFO", "TLS FAILED, %s: %s", peer(k, buf),
		    strerror(errno));
		return END;
	}
	lang_init(&k->lang); /* what was said before is void */
	return AGAIN;
}

/* Names are compared with the range; it becomes no path (text/lang.h). */
static enum goes
find_language(struct keeper *k)
{
	struct talk_answer a = { .verdict = TALK_DONE };
	struct strbuf list = { 0 };
	struct span more;
	int r;

	if (k->ask.name_len == 0)
		lang_list(&list);
	else if (!lang_choose(&k->lang, span_of(k->ask.name, k->ask.name_len)))
		a.verdict = TALK_UNKNOWN;
	more = k->ask.name_len == 0 ? strbuf_span(&list)
				    : strbuf_span(&k->lang.text);
	if (a.verdict != TALK_DONE || span_len(more) > TALK_MORE_LEN)
		more = span_str("");
	memcpy(a.word, k->lang.tag, strlen(k->lang.tag) + 1);
	a.more_len = (uint32_t)span_len(more);
	r = talk_answer(k->fd, &a, more);
	strbuf_clear(&list);
	return r == -1 ? END : ON;
}

static void
log_logout(const struct keeper *k)
{
	const struct log_field counts[2] = {
		{ "rcvd", NULL, k->ask.rcvd },
		{ "sent", NULL, k->ask.sent },
	};

	login_event(k->f, "INFO", "LOGOUT", NULL,
	    k->f->protocol->tagged ? counts : NULL);
}

/* An honest talker has done it: nothing there looks like an address. */
static void
clean_words(char *s)
{
	for (; *s != '\0'; s++)
		if (*s < 0x20 || *s > 0x7e || *s == '[' || *s == ']')
			*s = '?';
}

static void
log_told(struct keeper *k)
{
	const struct talk_ask *a = &k->ask;
	char buf[128], lacks[64];

	switch (a->how) {
	case TALK_LOGOUT:
		log_logout(k);
		break;
	case TALK_GONE:
		log_gone(k);
		break;
	case TALK_ID: /* its names are the client's: no fields */
		clean_words(k->ask.name);
		log_line("INFO", "ID, %s, %s", peer(k, buf), a->name);
		break;
	case TALK_INJECTED:
		login_event(
		    k->f, "WARN", "INJECTION behind STARTTLS", NULL, NULL);
		break;
	case TALK_JAIL:
		log_line("WARN", "the jail before login has no %s",
		    jail_lacks((unsigned)a->rcvd, lacks));
		break;
	}
}

static enum goes
handle(struct keeper *k)
{
	if (++k->asks > ASKS)
		return broken(k, "too many questions");
	if (k->over && k->ask.kind != TALK_EVENT)
		return broken(k, "a question after the end");
	switch (k->ask.kind) {
	case TALK_TRY:
		return try(k);
	case TALK_REFUSE:
		return ended(
		    k, login_refuse(&k->login, talk_method(k->ask.how)));
	case TALK_TLS:
		return start_tls(k);
	case TALK_LANG:
		return find_language(k);
	}
	if (++k->events > EVENTS)
		return broken(k, "too many events");
	log_told(k);
	return ON;
}

/*
 * Until the talker asks, or has ended: 1; 0: it did neither in time, and has
 * been told when this process was asked to end.
 */
static int
wait_for(const struct keeper *k, int64_t by)
{
	struct pollfd p = { .fd = k->fd, .events = POLLIN };
	int r = sig_poll(&p, 1, by);

	if (r == -1 && errno == EINTR) {
		(void)kill(k->pid, SIGTERM);
		r = poll(&p, 1, GRACE_MS);
	}
	return r > 0;
}

/*
 * When a talker must have asked or ended.  An attempt may have taken all of
 * the time there was, and the client is still told how it ended.
 */
static int64_t
deadline(const struct keeper *k)
{
	int64_t from = k->f->by < k->tried ? k->tried : k->f->by;

	return k->f->by == 0 ? 0 : from + GRACE_MS;
}

/* One talker, to its end. */
static enum goes
serve(struct keeper *k)
{
	enum goes goes = ON;
	char buf[128];
	int s;

	while (goes == ON) {
		if (!wait_for(k, deadline(k)))
			return broken(k, "it does not end");
		s = talk_take(k->fd, &k->ask);
		if (s == 0)
			break;
		if (s == -1)
			return broken(k, strerror(errno));
		goes = handle(k);
		talk_forget(&k->ask);
	}
	if (goes == ON && k->fd != -1) {
		s = end_talker(k);
		if (WIFSIGNALED(s) && WTERMSIG(s) != SIGKILL)
			log_line("ERR", "talker ended by signal %d, %s",
			    WTERMSIG(s), peer(k, buf));
	}
	return goes;
}

/*
 * One connection of an address or a network; true when there may be one more,
 * and when they cannot be counted.
 */
static bool
take_slot(const struct keeper *k, struct cidr c, uint32_t max)
{
	struct strbuf dir = { 0 };
	char key[CIDR_LEN];
	int fd;

	if (max == 0)
		return true;
	cidr_text(&c, key);
	strbuf_puts(&dir, slot_base());
	strbuf_puts(&dir, "/login");
	fd = slot_take(dir.p, key, max);
	if (fd == -1 && errno == EAGAIN) {
		const struct log_field more[2] = {
			{ "network", key, 0 },
			{ "connections", NULL, max },
		};

		login_event(k->f, "NOTICE", "LIMIT", NULL, more);
		strbuf_clear(&dir);
		return false;
	}
	if (fd == -1 ? errno != ENOENT && errno != EACCES
		     : slot_inherit(fd) == -1)
		log_line("WARN", "cannot count connections in %s: %s", dir.p,
		    strerror(errno));
	strbuf_clear(&dir);
	return true;
}

/* Before anything is said: the slots are the chain's from here on. */
static bool
take_slots(const struct keeper *k)
{
	const struct front *f = k->f;
	struct cidr c;

	if (!cidr_parse(span_str(f->peer.ip), &c))
		return true; /* nobody's address */
	return take_slot(k, cidr_network(&c, 32, 64), f->per_ip) &&
	       take_slot(k, cidr_network(&c, 24, 48), f->per_net);
}

int
keeper_run(struct front *f, char *const chain[], keeper_talker *talker)
{
	static struct keeper k;
	enum goes goes;

	k.f = f;
	k.talker = talker;
	k.login = (struct login){
		.f = f, .chain = chain, .told = session_runs, .arg = &k
	};
	k.begun = clock_mono_ms();
	if (f->timeout > 0)
		f->by = k.begun + f->timeout * INT64_C(1000);
	lang_init(&k.lang);
	shed_memory();
	if (f->debug)
		login_event(f, "DEBUG", "Connection", NULL, NULL);
	if (!take_slots(&k)) {
		(void)fs_write(1, span_str(f->protocol->full));
		return 0;
	}
	do {
		if (start_talker(&k) == -1) {
			log_line("ERR", "cannot fork: %s", strerror(errno));
			return 111;
		}
		goes = serve(&k);
	} while (goes == AGAIN);
	(void)end_talker(&k);
	return k.login.status;
}
