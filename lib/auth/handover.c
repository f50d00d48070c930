/* handover.c: the environment, and one byte. */
#include "auth/handover.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/nelem.h"
#include "base/num.h"
#include "base/strbuf.h"
#include "sys/env.h"
#include "sys/peer.h"

extern char **environ;

/* clang-format off */
static const char *const owned[] = {
	"AUTHENTICATED", "AUTHORIZED", "EXTRA", "HOME", "IMAPLOGINTAG",
	"LOGNAME", "MAILDIR", "MAILDIRQUOTA", "OPTIONS", "PROTOCOL",
	"SATCHEL_LANGTAG", "SATCHEL_READYFD", "SHELL", "USER", "UTF8",
	"VPOPUSER"
};
/* clang-format on */

/* clang-format off */
static const char *const tls_prefixes[] = {
	"SSL_", "TLS_SUBJECT_", "TLS_CONNECTED_PROTOCOL="
};
/* clang-format on */

/* The first variable of a TLS layer, its name up to the "=" in *name. */
static bool
find_tls(struct strbuf *name)
{
	for (char **e = environ; e != NULL && *e != NULL; e++) {
		for (size_t i = 0; i < NELEM(tls_prefixes); i++) {
			size_t len = strlen(tls_prefixes[i]);

			if (strncmp(*e, tls_prefixes[i], len) != 0)
				continue;
			strbuf_reset(name);
			strbuf_add(name, *e, strcspn(*e, "="));
			return true;
		}
	}
	return false;
}

void
handover_forget(bool keep_tls)
{
	struct strbuf name = { 0 };

	for (size_t i = 0; i < NELEM(owned); i++)
		(void)unsetenv(owned[i]); /* fails for bad names only */
	while (!keep_tls && find_tls(&name))
		if (unsetenv(name.p) == -1)
			break;
	strbuf_clear(&name);
}

static int
tell(const char *name, const char *value)
{
	return value == NULL ? unsetenv(name) : setenv(name, value, 1);
}

int
handover_export(const struct handover *h)
{
	if (tell("USER", h->user) == -1 ||
	    tell("AUTHENTICATED", h->authenticated) == -1 ||
	    tell("HOME", h->home) == -1 || tell("SHELL", h->shell) == -1 ||
	    tell("MAILDIR", h->maildir) == -1 ||
	    tell("MAILDIRQUOTA", h->quota) == -1)
		return -1;
	return tell("OPTIONS", h->options == NULL ? "" : h->options);
}

bool
handover_by_hand(void)
{
	static const char *const told[] = { "AUTHENTICATED", "IMAPLOGINTAG",
		"SATCHEL_READYFD" };
	struct peer p;

	for (size_t i = 0; i < NELEM(told); i++)
		if (env_str(told[i], NULL) != NULL)
			return false;
	return !peer_find(&p);
}

bool
handover_is_lookup(const char *password)
{
	return strcmp(env_str("AUTHORIZED", ""), "1") == 0 &&
	       password[0] == '\0';
}

int
handover_confirm(void)
{
	return setenv("AUTHORIZED", "2", 1);
}

bool
handover_is_confirmed(void)
{
	bool open = strcmp(env_str("AUTHORIZED", ""), "1") == 0;

	(void)unsetenv("AUTHORIZED"); /* fails for bad names only */
	return !open;
}

void
handover_ready(void)
{
	struct span in = span_str(env_str("SATCHEL_READYFD", ""));
	uint32_t fd = 0;

	if (num_u32(&in, &fd) && in.p == in.end && fd > 2 && fd <= INT_MAX) {
		/* a front that is gone needs no word; SIGPIPE is ignored */
		(void)!write((int)fd, "", 1);
		(void)close((int)fd); /* as good as closed if it was none */
	}
	(void)unsetenv("SATCHEL_READYFD"); /* fails for bad names only */
}
