/* pop3capa.c: the list is the same before and after login. */
#include "auth/pop3capa.h"

#include "auth/sasl.h"
#include "base/num.h"
#include "base/span.h"
#include "sys/env.h"

bool
pop3capa_offers(const char *mechanism, bool tls)
{
	const char *set = tls ? env_str("POP3AUTH_TLS", NULL) : NULL;
	struct span in, word;

	if (set == NULL && env_is_empty("POP3AUTH"))
		return false; /* as in the file that Courier comes with */
	if (set == NULL && (set = env_str("POP3AUTH", NULL)) == NULL)
		return true;
	for (in = span_str(set); in.p < in.end;) {
		word = span_cut(&in, ' ');
		if (span_case_is(word, mechanism))
			return true;
	}
	return false;
}

static void
put_sasl(struct wr *out, const struct pop3capa *c)
{
	bool any = false;

	for (size_t i = 0; sasl_name(i) != NULL; i++) {
		if (!pop3capa_offers(sasl_name(i), c->tls))
			continue;
		if (!any)
			wr_lit(out, "SASL");
		wr_lit(out, " ");
		wr_span(out, span_str(sasl_name(i)));
		any = true;
	}
	if (c->external) {
		if (!any)
			wr_lit(out, "SASL");
		wr_lit(out, " EXTERNAL");
		any = true;
	}
	if (any)
		wr_lit(out, "\r\n");
}

/* EXPIRE is a promise about the server that only its settings can make. */
static void
put_policy(struct wr *out)
{
	struct span expire = span_str(env_str("SATCHEL_POP3_EXPIRE", ""));
	uint32_t delay = env_num("SATCHEL_POP3_LOGIN_DELAY", 0), days;
	struct span in = expire;

	if (span_case_is(expire, "NEVER")) {
		wr_lit(out, "EXPIRE NEVER\r\n");
	} else if (num_u32(&in, &days) && in.p == in.end) {
		wr_lit(out, "EXPIRE ");
		wr_num(out, days);
		wr_lit(out, "\r\n");
	}
	if (delay > 0) {
		wr_lit(out, "LOGIN-DELAY ");
		wr_num(out, delay);
		wr_lit(out, "\r\n");
	}
}

void
pop3capa_put(struct wr *out, const struct pop3capa *c)
{
	wr_lit(out, "TOP\r\n");
	if (c->stls)
		wr_lit(out, "STLS\r\n");
	if (c->password) {
		wr_lit(out, "USER\r\n");
		put_sasl(out, c);
	}
	wr_lit(out, "UIDL\r\n"
		    "PIPELINING\r\n"
		    "RESP-CODES\r\n"
		    "AUTH-RESP-CODE\r\n");
	put_policy(out);
	wr_lit(out, "UTF8 USER\r\n"
		    "LANG\r\n"
		    "IMPLEMENTATION satchel\r\n");
}
