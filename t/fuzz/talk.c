/* talk.c: any bytes as what one half of a login front says to the other. */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/oom.h"
#include "chain/talk.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len);

/* A talker that somebody has taken over. */
static void
ask(const uint8_t *p, size_t len)
{
	struct talk_ask a;
	size_t n = len < sizeof a ? len : sizeof a;

	memset(&a, 0x55, sizeof a);
	memcpy(&a, p, n);
	if (!talk_valid(&a, len < sizeof a ? sizeof a : len))
		return;
	if (strlen(a.name) != a.name_len ||
	    strlen(a.password) != a.password_len ||
	    strlen(a.tag) != a.tag_len || *talk_method(a.how) == '\0')
		abort();
}

/* A keeper would have to be, and then nothing is left to be lost. */
static void
answer(const uint8_t *p, size_t len)
{
	size_t n = sizeof(struct talk_answer) + (len > 0 ? p[0] % 2 : 0);
	struct strbuf more = { 0 };
	struct talk_answer got;
	struct talk_ask a = { .kind = TALK_LANG };
	int fd[2];

	if (n > len)
		n = len;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fd) == -1)
		return;
	(void)send(fd[0], p, n, MSG_DONTWAIT);
	if (len > n)
		(void)send(fd[0], p + n, len - n, MSG_DONTWAIT);
	(void)shutdown(fd[0], SHUT_WR);
	if (talk_ask(fd[1], &a, &got, &more) &&
	    (more.len != got.more_len ||
		memchr(got.word, '\0', sizeof got.word) == NULL))
		abort();
	strbuf_clear(&more);
	(void)close(fd[0]);
	(void)close(fd[1]);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	ask(p, len);
	answer(p, len);
	return 0;
}
