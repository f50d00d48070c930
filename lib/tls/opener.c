/* opener.c: three messages. */
#include "tls/opener.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/num.h"
#include "base/span.h"
#include "base/strbuf.h"
#include "sys/fs.h"
#include "sys/log.h"

enum { FILES = 3 };

/* A default that is not there is no event; what was asked for is. */
static void
load_tickets(const struct tls_conf *conf, int64_t now, struct tickets *out)
{
	if (tickets_load(conf->tickets, now, out) == 0)
		return;
	out->n = 0;
	if (conf->tickets_set || (errno != ENOENT && errno != EACCES))
		log_line("ERR", "%s: no session tickets: %s", conf->tickets,
		    strerror(errno));
}

int
opener_send_setup(int sock, const struct tls_conf *conf, int64_t now)
{
	struct tickets t = { 0 };
	int fds[FDPASS_MAX], r;
	int n = 0;

	if (conf->verify != TLS_VERIFY_NONE) {
		n = tls_files_open_trust(conf->trust, fds, FDPASS_MAX);
		if (n <= 0) {
			log_line("ERR", "%s: no authority: %s", conf->trust,
			    n == 0 ? "empty" : strerror(errno));
			return -1;
		}
	}
	load_tickets(conf, now, &t);
	r = fdpass_send(sock, span_of(&t, sizeof t), fds, (size_t)n);
	explicit_bzero(&t, sizeof t);
	while (n > 0)
		fs_close(fds[--n]);
	return r;
}

static int
send_files(int sock, const struct tls_files *f)
{
	int fds[FILES] = { f->cert };
	char what[FILES + 1] = "C";
	size_t n = 1;

	if (f->key != -1) {
		what[n] = 'K';
		fds[n++] = f->key;
	}
	if (f->staple != -1) {
		what[n] = 'O';
		fds[n++] = f->staple;
	}
	return fdpass_send(sock, span_of(what, n), fds, n);
}

void
opener_tell_failure(int sock, int error)
{
	char word[16];
	int len = snprintf(word, sizeof word, "X%d", error);

	/* when that fails as well, nobody can be told */
	(void)fdpass_send(sock, span_of(word, (size_t)len), NULL, 0);
}

static void
log_failure(struct span word)
{
	uint32_t error = 0;

	word.p++;
	(void)num_u32(&word, &error); /* or "Success", from a liar */
	log_line("ERR", "cannot run tlsd-engine: %s", strerror((int)error));
}

int
opener_answer(int sock, const struct tls_conf *conf, const char *local_ip)
{
	char word[SERVERNAME_LEN], name[SERVERNAME_LEN] = "";
	struct tls_files f;
	struct strbuf failed = { 0 };
	size_t none = 0;
	ssize_t len = fdpass_recv(sock, word, sizeof word, NULL, &none);
	int r;

	/* it has gone without taking the setup; what it said comes next */
	if (len == -1 && errno == ECONNRESET)
		len = fdpass_recv(sock, word, sizeof word, NULL, &none);
	if (len <= 0)
		return -1;
	if (*word == 'X')
		log_failure(span_of(word, (size_t)len));
	if (*word != 'N' ||
	    (len > 1 &&
		!servername_take(span_of(word + 1, (size_t)len - 1), name))) {
		errno = EBADMSG;
		return -1;
	}
	if (tls_files_open(conf, name, local_ip, &f, &failed) == -1) {
		log_line("ERR", "%s: %s", failed.p, strerror(errno));
		(void)fdpass_send(sock, span_str("-"), NULL, 0);
		strbuf_clear(&failed);
		return -1;
	}
	strbuf_clear(&failed);
	r = send_files(sock, &f);
	tls_files_close(&f);
	return r;
}

int
opener_get_setup(int sock, struct opener_setup *out)
{
	size_t n = FDPASS_MAX;
	ssize_t len = fdpass_recv(
	    sock, &out->tickets, sizeof out->tickets, out->trust, &n);

	if (len == (ssize_t)sizeof out->tickets &&
	    out->tickets.n <= TICKETS_KEYS) {
		out->trusts = n;
		return 0;
	}
	if (len == -1)
		return -1;
	while (n > 0)
		fs_close(out->trust[--n]);
	errno = len == 0 ? EPIPE : EBADMSG;
	return -1;
}

int
opener_ask(int sock, const char name[SERVERNAME_LEN], struct tls_files *out)
{
	char word[1 + SERVERNAME_LEN], what[FILES];
	struct tls_files f = { -1, -1, -1 };
	size_t len = strlen(name), n = FILES, i = 0;
	ssize_t got;
	int fds[FILES];

	word[0] = 'N';
	memcpy(word + 1, name, len);
	if (fdpass_send(sock, span_of(word, 1 + len), NULL, 0) == -1)
		return -1;
	got = fdpass_recv(sock, what, sizeof what, fds, &n);
	if (got < 1 || (size_t)got != n || what[0] != 'C') {
		while (got > 0 && n > 0)
			fs_close(fds[--n]);
		errno = got == 1 && *what == '-' ? ENOENT : EBADMSG;
		return -1;
	}
	f.cert = fds[i++];
	if (i < n && what[i] == 'K')
		f.key = fds[i++];
	if (i < n && what[i] == 'O')
		f.staple = fds[i++];
	*out = f;
	return 0;
}
