/* talk.c: packets of a local socket. */
#include "chain/talk.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

const char *
talk_method(uint32_t how)
{
	static const char *const names[TALK_METHODS] = {
		[TALK_USER] = "USER",
		[TALK_PLAIN] = "PLAIN",
		[TALK_LOGIN] = "LOGIN",
		[TALK_EXTERNAL] = "EXTERNAL",
	};

	return how < TALK_METHODS ? names[how] : "?";
}

/* A text of len bytes in size ones, without a NUL, and ended by one. */
static bool
is_text(char *text, uint32_t len, size_t size)
{
	if (len >= size || memchr(text, '\0', len) != NULL)
		return false;
	text[len] = '\0';
	return true;
}

bool
talk_valid(struct talk_ask *a, size_t len)
{
	if (len != sizeof *a || a->kind < TALK_TRY || a->kind > TALK_EVENT)
		return false;
	if (a->how >= (a->kind == TALK_EVENT ? (uint32_t)TALK_EVENTS
					     : (uint32_t)TALK_METHODS))
		return false;
	return is_text(a->name, a->name_len, sizeof a->name) &&
	       is_text(a->password, a->password_len, sizeof a->password) &&
	       is_text(a->tag, a->tag_len, sizeof a->tag);
}

bool
talk_put(struct span s, char *to, size_t max, uint32_t *len)
{
	size_t n = span_len(s);

	if (n > max)
		return false;
	if (n > 0)
		memcpy(to, s.p, n);
	*len = (uint32_t)n;
	return true;
}

void
talk_forget(struct talk_ask *a)
{
	explicit_bzero(a, sizeof *a);
}

static ssize_t
receive(int fd, void *buf, size_t len, int flags)
{
	ssize_t n;

	do
		n = recv(fd, buf, len, flags | MSG_TRUNC);
	while (n == -1 && errno == EINTR);
	return n;
}

static ssize_t
give(int fd, const void *buf, size_t len, int flags)
{
	ssize_t n;

	do
		n = send(fd, buf, len, flags | MSG_NOSIGNAL);
	while (n == -1 && errno == EINTR);
	return n;
}

/* The second packet, of as many bytes as the first one has told. */
static bool
receive_more(int fd, uint32_t len, struct strbuf *more)
{
	ssize_t n;
	char *to;

	if (len > TALK_MORE_LEN)
		return false;
	to = strbuf_room(more, len);
	n = receive(fd, to, len, 0);
	if (n != (ssize_t)len)
		return false;
	more->len += len;
	return true;
}

bool
talk_ask(
    int fd, struct talk_ask *a, struct talk_answer *answer, struct strbuf *more)
{
	bool given = give(fd, a, sizeof *a, 0) == (ssize_t)sizeof *a;

	talk_forget(a); /* the answer may be a session of hours */
	if (!given ||
	    receive(fd, answer, sizeof *answer, 0) != (ssize_t)sizeof *answer)
		return false;
	answer->word[TALK_WORD_LEN - 1] = '\0';
	if (answer->more_len == 0)
		return true;
	return more != NULL && receive_more(fd, answer->more_len, more);
}

void
talk_tell(int fd, const struct talk_ask *a)
{
	(void)give(
	    fd, a, sizeof *a, 0); /* a keeper that is gone wants nothing */
}

int
talk_take(int fd, struct talk_ask *a)
{
	ssize_t n = receive(fd, a, sizeof *a, MSG_DONTWAIT);

	if (n == 0 || (n == -1 && errno == ECONNRESET))
		return 0;
	if (n == -1)
		return -1;
	if (talk_valid(a, (size_t)n))
		return 1;
	talk_forget(a);
	errno = EBADMSG;
	return -1;
}

int
talk_answer(int fd, const struct talk_answer *answer, struct span more)
{
	if (give(fd, answer, sizeof *answer, MSG_DONTWAIT) == -1)
		return -1;
	if (span_len(more) == 0)
		return 0;
	return give(fd, more.p, span_len(more), MSG_DONTWAIT) == -1 ? -1 : 0;
}
