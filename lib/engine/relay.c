/*
 * relay.c: two directions that do not wait for each other.
 *
 * Each has one record's worth of memory; while that is full nothing more is
 * read, so a slow reader slows down its writer and nothing else.  An end is
 * passed on as an end: the program may still answer when the client has sent
 * its close_notify, or has closed its half of the connection.  GnuTLS lets a
 * session be read and written in turns, as long as a write that could not be
 * completed is tried again with the same octets.
 *
 * systemd ends all that is left of a service when its first process, the
 * program, has ended: SIGTERM is no reason to forget what the program has left
 * behind, nor what it says when it gets the same signal.
 */
#include "engine/relay.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include "sys/clock.h"
#include "sys/sig.h"

enum {
	RECORD_LEN = 16384,
	FINISH_MS = 5000,
	STALL_MS = 60000, /* a client that takes nothing, of a program gone */
	GONE_MS = 600000, /* and one that takes a little */
	LEAVE_MS = 2000, /* after SIGTERM: a program that may still end */
	DRAIN_MS = 30000 /* likewise: what it has left behind */
};

struct way {
	size_t pos;
	size_t len;
	bool eof; /* nothing more comes from its source */
	bool told; /* and the other side knows */
	bool blocked; /* the other side does not take any more now */
	char buf[RECORD_LEN];
};

struct relay {
	gnutls_session_t tls;
	struct net *net;
	int clear;
	bool clear_ready;
	int64_t gone; /* when the program was; its rest is still told; or 0 */
	int64_t ended; /* when this process was asked to end; or 0 */
	bool over;
	const char *why;
	struct way in; /* from the network */
	struct way out;
};

static bool
is_later(int error)
{
	return error == GNUTLS_E_AGAIN || error == GNUTLS_E_INTERRUPTED;
}

static void
end(struct relay *r, const char *why)
{
	r->over = true;
	r->why = why;
}

/* A record, if there is one. */
static void
read_net(struct relay *r)
{
	ssize_t n;

	do
		n = gnutls_record_recv(r->tls, r->in.buf, sizeof r->in.buf);
	while (n < 0 && !gnutls_error_is_fatal((int)n) && !is_later((int)n) &&
	       n != GNUTLS_E_REHANDSHAKE);
	if (n > 0) {
		r->in.pos = 0;
		r->in.len = (size_t)n;
	} else if (n == 0 || n == GNUTLS_E_PREMATURE_TERMINATION) {
		r->in.eof = true;
	} else if (n == GNUTLS_E_REHANDSHAKE) {
		(void)gnutls_alert_send(r->tls, GNUTLS_AL_FATAL,
		    GNUTLS_A_NO_RENEGOTIATION); /* as far as it goes */
		end(r, "renegotiation refused");
	} else if (n == GNUTLS_E_PULL_ERROR || n == GNUTLS_E_PUSH_ERROR) {
		end(r, NULL); /* the client is gone */
	} else if (!is_later((int)n)) {
		(void)gnutls_alert_send_appropriate(r->tls, (int)n);
		end(r, gnutls_strerror((int)n));
	}
}

static void
write_clear(struct relay *r)
{
	ssize_t n = send(r->clear, r->in.buf + r->in.pos, r->in.len - r->in.pos,
	    MSG_DONTWAIT | MSG_NOSIGNAL);

	if (n >= 0)
		r->in.pos += (size_t)n;
	else if (errno == EAGAIN)
		r->in.blocked = true;
	else if (errno != EINTR)
		r->in.eof = r->in.told = true; /* the program reads no more */
	if (r->in.told || r->in.pos == r->in.len)
		r->in.pos = r->in.len = 0;
}

/* Whether something was done. */
static bool
step_in(struct relay *r)
{
	struct way *w = &r->in;

	if (w->len > 0 && !w->blocked) {
		write_clear(r);
		return true;
	}
	if (w->len == 0 && w->eof && !w->told) {
		(void)shutdown(r->clear, SHUT_WR); /* it may be gone */
		w->told = true;
		return true;
	}
	if (w->len == 0 && !w->eof &&
	    (net_has_input(r->net) ||
		gnutls_record_check_pending(r->tls) > 0)) {
		read_net(r);
		return true;
	}
	return false;
}

static void
read_clear(struct relay *r)
{
	ssize_t n = recv(r->clear, r->out.buf, sizeof r->out.buf, MSG_DONTWAIT);

	r->clear_ready = r->gone != 0 || n == (ssize_t)sizeof r->out.buf;
	if (n > 0) {
		r->out.pos = 0;
		r->out.len = (size_t)n;
	} else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
		r->out.eof = true;
	}
}

static void
write_net(struct relay *r)
{
	ssize_t n = gnutls_record_send(
	    r->tls, r->out.buf + r->out.pos, r->out.len - r->out.pos);

	if (n >= 0)
		r->out.pos += (size_t)n;
	else if (is_later((int)n))
		r->out.blocked = true;
	else
		end(r, NULL); /* the client is gone */
	if (r->out.pos == r->out.len)
		r->out.pos = r->out.len = 0;
}

/* close_notify; what the client says afterwards is still passed on. */
static void
tell_end(struct relay *r)
{
	int n = gnutls_bye(r->tls, GNUTLS_SHUT_WR);

	if (is_later(n))
		r->out.blocked = true;
	else
		r->out.told = true;
}

static bool
step_out(struct relay *r)
{
	struct way *w = &r->out;

	if (w->blocked)
		return false;
	if (w->len > 0)
		write_net(r);
	else if (w->eof && !w->told)
		tell_end(r);
	else if (!w->eof && r->clear_ready)
		read_clear(r);
	else
		return false;
	return true;
}

/* When waiting has an end; 0: never. */
static int64_t
deadline(const struct relay *r)
{
	int64_t stall = clock_mono_ms() + STALL_MS, all = r->gone + GONE_MS;

	if (r->ended != 0)
		return r->ended + (r->gone != 0 ? DRAIN_MS : LEAVE_MS);
	if (r->gone == 0)
		return 0;
	return stall < all ? stall : all;
}

/* As sig_poll(); a signal counts once, and what is ready late is late. */
static int
wait_until(struct relay *r, struct pollfd *p, nfds_t n)
{
	int64_t by = deadline(r);

	if (by != 0 && clock_mono_ms() >= by)
		return 0;
	if (r->ended != 0)
		return poll(p, n, clock_left_ms(by));
	return sig_poll(p, n, by);
}

/*
 * Descriptors of which nothing is wanted are not looked at, but for the
 * program's end; once that is known, a client that takes nothing for a while
 * is not waited for.
 */
static void
wait_for_more(struct relay *r)
{
	struct pollfd p[3] = {
		{ .fd = r->in.len == 0 && !r->in.eof ? r->net->in : -1,
		    .events = POLLIN },
		{ .fd = r->out.blocked ? r->net->out : -1, .events = POLLOUT },
		{ .fd = r->gone != 0 ? -1 : r->clear },
	};
	int n;

	if (r->out.len == 0 && !r->out.eof)
		p[2].events |= POLLIN;
	if (r->in.blocked)
		p[2].events |= POLLOUT;
	n = wait_until(r, p, 3);
	if (n == -1 && r->ended == 0) {
		r->ended = clock_mono_ms();
		return;
	}
	if (n <= 0) {
		end(r, NULL);
		return;
	}
	if (p[0].revents != 0)
		r->net->may_read = true;
	if (p[1].revents != 0)
		r->out.blocked = false;
	if (p[2].revents & (POLLERR | POLLHUP))
		r->gone = clock_mono_ms();
	if (p[2].revents & POLLOUT || r->gone != 0)
		r->in.blocked = false;
	if (p[2].revents & POLLIN || r->gone != 0)
		r->clear_ready = true;
}

/* What is still on its way to the client, until the time is over. */
static void
finish(struct relay *r)
{
	int64_t by = clock_mono_ms() + FINISH_MS;
	struct pollfd p = { .fd = r->net->out, .events = POLLOUT };

	while (!r->out.told && poll(&p, 1, clock_left_ms(by)) == 1)
		if (!is_later(gnutls_bye(r->tls, GNUTLS_SHUT_WR)))
			break;
	net_finish(r->net, by);
}

const char *
relay_run(gnutls_session_t tls, struct net *net, int clear)
{
	static struct relay r;
	bool busy;

	r.tls = tls;
	r.net = net;
	r.clear = clear;
	r.clear_ready = net->may_read = true;
	while (!r.over && !(r.in.told && r.out.told)) {
		busy = step_in(&r);
		busy = step_out(&r) || busy;
		if (r.gone != 0 && r.out.eof) /* nobody is left to be told */
			r.in.eof = r.in.told = true;
		else if (!busy && !r.over)
			wait_for_more(&r);
	}
	finish(&r);
	return r.why;
}
