/*
 * engine.c: what is given up, and when.
 *
 * tlsd has taken root and the environment away before this program was
 * executed, and gives it descriptors for all it may read.  So nothing has to
 * be opened here but what the loader and the library open for themselves, and
 * the rest is given up before the first octet of the client is read: files
 * (Landlock), and all system calls that carrying octets and managing memory do
 * not need (seccomp).  What GnuTLS gets wrong in a ClientHello is wrong in a
 * process that can read the client's own octets, once more.
 *
 * After the handshake the keys are overwritten, and the opener's socket is
 * closed: then there is nothing left but the connection.
 */
#include "engine/engine.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "config.h"

#include "base/nelem.h"
#include "base/strbuf.h"
#include "engine/facts.h"
#include "engine/handshake.h"
#include "engine/relay.h"
#include "sys/clock.h"
#include "sys/fs.h"
#include "sys/landlock.h"
#include "sys/log.h"
#include "sys/peer.h"
#include "sys/seccomp.h"
#include "sys/shed.h"
#include "sys/sig.h"
#include "tls/conf.h"
#include "tls/launch.h"

#if HAVE_CAGE
/* openat, execve, socket, kill and ptrace are not among them. */
static const int calls[] = {
	/* clang-format off */
	/* octets and descriptors that are here already, and the opener's */
	SYS_read, SYS_write, SYS_writev, SYS_recvmsg, SYS_shutdown,
	SYS_close, SYS_ppoll,
#ifdef SYS_poll
	SYS_poll,
#endif
	SYS_lseek, /* dprintf() */
	/* memory */
	SYS_brk, SYS_munmap, SYS_mremap, SYS_madvise, SYS_futex,
	/* time, chance, signals and the end */
	SYS_clock_gettime, SYS_gettimeofday,
#ifdef SYS_time
	SYS_time,
#endif
	SYS_getrandom, SYS_getpid, SYS_gettid, SYS_rt_sigprocmask,
	SYS_rt_sigreturn, SYS_restart_syscall, SYS_exit, SYS_exit_group,
	/* clang-format on */
};

static const struct seccomp_rule rules[] = {
	/* clang-format off */
	/* to whom a socket is connected, and to nobody else */
	{ SYS_sendto, { { 4, SECCOMP_NULL, 0 } } },
	{ SYS_recvfrom, { { 4, SECCOMP_NULL, 0 } } },
	/* net_acknowledge() */
	{ SYS_setsockopt, { { 1, SECCOMP_IS, IPPROTO_TCP },
	    { 2, SECCOMP_IS, TCP_QUICKACK } } },
	/* memory, and no code in it */
	{ SYS_mmap, { { 2, SECCOMP_WITHOUT, PROT_EXEC } } },
	{ SYS_mprotect, { { 2, SECCOMP_WITHOUT, PROT_EXEC } } },
	/* clang-format on */
};
#endif

static void
log_peer(const char *level, const struct peer *p, const char *text)
{
	log_line(level, "ip=[%s], port=[%s], TLS: %s", p->ip, p->port, text);
}

#if HAVE_CAGE
/* Loud, and yet: a site on an old kernel has TLS. */
static void
confine(const struct peer *p)
{
	const struct seccomp_table table = { calls, NELEM(calls), rules,
		NELEM(rules) };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
	    landlock_close(NULL, 0) == -1)
		log_peer("WARN", p, "this kernel has no Landlock");
	if (seccomp_close(&table) == -1)
		log_peer("WARN", p, "this kernel has no seccomp");
}
#else
/* A build without it need not be told. */
static void
confine(const struct peer *p)
{
	(void)p;
}
#endif

/* The list, where it was asked for; its end is the descriptor's end. */
static int
report(const struct handshake *h)
{
	struct strbuf list = { 0 };
	int r;

	facts_list(&list, h->tls, h->name, h->has_peer);
	r = fs_write(ENGINE_REPORT, strbuf_span(&list));
	if (list.p != NULL)
		explicit_bzero(list.p, list.len); /* the exporter */
	strbuf_clear(&list);
	(void)close(ENGINE_REPORT); /* a failure would have been seen */
	return r;
}

/* Pages that the handshake has used, and nobody will again. */
static void
give_back(void)
{
#ifdef __GLIBC__
	(void)malloc_trim(0); /* there may be none */
#endif
}

static int
serve(struct handshake *h, const struct peer *peer, bool is_asked)
{
	const char *why;

	if (handshake_run(
		h, clock_mono_ms() + (int64_t)h->conf->timeout * 1000) == -1) {
		if (h->why[0] != '\0')
			log_peer("INFO", peer, h->why);
		return 0;
	}
	if (is_asked && report(h) == -1)
		return 0; /* the program has gone */
	handshake_forget(h);
	give_back();
	why = relay_run(h->tls, &h->net, ENGINE_CLEAR);
	if (why != NULL)
		log_peer("INFO", peer, why);
	return 0;
}

int
engine_run(void)
{
	static struct handshake h;
	struct tls_conf conf;
	struct peer peer;
	const char *why;
	/* afterwards there is no fcntl() to ask */
	bool is_asked = fcntl(ENGINE_REPORT, F_GETFD) != -1;

	shed_memory();
	log_open("tlsd-engine");
	tzset(); /* syslog() tells local time, from a file */
	(void)peer_find(&peer); /* as tlsd has told it */
	if (geteuid() == 0) {
		log_line("ERR", "tlsd-engine: not as root");
		return 100;
	}
	if (!tls_conf_read(false, &conf, &why)) {
		log_line("ERR", "%s", why);
		return 100;
	}
	sig_init();
	h.conf = &conf;
	h.opener = ENGINE_OPENER;
	h.clear = ENGINE_CLEAR;
	if (net_init(&h.net) == -1) {
		log_peer("ERR", &peer, strerror(errno));
		return 111;
	}
	if (handshake_prepare(&h) == -1) {
		log_peer("ERR", &peer, h.why);
		return 111;
	}
	confine(&peer);
	return serve(&h, &peer, is_asked);
}
