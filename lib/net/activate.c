/* activate.c: libsystemd, where there is one. */
#include "net/activate.h"

#include "config.h"

#if HAVE_SYSTEMD

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <syslog.h>
#include <time.h>

#include <systemd/sd-daemon.h>
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

#include "base/nelem.h"
#include "sys/log.h"

enum { FIELD_LEN = 1024 };

int
activate_sockets(int *first)
{
	int n = sd_listen_fds(1);

	if (n < 0) {
		errno = -n;
		return -1;
	}
	*first = SD_LISTEN_FDS_START;
	return n;
}

void
activate_tell(const char *state)
{
	(void)sd_notify(0, state); /* nobody need be there */
}

void
activate_reloading(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts); /* cannot fail */
	(void)sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%llu",
	    (unsigned long long)ts.tv_sec * 1000000 +
		(unsigned long long)ts.tv_nsec / 1000);
}

bool
activate_has_journal(void)
{
	return log_is_journal();
}

static const char *
priority(const char *level)
{
	if (strcmp(level, "ALERT") == 0)
		return "1";
	if (strcmp(level, "ERR") == 0)
		return "3";
	if (strcmp(level, "WARN") == 0)
		return "4";
	return strcmp(level, "NOTICE") == 0 ? "5" : "6";
}

void
activate_log(
    const char *level, const char *text, const char *ip, const char *port)
{
	const struct {
		const char *name, *value;
	} all[] = {
		{ "MESSAGE", text },
		{ "PRIORITY", priority(level) },
		{ "SYSLOG_IDENTIFIER", "listen" },
		{ "SYSLOG_FACILITY", "2" }, /* mail */
		{ "SATCHEL_IP", ip },
		{ "SATCHEL_PORT", port },
	};
	char fields[NELEM(all)][FIELD_LEN];
	struct iovec v[NELEM(all)];
	int n = 0;

	for (size_t i = 0; i < NELEM(all); i++) {
		if (all[i].value[0] == '\0')
			continue;
		(void)snprintf(fields[n], FIELD_LEN, "%s=%s", all[i].name,
		    all[i].value); /* cut is fine */
		v[n].iov_base = fields[n];
		v[n].iov_len = strlen(fields[n]);
		n++;
	}
	(void)sd_journal_sendv(v, n);
}

#else

int
activate_sockets(int *first)
{
	(void)first;
	return 0;
}

void
activate_tell(const char *state)
{
	(void)state;
}

void
activate_reloading(void)
{
}

bool
activate_has_journal(void)
{
	return false;
}

void
activate_log(
    const char *level, const char *text, const char *ip, const char *port)
{
	(void)level;
	(void)text;
	(void)ip;
	(void)port;
}

#endif
