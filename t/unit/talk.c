/* talk.c: which messages a keeper believes, and which it does not. */
#include "chain/talk.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tap.h"

static struct talk_ask
good(void)
{
	struct talk_ask a;

	/* what a talker leaves behind the texts is not looked at */
	memset(&a, 'x', sizeof a);
	a.kind = TALK_TRY;
	a.how = TALK_PLAIN;
	a.name_len = 4;
	a.password_len = 0;
	a.tag_len = TALK_TAG_LEN - 1;
	return a;
}

static void
test_valid(void)
{
	struct talk_ask a = good();

	ok(talk_valid(&a, sizeof a), "a message");
	ok(strcmp(a.name, "xxxx") == 0 && a.password[0] == '\0' &&
		strlen(a.tag) == TALK_TAG_LEN - 1,
	    "its texts are ended");
	ok(!talk_valid(&a, sizeof a - 1), "a byte short");
	ok(!talk_valid(&a, 0), "nothing");
	for (uint32_t kind = 0; kind < 8; kind++) {
		a = good();
		a.kind = kind;
		ok(talk_valid(&a, sizeof a) == (kind >= 1 && kind <= 5),
		    "kind %u", kind);
	}
	a = good();
	a.how = TALK_METHODS;
	ok(!talk_valid(&a, sizeof a), "no such method");
	a.kind = TALK_EVENT;
	ok(talk_valid(&a, sizeof a), "but an event");
	a.how = TALK_EVENTS;
	ok(!talk_valid(&a, sizeof a), "no such event");
}

static void
test_lengths(void)
{
	uint32_t *lens[3];
	static const uint32_t max[] = { CHECKPASSWORD_LEN, CHECKPASSWORD_LEN,
		TALK_TAG_LEN };
	struct talk_ask a;

	lens[0] = &a.name_len;
	lens[1] = &a.password_len;
	lens[2] = &a.tag_len;
	for (int i = 0; i < 3; i++) {
		a = good();
		*lens[i] = max[i] - 1;
		ok(talk_valid(&a, sizeof a), "text %d: as long as can be", i);
		a = good();
		*lens[i] = max[i];
		ok(!talk_valid(&a, sizeof a), "text %d: one more", i);
		a = good();
		*lens[i] = UINT32_MAX;
		ok(!talk_valid(&a, sizeof a), "text %d: many more", i);
	}
	a = good();
	a.name[3] = '\0';
	ok(!talk_valid(&a, sizeof a), "a NUL in a name");
	a = good();
	a.name[4] = '\0';
	ok(talk_valid(&a, sizeof a), "a NUL behind it");
	a = good();
	a.tag[0] = '\0';
	ok(!talk_valid(&a, sizeof a), "a NUL in a tag");
}

static void
test_socket(void)
{
	struct talk_answer answer = { .verdict = TALK_REFUSED };
	struct talk_ask a = good(), got;
	struct strbuf more = { 0 };
	int fd[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fd) == -1)
		return;
	ok(talk_take(fd[0], &got) == -1 && errno == EAGAIN, "none yet");
	talk_tell(fd[1], &a);
	ok(talk_take(fd[0], &got) == 1 && got.name_len == 4, "one");
	(void)!write(fd[1], "x", 1);
	ok(talk_take(fd[0], &got) == -1 && errno == EBADMSG, "a short one");
	answer.more_len = 3;
	ok(talk_answer(fd[0], &answer, span_str("abc")) == 0, "an answer");
	memset(&answer, 0, sizeof answer);
	ok(talk_ask(fd[1], &a, &answer, &more) &&
		answer.verdict == TALK_REFUSED &&
		span_is(strbuf_span(&more), "abc"),
	    "comes, with more");
	ok(a.kind == 0 && a.name[0] == '\0', "what was asked is forgotten");
	ok(talk_take(fd[0], &got) == 1, "and was asked");
	(void)close(fd[0]);
	a = good();
	ok(!talk_ask(fd[1], &a, &answer, NULL) && a.name[0] == '\0',
	    "nobody is there");
	(void)close(fd[1]);
	strbuf_clear(&more);
}

/* Who asks and does not listen must not hold the keeper. */
static void
test_deaf(void)
{
	static char text[TALK_MORE_LEN];
	struct talk_answer answer = { .verdict = TALK_DONE,
		.more_len = sizeof text };
	int fd[2], r = 0, n;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fd) == -1)
		return;
	(void)alarm(10);
	for (n = 0; n < 100 && r == 0; n++)
		r = talk_answer(fd[0], &answer, span_of(text, sizeof text));
	(void)alarm(0);
	ok(n > 1 && r == -1 && errno == EAGAIN, "one that does not listen");
	(void)close(fd[0]);
	(void)close(fd[1]);
}

int
main(void)
{
	uint32_t len = 9;
	char to[4];

	test_valid();
	test_lengths();
	test_socket();
	test_deaf();
	ok(talk_put(span_str("abc"), to, 3, &len) && len == 3, "it fits");
	ok(!talk_put(span_str("abcd"), to, 3, &len) && len == 3, "or not");
	ok(strcmp(talk_method(TALK_EXTERNAL), "EXTERNAL") == 0 &&
		strcmp(talk_method(TALK_METHODS), "?") == 0,
	    "methods have names");
	return done_testing();
}
