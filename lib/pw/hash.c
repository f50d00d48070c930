/* hash.c: digests by nettle, the rest by libxcrypt. */
#include "pw/hash.h"

#include <crypt.h>
#include <nettle/memops.h>
#include <nettle/nettle-meta.h>
#include <string.h>

#include "base/nelem.h"
#include "base/strbuf.h"
#include "text/base64.h"

enum { STORED_LEN = 512, DIGEST_LEN = 64 };

static const struct scheme {
	const char *prefix;
	const struct nettle_hash *hash;
	enum { BASE64, BASE64_SALT, HEX } form;
} schemes[] = {
	/* clang-format off */
	{ "{MD5}", &nettle_md5, BASE64 },
	{ "{MD5RAW}", &nettle_md5, HEX },
	{ "{SHA}", &nettle_sha1, BASE64 },
	{ "{SHA256}", &nettle_sha256, BASE64 },
	{ "{SHA512}", &nettle_sha512, BASE64 },
	{ "{SSHA}", &nettle_sha1, BASE64_SALT },
	/* clang-format on */
};

static bool
same(struct span a, struct span b)
{
	return span_len(a) == span_len(b) && memeql_sec(a.p, b.p, span_len(a));
}

static void
digest(const struct nettle_hash *hash, const char *password, struct span salt,
    unsigned char out[DIGEST_LEN])
{
	union {
		char bytes[512];
		max_align_t align;
	} ctx;

	hash->init(&ctx);
	hash->update(&ctx, strlen(password), (const uint8_t *)password);
	if (span_len(salt) > 0)
		hash->update(&ctx, span_len(salt), (const uint8_t *)salt.p);
	hash->digest(&ctx, hash->digest_size, out);
	explicit_bzero(&ctx, sizeof ctx);
}

static void
to_hex(const unsigned char *in, size_t len, struct strbuf *out)
{
	for (size_t i = 0; i < len; i++) {
		strbuf_putc(out, "0123456789abcdef"[in[i] >> 4]);
		strbuf_putc(out, "0123456789abcdef"[in[i] & 15]);
	}
}

static bool
check_digest(const struct scheme *s, struct span stored, const char *password)
{
	size_t len = s->hash->digest_size;
	unsigned char mine[DIGEST_LEN];
	struct strbuf b = { 0 };
	struct span salt = span_str("");
	bool good;

	if (s->form == HEX) {
		digest(s->hash, password, salt, mine);
		to_hex(mine, len, &b);
		good = same(strbuf_span(&b), stored);
	} else {
		good = base64_decode(stored, &b) && b.len >= len;
		if (good && s->form == BASE64_SALT)
			salt = span_of(b.p + len, b.len - len);
		else
			good = good && b.len == len;
		digest(s->hash, password, salt, mine);
		good = good && same(span_of(mine, len), span_of(b.p, len));
	}
	explicit_bzero(mine, sizeof mine);
	if (b.len > 0)
		explicit_bzero(b.p, b.len);
	strbuf_clear(&b);
	return good;
}

/* libxcrypt's failure is a string that begins with "*". */
static bool
check_crypt(struct span stored, const char *password)
{
	static struct crypt_data data;
	char setting[STORED_LEN];
	const char *mine;
	bool good = false;

	if (span_len(stored) >= sizeof setting ||
	    span_find(stored, '\0') != NULL)
		return false;
	memcpy(setting, stored.p, span_len(stored));
	setting[span_len(stored)] = '\0';
	mine = crypt_rn(password, setting, &data, (int)sizeof data);
	if (mine != NULL && mine[0] != '*')
		good = same(span_str(mine), stored);
	explicit_bzero(&data, sizeof data);
	explicit_bzero(setting, sizeof setting);
	return good;
}

bool
hash_usable(struct span stored)
{
	return stored.p < stored.end && *stored.p != '*' && *stored.p != '!';
}

bool
hash_check(struct span stored, const char *password)
{
	bool good = false;

	if (!hash_usable(stored))
		return false;
	for (size_t i = 0; i < NELEM(schemes); i++)
		if (span_eat_word(&stored, schemes[i].prefix))
			return check_digest(&schemes[i], stored, password) &&
			       password[0] != '\0';
	(void)span_eat_word(&stored, "{CRYPT}");
	if (stored.p < stored.end && *stored.p != '{')
		good = check_crypt(stored, password);
	return good && password[0] != '\0';
}

void
hash_dummy(const char *password)
{
	char setting[CRYPT_GENSALT_OUTPUT_SIZE];

	if (crypt_gensalt_rn(NULL, 0, NULL, 0, setting, (int)sizeof setting))
		(void)hash_check(span_str(setting), password);
}
