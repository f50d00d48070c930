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
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "base/nelem.h"
#include "sys/env.h"

enum { LINE_MAX_LEN = 2048 };

static enum { PLAIN, JOURNAL, SYSLOG } style;

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

/* What systemd tells of descriptor 2; a line there may begin with "<6>". */
static bool
stderr_is_journal(void)
{
	char here[48];
	struct stat err;

	if (fstat(2, &err) == -1)
		return false;
	(void)snprintf(here, sizeof here, "%ju:%ju", (uintmax_t)err.st_dev,
	    (uintmax_t)err.st_ino);
	return strcmp(env_str("JOURNAL_STREAM", ""), here) == 0;
}

void
log_open(const char *program)
{
	bool client = stderr_is_client();

	style = stderr_is_journal() ? JOURNAL : PLAIN;
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

void
log_line(const char *level, const char *format, ...)
{
	char line[LINE_MAX_LEN];
	int priority = LOG_INFO;
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(line, sizeof line, format, ap); /* cut is fine */
	va_end(ap);
	clean(line);
	for (size_t i = 0; i < NELEM(levels); i++)
		if (strcmp(level, levels[i].name) == 0)
			priority = levels[i].priority;
	switch (style) {
	case PLAIN:
		(void)dprintf(2, "%s: %s\n", level, line);
		break;
	case JOURNAL:
		(void)dprintf(2, "<%d>%s\n", priority, line);
		break;
	case SYSLOG:
		syslog(priority, "%s", line);
		break;
	}
}
