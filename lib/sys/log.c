/*
 * log.c: to standard error, or to syslog where that is the client.
 *
 * Where lines have a priority of their own the level is no part of them:
 * Courier's logger does the same, and what reads its lines by pattern begins
 * at the words behind the level.
 */
#include "sys/log.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include "base/ascii.h"
#include "base/nelem.h"
#include "sys/env.h"

enum { LINE_MAX_LEN = 2048, HIGH_FD = 10 };

static enum { PLAIN, JOURNAL, NATIVE, SYSLOG } style;
static int journal = -1; /* NATIVE: its socket */
static const char *identifier = "satchel";

static const struct {
	const char *name;
	int priority;
} levels[] = {
	{ "ALERT", LOG_ALERT },
	{ "ERR", LOG_ERR },
	{ "WARN", LOG_WARNING },
	{ "NOTICE", LOG_NOTICE },
	{ "INFO", LOG_INFO },
	{ "DEBUG", LOG_DEBUG },
};

/* Whether descriptor 2 is where the client reads. */
static bool
stderr_is_client(void)
{
	struct stat in, out, err;

	if (fstat(2, &err) == -1)
		return true; /* closed: the next open() must not become it */
	if (!S_ISSOCK(err.st_mode))
		return false;
	if (fstat(0, &in) == 0 && in.st_dev == err.st_dev &&
	    in.st_ino == err.st_ino)
		return true;
	return fstat(1, &out) == 0 && out.st_dev == err.st_dev &&
	       out.st_ino == err.st_ino;
}

/* What this process or a child writes there must not be sent. */
static void
silence_stderr(void)
{
	int null = open("/dev/null", O_WRONLY);

	if (null == -1 || null == 2)
		return;
	(void)dup2(null, 2);
	(void)close(null);
}

bool
log_is_journal(void)
{
	char here[48];
	struct stat err;

	if (fstat(2, &err) == -1)
		return false;
	(void)snprintf(here, sizeof here, "%ju:%ju", (uintmax_t)err.st_dev,
	    (uintmax_t)err.st_ino);
	return strcmp(env_str("JOURNAL_STREAM", ""), here) == 0;
}

/* In nobody's way, as the descriptors of a chain are. */
static bool
open_journal(void)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	const char *path =
	    env_str("SATCHEL_JOURNAL", "/run/systemd/journal/socket");
	int fd;

	if (strlen(path) >= sizeof to.sun_path ||
	    (fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) == -1)
		return false;
	memcpy(to.sun_path, path, strlen(path) + 1);
	journal = fcntl(fd, F_DUPFD_CLOEXEC, HIGH_FD);
	(void)close(fd); /* the copy is what counts */
	if (journal != -1 &&
	    connect(journal, (const struct sockaddr *)&to, sizeof to) == 0)
		return true;
	if (journal != -1)
		(void)close(journal);
	journal = -1;
	return false;
}

void
log_open(const char *program)
{
	bool client = stderr_is_client();

	identifier = program;
	style = log_is_journal() ? JOURNAL : PLAIN;
	if (style == JOURNAL && open_journal())
		style = NATIVE;
	if (!client && strcmp(env_str("SATCHEL_LOG", ""), "syslog") != 0)
		return;
	if (client)
		silence_stderr();
	style = SYSLOG;
	openlog(program, LOG_PID | LOG_NDELAY, LOG_MAIL);
	(void)setenv("SATCHEL_LOG", "syslog", 1); /* or lines are lost */
}

/* No control byte of a client's may start a line of its own. */
static void
clean(char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			*s = '?';
}

static int
priority_of(const char *level)
{
	for (size_t i = 0; i < NELEM(levels); i++)
		if (strcmp(level, levels[i].name) == 0)
			return levels[i].priority;
	return LOG_INFO;
}

/*
 * One datagram in the journal's own format: NAME=VALUE and a LF for each
 * field, since no value has a LF in it.  more are such lines.
 */
static bool
send_journal(int priority, const char *line, const char *more)
{
	char text[2 * LINE_MAX_LEN + 256];
	int n = snprintf(text, sizeof text,
	    "MESSAGE=%s\nPRIORITY=%d\nSYSLOG_FACILITY=%d\n"
	    "SYSLOG_IDENTIFIER=%s\nSYSLOG_PID=%ld\n%s",
	    line, priority, LOG_MAIL >> 3, identifier, (long)getpid(), more);

	return n > 0 && (size_t)n < sizeof text &&
	       send(journal, text, (size_t)n, MSG_NOSIGNAL | MSG_DONTWAIT) == n;
}

static void
put(const char *level, const char *line, const char *more)
{
	int priority = priority_of(level);

	if (style == NATIVE && send_journal(priority, line, more))
		return;
	switch (style) {
	case PLAIN:
		(void)dprintf(2, "%s: %s\n", level, line);
		break;
	case NATIVE: /* it is full, or was restarted */
	case JOURNAL:
		(void)dprintf(2, "<%d>%s\n", priority, line);
		break;
	case SYSLOG:
		syslog(priority, "%s", line);
		break;
	}
}

void
log_line(const char *level, const char *format, ...)
{
	char line[LINE_MAX_LEN];
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(line, sizeof line, format, ap); /* cut is fine */
	va_end(ap);
	clean(line);
	put(level, line, "");
}

/* Append to buf, as far as there is room. */
__attribute__((format(printf, 3, 4))) static void
append(char *buf, size_t size, const char *format, ...)
{
	size_t len = strlen(buf);
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(buf + len, size - len, format, ap);
	va_end(ap);
}

/* name as one of the journal's: capitals, digits, "_". */
static void
append_name(char *buf, size_t size, const char *name)
{
	size_t len;

	append(buf, size, "SATCHEL_");
	len = strlen(buf);
	append(buf, size, "%s", name);
	for (char *p = buf + len; *p != '\0'; p++)
		*p = *p == '-' ? '_' : (char)ascii_upper((unsigned char)*p);
}

void
log_event(const char *level, const char *event, const struct log_field *fields,
    size_t n)
{
	char line[LINE_MAX_LEN] = "", more[LINE_MAX_LEN] = "";

	append(line, sizeof line, "%s", event);
	append(more, sizeof more, "SATCHEL_EVENT=%s\n", event);
	for (size_t i = 0; i < n; i++) {
		const struct log_field *f = &fields[i];
		char number[24], value[LINE_MAX_LEN / 2];
		bool brackets;

		if (f->name == NULL)
			continue;
		(void)snprintf(number, sizeof number, "%llu",
		    (unsigned long long)f->number);
		(void)snprintf(value, sizeof value, "%s",
		    f->text == NULL ? number : f->text);
		clean(value);
		brackets =
		    strcmp(f->name, "ip") == 0 || strcmp(f->name, "port") == 0;
		append(line, sizeof line, brackets ? ", %s=[%s]" : ", %s=%s",
		    f->name, value);
		append_name(more, sizeof more, f->name);
		append(more, sizeof more, "=%s\n", value);
	}
	put(level, line, more);
}
