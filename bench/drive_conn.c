/* drive_conn.c: one connection, its answers counted as they arrive. */
#include "drive.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum {
	BUFFER = 24 << 20,
	READ = 256 << 10,
	PATIENCE = 120, /* seconds */
};

void
die(const char *format, ...)
{
	va_list ap;

	(void)fputs("drive: ", stderr);
	va_start(ap, format);
	(void)vfprintf(stderr, format, ap);
	va_end(ap);
	(void)fputc('\n', stderr);
	(void)fflush(stdout);
	_exit(1);
}

uint64_t
now_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

void
conn_init(struct conn *c, int fd)
{
	static const struct timeval patience = { PATIENCE, 0 };

	if (c->buf == NULL)
		c->buf = malloc(BUFFER);
	if (c->buf == NULL)
		die("no memory");
	/* costs a read nothing, where poll() would cost a call */
	(void)setsockopt(
	    fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	c->fd = fd;
	c->at = c->end = 0;
}

void
conn_count(struct conn *c, const char *word)
{
	c->counts = (struct counts){ .word = word, .word_len = strlen(word) };
}

/* More bytes; false at the end. */
static bool
fill(struct conn *c)
{
	size_t room;
	ssize_t n;

	if (c->at == c->end) {
		c->at = c->end = 0;
	} else if (c->end == BUFFER) {
		(void)memmove(c->buf, c->buf + c->at, c->end - c->at);
		c->end -= c->at;
		c->at = 0;
	}
	room = BUFFER - c->end;
	if (room == 0)
		die("a line is too long");
	n = read(c->fd, c->buf + c->end, room < READ ? room : READ);
	if (n == -1 && errno == EAGAIN)
		die("no answer in two minutes");
	if (n == -1 && errno != ECONNRESET)
		die("read: %s", strerror(errno));
	if (n <= 0)
		return false;
	c->end += (size_t)n;
	c->counts.octets += (size_t)n;
	return true;
}

static void
must_fill(struct conn *c)
{
	if (!fill(c))
		die("the server has closed the connection");
}

/* The next line, its LF included; valid until the next call. */
static const char *
line(struct conn *c, size_t *len)
{
	size_t seen = 0;
	char *s, *lf;

	for (;;) {
		s = c->buf + c->at;
		lf = memchr(s + seen, '\n', c->end - c->at - seen);
		if (lf != NULL)
			break;
		seen = c->end - c->at;
		must_fill(c);
	}
	*len = (size_t)(lf + 1 - s);
	c->at += *len;
	return s;
}

static void
skip(struct conn *c, size_t n)
{
	while (n > c->end - c->at) {
		n -= c->end - c->at;
		c->at = c->end;
		must_fill(c);
	}
	c->at += n;
}

static void
send_all(struct conn *c, const char *s, size_t len)
{
	while (len > 0) {
		ssize_t n = write(c->fd, s, len);

		if (n == -1)
			die("write: %s", strerror(errno));
		s += n;
		len -= (size_t)n;
	}
}

/* Length of the literal that a line announces at its end, or -1. */
static ssize_t
literal(const char *s, size_t len)
{
	size_t n = 0, unit = 1, i = len;

	if (len < 5 || s[len - 3] != '}')
		return -1;
	for (i = len - 4; i > 0 && s[i] >= '0' && s[i] <= '9'; i--) {
		n += (size_t)(s[i] - '0') * unit;
		unit *= 10;
	}
	return s[i] == '{' ? (ssize_t)n : -1;
}

/* "* 7 EXISTS", "* SEARCH 1 2" */
static void
count(struct counts *n, const char *s, size_t len)
{
	const char *end = s + len, *p = s + 2;
	size_t number = 0;

	if (len < 3 || s[0] != '*' || n->word_len == 0)
		return;
	for (; p < end && *p >= '0' && *p <= '9'; p++)
		number = 10 * number + (size_t)(*p - '0');
	if (p > s + 2 && p < end)
		p++;
	if ((size_t)(end - p) <= n->word_len ||
	    memcmp(p, n->word, n->word_len) != 0)
		return;
	n->count++;
	n->number = number;
	if (p > s + 2)
		return;
	/* what is a list is long: its words are not looked at one by one */
	for (n->words = 0; (p = memchr(p, ' ', (size_t)(end - p))) != NULL; p++)
		n->words++;
}

static bool
starts(const char *s, size_t len, const char *with)
{
	size_t n = strlen(with);

	return len >= n && memcmp(s, with, n) == 0;
}

void
conn_greeting(struct conn *c)
{
	size_t len;
	const char *s = line(c, &len);

	if (!starts(s, len, "* PREAUTH") && !starts(s, len, "* OK") &&
	    !starts(s, len, "+OK"))
		die("greeting: %.*s", (int)len, s);
}

void
conn_end(struct conn *c, const char *command)
{
	char text[64];
	int n = snprintf(text, sizeof text, "%s%s\r\n",
	    strcmp(command, "LOGOUT") == 0 ? "e " : "", command);

	send_all(c, text, (size_t)n);
	while (fill(c))
		c->at = c->end;
}

/* --- IMAP --------------------------------------------------------------- */

/* Read up to the tagged answer, or to a continuation where that may be. */
static void
answer(struct conn *c, const char *tag, bool may_continue)
{
	size_t tag_len = strlen(tag), len;
	const char *s;

	for (;;) {
		bool first = true;
		ssize_t n;

		do {
			s = line(c, &len);
			if (first)
				count(&c->counts, s, len);
			first = false;
			n = literal(s, len);
			if (n >= 0)
				skip(c, (size_t)n);
		} while (n >= 0);
		if (may_continue && s[0] == '+')
			return;
		if (len > tag_len && memcmp(s, tag, tag_len) == 0)
			break;
	}
	if (!starts(s + tag_len, len - tag_len, "OK"))
		die("%.*s", (int)len, s);
}

static void
new_tag(struct conn *c, char tag[static 16])
{
	(void)snprintf(tag, 16, "t%u ", ++c->tag);
}

/* TEXT with its %d replaced. */
static int
expand(char *to, size_t room, const char *text, unsigned i)
{
	const char *d = strstr(text, "%d");
	int n;

	if (d == NULL)
		n = snprintf(to, room, "%s\r\n", text);
	else
		n = snprintf(
		    to, room, "%.*s%u%s\r\n", (int)(d - text), text, i, d + 2);
	if (n < 0 || (size_t)n >= room)
		die("a command is too long");
	return n;
}

void
imap_each(struct conn *c, const char *word, const char *text, unsigned n)
{
	char tag[16], command[4096];

	(void)word;
	for (unsigned i = 1; i <= (n > 0 ? n : 1); i++) {
		int len, t;

		new_tag(c, tag);
		t = snprintf(command, sizeof command, "%s", tag);
		len = expand(command + t, sizeof command - (size_t)t, text, i);
		send_all(c, command, (size_t)(t + len));
		answer(c, tag, false);
	}
}

/* A message of that many octets, and CRLF behind it. */
static char *
message(const char *size, size_t *len)
{
	static const char line[] =
	    "And this is one more line of the letter, about nothing at "
	    "all.\r\n";
	char *m;
	size_t n;

	*len = strtoul(size, NULL, 10);
	m = malloc(*len + 3);
	if (m == NULL || *len < 200)
		die("append: %s", size);
	n = (size_t)snprintf(m, *len,
	    "From: Ada <ada@example.org>\r\nTo: Bob <bob@example.org>\r\n"
	    "Subject: appended\r\n"
	    "Date: Fri, 3 Jan 2025 10:00:00 +0100\r\n\r\n");
	for (size_t i = 0; n < *len; n++, i++)
		m[n] = line[i % (sizeof line - 1)];
	if (m[*len - 3] == '\r')
		m[*len - 3] = ' ';
	(void)memcpy(m + *len - 2, "\r\n\r\n", 4);
	return m;
}

/* What stands before a literal, and wait for leave to send it. */
static void
announce(struct conn *c, const char *tag, const char *text, size_t len)
{
	char line[512];
	int n = snprintf(line, sizeof line, "%s {%zu}\r\n", text, len);

	if ((size_t)n >= sizeof line)
		die("append: %s", text);
	send_all(c, line, (size_t)n);
	answer(c, tag, true);
}

void
imap_append(struct conn *c, const char *size, const char *text, unsigned n)
{
	size_t len;
	char *m = message(size, &len), tag[16], command[256];

	for (unsigned i = 0; i < n; i++) {
		new_tag(c, tag);
		(void)snprintf(command, sizeof command, "%s%s", tag, text);
		announce(c, tag, command, len);
		send_all(c, m, len + 2);
		answer(c, tag, false);
	}
	free(m);
}

void
imap_multiappend(struct conn *c, const char *size, const char *text, unsigned n)
{
	size_t len;
	char *m = message(size, &len), tag[16], command[256];

	new_tag(c, tag);
	(void)snprintf(command, sizeof command, "%s%s", tag, text);
	for (unsigned i = 0; i < n; i++) {
		announce(c, tag, i == 0 ? command : "", len);
		send_all(c, m, i + 1 == n ? len + 2 : len);
	}
	answer(c, tag, false);
	free(m);
}

/* --- POP3 --------------------------------------------------------------- */

static void
pop_answer(struct conn *c, const char *text, bool many)
{
	size_t len;
	const char *s = line(c, &len);

	if (!starts(s, len, "+OK"))
		die("%s: %.*s", text, (int)len, s);
	c->counts.number = strtoul(s + 3, NULL, 10);
	while (many) {
		s = line(c, &len);
		if (len == 3 && s[0] == '.')
			return;
		c->counts.count++;
	}
}

static void
pop(struct conn *c, const char *text, unsigned n, bool many)
{
	char command[512];

	for (unsigned i = 1; i <= (n > 0 ? n : 1); i++) {
		int len = expand(command, sizeof command, text, i);

		send_all(c, command, (size_t)len);
		pop_answer(c, text, many);
	}
}

void
pop_each(struct conn *c, const char *word, const char *text, unsigned n)
{
	(void)word;
	pop(c, text, n, false);
}

void
pop_each_list(struct conn *c, const char *word, const char *text, unsigned n)
{
	(void)word;
	pop(c, text, n, true);
}
