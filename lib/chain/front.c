/* front.c: the environment on both sides of a login front. */
#include "chain/front.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auth/handover.h"
#include "base/ascii.h"
#include "base/nelem.h"
#include "sys/env.h"
#include "sys/setting.h"
#include "sys/wr.h"

extern char **environ;

/* also in the table below, and in the man page */
enum { DELAY = 5, TIMEOUT = 60, CHAIN_TIMEOUT = 60, SECONDS_MAX = 3600 };
enum { TALKER_UID = 65534, PER_IP = 100, TARPIT = 15 };

static const struct setting settings[] = {
	/* clang-format off */
	{ "AUTHSERVICE", "" },
	{ "DEBUG_LOGIN", "0" },
	{ "DEFDOMAIN", "" },
	{ "DOMAINSEP", "" },
	{ "SATCHEL_CHAIN_TIMEOUT", "60" },
	{ "SATCHEL_LOGIN_DELAY", "5" },
	{ "SATCHEL_LOGIN_TIMEOUT", "60" },
	{ "SATCHEL_LOG_MAPPED", "0" },
	{ "SATCHEL_PER_IP", "100" },
	{ "SATCHEL_PER_NET", "0" },
	{ "SATCHEL_TALKER_ROOT", "/var/empty" },
	{ "SATCHEL_TALKER_UID", "65534" },
	{ "SATCHEL_TARPIT", "15" },
	{ "TLS_EXTERNAL", "" },
	/* clang-format on */
};

/* TLS by the program in front of this one, or by a front of that. */
static bool
is_encrypted(const struct front_protocol *protocol)
{
	if (env_bool(protocol->tls, false))
		return true;
	if (strcmp(env_str("PROTO", ""), "SSL") == 0)
		return true;
	/* with SSLCTLFD, TLS is possible and not there yet */
	return env_str("SSLCTLFD", NULL) == NULL &&
	       env_str("SSL_PROTOCOL", NULL) != NULL;
}

/* Set name, or remove it where nothing is known. */
static int
tell(const char *name, const char *value)
{
	return value[0] == '\0' ? unsetenv(name) : setenv(name, value, 1);
}

static int
tell_peer(const struct peer *p, const char *port)
{
	bool local = p->ip[0] == '\0'; /* a pipe, a terminal, a test */
	char name[32];
	const char *service;

	if (p->local_port[0] != '\0')
		port = p->local_port;
	if (tell("TCPREMOTEIP", local ? "127.0.0.1" : p->ip) == -1 ||
	    tell("TCPREMOTEPORT", p->port[0] ? p->port : "0") == -1 ||
	    tell("TCPLOCALIP", p->local_ip) == -1 ||
	    tell("TCPLOCALPORT", port) == -1)
		return -1;
	(void)snprintf(name, sizeof name, "AUTHSERVICE%s", port);
	service = env_str(name, NULL);
	return service == NULL ? 0 : setenv("AUTHSERVICE", service, 1);
}

/* As Courier reads these: "yes", "Y". */
static bool
is_yes(const char *name, bool def)
{
	const char *s = name == NULL ? NULL : env_str(name, NULL);

	return s == NULL ? def : *s == 'y' || *s == 'Y';
}

/*
 * The name that TLS_EXTERNAL finds in a certificate that TLS has verified
 * (TLS_SUBJECT_* of nobody else are left by now).
 */
static const char *
find_external(const struct front *f)
{
	const char *field = env_str("TLS_EXTERNAL", "");
	char name[64];
	size_t used =
	    (size_t)snprintf(name, sizeof name, "TLS_SUBJECT_%s", field);

	if (!f->tls || *field == '\0' || used >= sizeof name)
		return "";
	for (char *p = name; *p != '\0'; p++)
		*p = (char)ascii_upper((unsigned char)*p);
	return env_str(name, "");
}

static uint32_t
seconds(const char *name, uint32_t def)
{
	uint32_t n = env_num(name, def);

	return n < SECONDS_MAX ? n : SECONDS_MAX;
}

/* No talker is root, whatever the settings say. */
static void
read_jail(struct jail *j)
{
	uint32_t uid = env_num("SATCHEL_TALKER_UID", TALKER_UID);

	j->root = env_str("SATCHEL_TALKER_ROOT", "/var/empty");
	j->uid = uid == 0 || uid == UINT32_MAX ? TALKER_UID : uid;
	j->gid = j->uid;
}

int
front_open(const struct front_protocol *protocol, struct front *f)
{
	memset(f, 0, sizeof *f);
	f->protocol = protocol;
	(void)peer_find(&f->peer);
	f->tls = is_encrypted(protocol);
	f->tls_required = env_bool(protocol->tls_required, false) && !f->tls;
	if (!ucspitls_find(&f->ucspitls) || f->tls ||
	    !is_yes(protocol->starttls, is_yes(protocol->starttls_also, true)))
		ucspitls_close(&f->ucspitls);
	f->debug = env_bool("DEBUG_LOGIN", false);
	f->delay = seconds("SATCHEL_LOGIN_DELAY", DELAY);
	f->timeout = seconds("SATCHEL_LOGIN_TIMEOUT", TIMEOUT);
	f->check_timeout = seconds("SATCHEL_CHAIN_TIMEOUT", CHAIN_TIMEOUT);
	f->tarpit = seconds("SATCHEL_TARPIT", TARPIT);
	f->per_ip = env_num("SATCHEL_PER_IP", PER_IP);
	f->per_net = env_num("SATCHEL_PER_NET", 0);
	f->log_mapped = env_bool("SATCHEL_LOG_MAPPED", false);
	read_jail(&f->jail);
	f->domain = env_str("DEFDOMAIN", "");
	f->separators = env_str("DOMAINSEP", NULL);
	handover_forget(f->tls);
	f->external = find_external(f);
	if (f->tls && setenv(protocol->tls, "1", 1) == -1)
		return -1;
	if (setenv("PROTOCOL", protocol->name, 1) == -1)
		return -1;
	return tell_peer(&f->peer, protocol->port);
}

static bool
is_talkers(const struct front *f, struct span name)
{
	static const char *const names[] = { "SATCHEL_SLOTS",
		"SATCHEL_TALKER_ROOT", NULL };
	const char *const *lists[] = { names, f->protocol->settings };
	struct span s = name;

	for (size_t i = 0; i < NELEM(lists); i++)
		for (const char *const *n = lists[i]; n && *n; n++)
			if (span_is(name, *n))
				return true;
	return span_eat_word(&s, "TLS_SUBJECT_");
}

void
front_forget_others(const struct front *f)
{
	for (char **e = environ; e != NULL && *e != NULL; e++) {
		size_t len = strcspn(*e, "=");

		if ((*e)[len] == '=' && !is_talkers(f, span_of(*e, len)))
			explicit_bzero(*e + len + 1, strlen(*e + len + 1));
	}
}

bool
front_has_starttls(const struct front *f)
{
	return f->ucspitls.control != -1;
}

int
front_start_tls(struct front *f, int64_t by)
{
	if (ucspitls_start(&f->ucspitls, by) == -1)
		return -1;
	f->tls = f->tls_begun = true;
	f->tls_required = false;
	f->external = find_external(f);
	return setenv(f->protocol->tls, "1", 1);
}

void
front_print(const struct front_protocol *protocol)
{
	const char *const *more = protocol->settings;
	struct setting one = { protocol->tls, "0" };
	static struct wr out;

	wr_init(&out, 1, 0);
	setting_print(&out, settings, NELEM(settings));
	setting_print(&out, &one, 1);
	one.name = protocol->tls_required;
	setting_print(&out, &one, 1);
	one.name = protocol->starttls;
	one.def = "yes";
	setting_print(&out, &one, 1);
	one.def = NULL;
	for (size_t i = 0; more != NULL && more[i] != NULL; i++) {
		one.name = more[i];
		setting_print(&out, &one, 1);
	}
	wr_flush(&out);
}

/* Whether name has one of the characters that stand before a domain. */
static bool
has_domain(const struct front *f, struct span name)
{
	char first[2] = { f->domain[0], '\0' };
	const char *set = f->separators == NULL ? first : f->separators;

	for (; *set != '\0'; set++)
		if (span_find(name, *set) != NULL)
			return true;
	return false;
}

bool
front_user(const struct front *f, struct span name, char *buf, size_t max)
{
	const char *domain = has_domain(f, name) ? "" : f->domain;
	size_t len = span_len(name), more = strlen(domain);

	if (max == 0 || len > max - 1 || more > max - 1 - len ||
	    span_find(name, '\0') != NULL)
		return false;
	if (len > 0)
		memcpy(buf, name.p, len);
	memcpy(buf + len, domain, more + 1);
	return true;
}
