/* service.c: names of services as Courier's userdb has them. */
#include "pw/service.h"

#include <stdio.h>
#include <string.h>

#include "base/ascii.h"
#include "base/nelem.h"
#include "base/span.h"
#include "sys/env.h"

static const struct {
	const char *port;
	const char *service;
} ports[] = {
	/* clang-format off */
	{ "110", "pop3" }, { "995", "pop3" },
	{ "143", "imap" }, { "993", "imap" },
	{ "25", "esmtp" }, { "465", "esmtp" }, { "587", "esmtp" },
	/* clang-format on */
};

/* A service's name becomes part of a field's name. */
static const char *
take(const char *from, char buf[SERVICE_LEN])
{
	size_t len = strlen(from);

	if (len == 0 || len >= SERVICE_LEN)
		return NULL;
	for (size_t i = 0; i <= len; i++) {
		buf[i] = (char)ascii_lower((unsigned char)from[i]);
		if (from[i] == '=' || from[i] == '|')
			return NULL;
	}
	return buf;
}

const char *
service_name(char buf[SERVICE_LEN])
{
	const char *port = env_str("TCPLOCALPORT", "");
	const char *s = env_str("AUTHSERVICE", NULL);
	char name[32];

	if (s == NULL && strlen(port) <= 5) {
		(void)snprintf(name, sizeof name, "AUTHSERVICE%s", port);
		s = env_str(name, NULL);
	}
	if (s == NULL)
		s = env_str("PROTOCOL", NULL);
	if (s != NULL)
		return take(
		    span_case_is(span_str(s), "SMAP1") ? "imap" : s, buf);
	for (size_t i = 0; i < NELEM(ports); i++)
		if (strcmp(port, ports[i].port) == 0)
			return take(ports[i].service, buf);
	return NULL;
}
