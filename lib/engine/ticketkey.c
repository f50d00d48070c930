/*
 * ticketkey.c: GnuTLS takes one key for a session, and there are two.
 *
 * From the key that it is given GnuTLS makes the one that it uses, anew after
 * each three lifetimes of a ticket: SHA3-512 of the number of that time, in 8
 * octets, and the key.  The first 16 octets are the name that stands in front
 * of each ticket (lib/stek.c there).  So it can be told which key a client's
 * ticket needs before GnuTLS is given one.  Nobody has promised that this
 * stays: where it is otherwise no name fits, the first key is used, and after
 * a change of keys there is a full handshake in place of a short one.
 */
#include "engine/ticketkey.h"

#include <gnutls/crypto.h>
#include <malloc.h>
#include <string.h>

enum { EXT_SESSION_TICKET = 35, EXT_PRE_SHARED_KEY = 41 };
enum { LIFETIMES = 3, DERIVED_LEN = 64 };

static size_t
two(const unsigned char *p)
{
	return (size_t)(p[0] << 8 | p[1]);
}

/* PskIdentity identities<7..2^16-1>: opaque identity<1..2^16-1>; uint32 age */
static bool
is_in_identities(const unsigned char *p, size_t len,
    const unsigned char name[TICKET_NAME_LEN])
{
	size_t left, id;

	if (len < 2 || two(p) > len - 2)
		return false;
	left = two(p);
	p += 2;
	while (left >= 2) {
		id = two(p);
		if (id > left - 2 || left - 2 - id < 4)
			return false;
		if (id >= TICKET_NAME_LEN &&
		    memcmp(p + 2, name, TICKET_NAME_LEN) == 0)
			return true;
		p += 2 + id + 4;
		left -= 2 + id + 4;
	}
	return false;
}

bool
ticketkey_is_named(unsigned id, const unsigned char *data, size_t len,
    const unsigned char name[TICKET_NAME_LEN])
{
	if (id == EXT_SESSION_TICKET)
		return len >= TICKET_NAME_LEN &&
		       memcmp(data, name, TICKET_NAME_LEN) == 0;
	return id == EXT_PRE_SHARED_KEY && is_in_identities(data, len, name);
}

struct search {
	unsigned char name[DERIVED_LEN];
	bool found;
};

static int
look(void *arg, unsigned id, const unsigned char *data, unsigned len)
{
	struct search *s = arg;

	if (ticketkey_is_named(id, data, len, s->name))
		s->found = true;
	return 0;
}

/* What GnuTLS would make of the key now. */
static int
derive(const unsigned char key[TICKETS_KEY_LEN], int64_t now,
    unsigned char out[DERIVED_LEN])
{
	uint64_t n = (uint64_t)(now / (LIFETIMES * TICKET_SECONDS));
	unsigned char in[8 + TICKETS_KEY_LEN];
	int r;

	for (int i = 0; i < 8; i++)
		in[i] = (unsigned char)(n >> (56 - 8 * i));
	memcpy(in + 8, key, TICKETS_KEY_LEN);
	r = gnutls_hash_fast(GNUTLS_DIG_SHA3_512, in, sizeof in, out);
	explicit_bzero(in, sizeof in);
	return r;
}

int
ticketkey_enable(gnutls_session_t tls, const struct tickets *t,
    const gnutls_datum_t *hello, int64_t now)
{
	struct search s = { .found = false };
	unsigned char key[TICKETS_KEY_LEN];
	gnutls_datum_t d = { key, sizeof key };
	int r;

	if (t->n > 1 && derive(t->key[1], now, s.name) == 0)
		(void)gnutls_ext_raw_parse(&s, look, hello,
		    GNUTLS_EXT_RAW_FLAG_TLS_CLIENT_HELLO); /* or GnuTLS will */
	memcpy(key, t->key[s.found ? 1 : 0], sizeof key);
	gnutls_db_set_cache_expiration(tls, TICKET_SECONDS);
	r = gnutls_session_ticket_enable_server(tls, &d);
	explicit_bzero(key, sizeof key);
	explicit_bzero(&s, sizeof s);
	return r;
}

/* Overwrite every copy of key in the len octets at p. */
static void
overwrite(unsigned char *p, size_t len, const unsigned char *key)
{
	unsigned char *end = p + len;

	for (; (size_t)(end - p) >= TICKETS_KEY_LEN; p++)
		if (*p == *key && memcmp(p, key, TICKETS_KEY_LEN) == 0)
			explicit_bzero(p, TICKETS_KEY_LEN);
}

/*
 * A session is one piece of memory, and the keys are in it.  Were that to
 * change, they would be left as they are without this.
 */
void
ticketkey_forget(gnutls_session_t tls, const struct tickets *t, int64_t now)
{
	size_t len = malloc_usable_size(tls);
	unsigned char derived[DERIVED_LEN];

	for (uint32_t i = 0; i < t->n; i++) {
		if (derive(t->key[i], now, derived) == 0)
			overwrite((unsigned char *)tls, len, derived);
		overwrite((unsigned char *)tls, len, t->key[i]);
	}
	explicit_bzero(derived, sizeof derived);
}
