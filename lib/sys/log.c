/* log.c: to standard error, or to syslog where that is the client. */
#include "sys/log.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "base/nelem.h"
#include "sys/env.h"

enum { LINE_MAX_LEN = 2048 };

static bool to_syslog;

static const struct {
	const char *name;
	int priority;
} levels[] = {
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

void
log_open(const char *program)
{
	bool client = stderr_is_client();

	if (!client && strcmp(env_str("SATCHEL_LOG", ""), "syslog") != 0)
		return;
	if (client)
		silence_stderr();
	to_syslog = true;
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
	if (!to_syslog) {
		(void)dprintf(2, "%s: %s\n", level, line);
		return;
	}
	for (size_t i = 0; i < NELEM(levels); i++)
		if (strcmp(level, levels[i].name) == 0)
			priority = levels[i].priority;
	syslog(priority, "%s: %s", level, line);
}
