/* limit.c: sessions of an account, counted before one more begins. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "auth/handover.h"
#include "base/num.h"
#include "base/oom.h"
#include "base/strbuf.h"
#include "sys/env.h"
#include "sys/log.h"
#include "sys/peer.h"
#include "sys/proc.h"
#include "sys/sig.h"
#include "sys/slot.h"
#include "sys/wr.h"

enum { PER_USER = 0, PER_USER_IP = 20, WRITE_SECONDS = 10 };

void
oom(void)
{
	_exit(111);
}

static const char *
user(void)
{
	return env_str(
	    "AUTHENTICATED", env_str("VPOPUSER", env_str("USER", "(unknown)")));
}

/* How many there may be; what stands where an account's slots are. */
struct limit {
	uint32_t max;
	const char *ip; /* "" for all of the account's */
};

/*
 * A slot for this process and what it executes.  True as well where slots
 * cannot be counted: then a limit must not be what keeps everybody out.
 */
static bool
take(const struct limit *l)
{
	struct strbuf dir = { 0 }, key = { 0 };
	bool room;
	int fd;

	if (l->max == 0)
		return true;
	strbuf_puts(&dir, slot_base());
	strbuf_puts(&dir, "/user/");
	strbuf_num(&dir, geteuid());
	/* neither address has "=" in it, so no two keys are the same */
	strbuf_puts(&key, user());
	strbuf_putc(&key, '=');
	strbuf_puts(&key, l->ip);
	/* where no root has been the site has one uid, and that is ours */
	if ((fd = slot_take(dir.p, key.p, l->max)) == -1 && errno == ENOENT &&
	    slot_make_user(slot_base(), geteuid(), getegid()) == 0)
		fd = slot_take(dir.p, key.p, l->max);
	room = fd != -1 || errno != EAGAIN;
	if (fd == -1 ? room && errno != ENOENT : slot_inherit(fd) == -1)
		log_line("WARN", "cannot count sessions in %s: %s", dir.p,
		    strerror(errno));
	strbuf_clear(&dir);
	strbuf_clear(&key);
	return room;
}

/*
 * In place of the session's first answer, and as one: the front must not go
 * on with the dialogue.
 */
static int
refuse(const struct limit *l)
{
	static const char why[] = "Too many sessions of this account are open.";
	const char *protocol = env_str("PROTOCOL", "IMAP");
	const char *tag = env_str("IMAPLOGINTAG", NULL);
	static struct wr out;
	struct peer p;

	(void)peer_find(&p);
	log_line("NOTICE", "LIMIT, user=%s, ip=[%s], port=[%s], sessions=%u",
	    user(), p.ip, p.port, (unsigned)l->max);
	sig_init();
	wr_init(&out, 1, WRITE_SECONDS * 1000);
	handover_ready();
	if (strcmp(protocol, "IMAP") == 0) {
		wr_lit(&out, "* BYE ");
		wr_span(&out, span_str(why));
		if (tag != NULL) {
			wr_lit(&out, "\r\n");
			wr_span(&out, span_str(tag));
			wr_lit(&out, " NO [LIMIT] ");
			wr_span(&out, span_str(why));
		}
	} else {
		wr_lit(&out, "-ERR [SYS/TEMP] ");
		wr_span(&out, span_str(why));
	}
	wr_lit(&out, "\r\n");
	wr_flush(&out);
	return 0;
}

static int
usage(void)
{
	fputs("usage: limit [-a n] [-u n] program [argument ...]\n", stderr);
	return 100;
}

int
main(int argc, char **argv)
{
	struct limit of_user = { env_num("SATCHEL_PER_USER", PER_USER), "" };
	struct limit of_ip = { env_num("SATCHEL_PER_USER_IP", PER_USER_IP),
		env_str("TCPREMOTEIP", "") };
	struct span in;
	int c;

	while ((c = getopt(argc, argv, "+a:u:")) != -1) {
		in = span_str(c == 'a' || c == 'u' ? optarg : "");
		if (!num_u32(&in, c == 'a' ? &of_ip.max : &of_user.max) ||
		    in.p < in.end)
			return usage();
	}
	if (optind == argc)
		return usage();
	if (fcntl(0, F_GETFD) == -1 || fcntl(1, F_GETFD) == -1)
		return 111;
	log_open("limit");
	if (proc_path(argv[0]) == -1) {
		log_line("ERR", "cannot find %s: %s", argv[0], strerror(errno));
		return 111;
	}
	if (!take(&of_user))
		return refuse(&of_user);
	if (of_ip.ip[0] != '\0' && !take(&of_ip))
		return refuse(&of_ip);
	(void)execvp(argv[optind], argv + optind);
	log_line("ERR", "cannot run %s: %s", argv[optind], strerror(errno));
	return 111;
}
