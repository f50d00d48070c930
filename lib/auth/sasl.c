/*
 * sasl.c: PLAIN (RFC 4616), LOGIN (draft-murchison-sasl-login-00), EXTERNAL
 * (RFC 4422 appendix A).
 *
 * A mechanism is a row: its name, its challenges, and what takes a response.
 * Those that prove a secret without sending it (CRAM-MD5, SCRAM) get a
 * challenge of their own making in place of the fixed ones; the secret, and
 * so the answer, is the authenticator's.
 */
#include "auth/sasl.h"

#include <string.h>

#include "base/nelem.h"
#include "text/utf8.h"

typedef enum sasl_result response(struct sasl *s, struct span in);

struct sasl_mechanism {
	const char *name;
	const char *challenge[2]; /* before the first and second response */
	response *take;
	bool external; /* no password: TLS has told who it is */
};

static bool
keep(struct span in, char *to, size_t *len)
{
	if (span_len(in) > SASL_FIELD_LEN || span_find(in, '\0') != NULL)
		return false;
	*len = span_len(in);
	if (*len > 0)
		memcpy(to, in.p, *len);
	return true;
}

/*
 * message = [authzid] UTF8NUL authcid UTF8NUL passwd
 * The one identity that a user may act as is his own.
 */
static enum sasl_result
plain_response(struct sasl *s, struct span in)
{
	struct span authzid, authcid;

	if (span_find(in, '\0') == NULL || !utf8_valid(in))
		return SASL_BAD;
	authzid = span_cut(&in, '\0');
	if (span_find(in, '\0') == NULL)
		return SASL_BAD;
	authcid = span_cut(&in, '\0');
	if (authcid.p == authcid.end || in.p == in.end)
		return SASL_BAD;
	if (authzid.p < authzid.end && !span_eq(authzid, authcid))
		return SASL_BAD;
	if (!keep(authcid, s->user, &s->user_len) ||
	    !keep(in, s->password, &s->password_len))
		return SASL_BAD;
	return SASL_DONE;
}

/* The user's name, then the password: clients of all ages, any charset. */
static enum sasl_result
login_response(struct sasl *s, struct span in)
{
	if (s->step == 1)
		return keep(in, s->user, &s->user_len) ? SASL_MORE : SASL_BAD;
	if (!keep(in, s->password, &s->password_len))
		return SASL_BAD;
	return SASL_DONE;
}

/*
 * response = *1authzid; who TLS says he is acts as himself, so that there is
 * nothing to be said.
 */
static enum sasl_result
external_response(struct sasl *s, struct span in)
{
	(void)s; /* user and password stay empty */
	return in.p == in.end ? SASL_DONE : SASL_BAD;
}

static const struct sasl_mechanism mechanisms[] = {
	/* clang-format off */
	{ "PLAIN", { "", "" }, plain_response, false },
	{ "LOGIN", { "Username:", "Password:" }, login_response, false },
	{ "EXTERNAL", { "", "" }, external_response, true },
	/* clang-format on */
};

const char *
sasl_name(size_t i)
{
	if (i >= NELEM(mechanisms) || mechanisms[i].external)
		return NULL;
	return mechanisms[i].name;
}

const char *
sasl_mechanism(const struct sasl *s)
{
	return s->mechanism->name;
}

bool
sasl_start(struct sasl *s, struct span name)
{
	for (size_t i = 0; i < NELEM(mechanisms); i++) {
		if (!span_case_is(name, mechanisms[i].name))
			continue;
		s->mechanism = &mechanisms[i];
		s->step = 0;
		s->user_len = s->password_len = 0;
		return true;
	}
	return false;
}

struct span
sasl_challenge(const struct sasl *s)
{
	return span_str(s->mechanism->challenge[s->step > 0]);
}

enum sasl_result
sasl_response(struct sasl *s, struct span in)
{
	s->step++;
	return s->mechanism->take(s, in);
}

struct span
sasl_user(const struct sasl *s)
{
	return span_of(s->user, s->user_len);
}

struct span
sasl_password(const struct sasl *s)
{
	return span_of(s->password, s->password_len);
}

void
sasl_clear(struct sasl *s)
{
	explicit_bzero(s, sizeof *s);
}
