/* input.c: commands off a socket: literals, limits, what is left behind. */
#include "imap/input.h"

#include <sys/socket.h>
#include <sys/wait.h>

#include "imap/limits.h"
#include "tap.h"

static struct rd in;
static struct wr out;
static struct input input;
static int client;

static void
setup(void)
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == -1)
		exit(111);
	client = fds[1];
	wr_init(&out, fds[0], 1000);
	rd_init(&in, fds[0], &out, false);
	input.in = &in;
	input.out = &out;
}

static void
teardown(void)
{
	(void)close(in.fd);
	(void)close(client);
}

static void
say(const char *s)
{
	if (write(client, s, strlen(s)) != (ssize_t)strlen(s))
		exit(111);
}

static bool
never(void *arg, struct span line)
{
	(void)arg;
	(void)line;
	return false;
}

static bool
always(void *arg, struct span line)
{
	(void)arg;
	(void)line;
	return true;
}

static bool
heard(const char *want)
{
	char buf[256] = "";
	ssize_t n;

	wr_flush(&out);
	n = recv(client, buf, sizeof buf - 1, MSG_DONTWAIT);
	return strcmp(n > 0 ? buf : "", want) == 0;
}

static bool
text_is(const char *want)
{
	return span_is(strbuf_span(&input.text), want);
}

static void
test_literals(void)
{
	setup();
	say("a LOGIN {3+}\r\nbob {2}\r\nxy\r\nb NOOP\r\n");
	ok(input_command(&input, never, NULL) == INPUT_OK &&
		text_is("a LOGIN {3+}\r\nbob {2}\r\nxy"),
	    "literals stay in place");
	ok(heard("+ OK\r\n"), "one continuation, for the one that waits");
	ok(input_command(&input, never, NULL) == INPUT_OK && text_is("b NOOP"),
	    "the next command");
	say("c NOOP\n");
	ok(input_command(&input, never, NULL) == INPUT_OK && text_is("c NOOP"),
	    "a bare LF ends a line");
	say("d X ~{3}\r\n");
	ok(input_command(&input, never, NULL) == INPUT_BAD && heard(""),
	    "literal8 is for messages only");
	say("e X {999999999}\r\n");
	ok(input_command(&input, never, NULL) == INPUT_BAD && heard(""),
	    "too large: refused instead of the continuation");
	say("f X {300000}\r\n");
	ok(input_command(&input, never, NULL) == INPUT_BAD,
	    "one past the limit");
	say("g X {99999999999999999999}\r\n");
	ok(input_command(&input, never, NULL) == INPUT_BAD && heard(""),
	    "a number that is no number of octets");
	say("h X {x}\r\n");
	ok(input_command(&input, never, NULL) == INPUT_OK,
	    "what is no number is no literal");
	say("i X {99999999999999999999+}\r\nj NOOP\r\n");
	ok(input_command(&input, never, NULL) == INPUT_BYE,
	    "octets without end are not taken for commands");
	teardown();
}

static void
test_gate(void)
{
	struct span s;

	setup();
	say("a APPEND x {5}\r\nhello\r\nb NOOP\r\n");
	ok(input_command(&input, always, NULL) == INPUT_LITERAL &&
		input.literal.len == 5 && text_is("a APPEND x {5}"),
	    "it stops before the literal");
	input_continue(&input);
	ok(rd_some(&in, 5, &s) == RD_OK && span_is(s, "hello"), "its bytes");
	strbuf_reset(&input.text);
	ok(input_rest(&input, always, NULL) == INPUT_OK && text_is(""),
	    "the rest of the command");
	ok(input_command(&input, never, NULL) == INPUT_OK && text_is("b NOOP"),
	    "and the next one");
	say("c APPEND x {5+}\r\nhello {2+}\r\nxx\r\nd NOOP\r\n");
	ok(input_command(&input, always, NULL) == INPUT_LITERAL &&
		input_refuse(&input) == INPUT_OK &&
		input_command(&input, never, NULL) == INPUT_OK &&
		text_is("d NOOP"),
	    "refused literals are dropped");
	say("e APPEND x {5}\r\n");
	ok(input_command(&input, always, NULL) == INPUT_LITERAL &&
		input_refuse(&input) == INPUT_OK && heard("+ OK\r\n"),
	    "a refused literal gets no continuation");
	say("f NOOP\r\n");
	ok(input_command(&input, never, NULL) == INPUT_OK && text_is("f NOOP"),
	    "nor is it waited for");
	teardown();
}

static void
test_long(void)
{
	static char line[LIMIT_LINE + 3];
	pid_t pid;

	setup();
	memset(line, 'x', sizeof line - 2);
	line[sizeof line - 2] = '\n';
	if ((pid = fork()) == 0) {
		say(line);
		say("a NOOP\r\nb X {70000000+}\r\n");
		_exit(0);
	}
	ok(pid > 0 && input_command(&input, never, NULL) == INPUT_BAD,
	    "a line one byte too long");
	ok(input_command(&input, never, NULL) == INPUT_OK && text_is("a NOOP"),
	    "the next line is whole");
	ok(input_command(&input, never, NULL) == INPUT_BYE,
	    "too much to drop ends the connection");
	teardown();
}

/* What a literal+ behind a line too long holds is never a command. */
static void
test_long_literal(void)
{
	static char line[LIMIT_LINE + 40];
	int status;
	pid_t pid;

	for (size_t len = LIMIT_LINE - 8; len <= LIMIT_LINE + 20; len++) {
		setup();
		memset(line, 'x', len);
		memcpy(line, "a b ", 4);
		memcpy(line + len, "{8+}\r\n", 7);
		if ((pid = fork()) == 0) {
			say(line);
			say("z NOOP\r\n {3+}\r\ny\r\n\r\nb NOOP\r\n");
			_exit(0);
		}
		ok(pid > 0 &&
			input_command(&input, never, NULL) ==
			    (len + 4 > LIMIT_LINE ? INPUT_BAD : INPUT_OK) &&
			input_command(&input, never, NULL) == INPUT_OK &&
			text_is("b NOOP"),
		    "a literal+ behind a line of %zu bytes", len + 4);
		teardown();
		(void)waitpid(pid, &status, 0);
	}
}

int
main(void)
{
	test_literals();
	test_gate();
	test_long();
	test_long_literal();
	strbuf_clear(&input.text);
	return done_testing();
}
