/* hash.c: a vector for every scheme; the password is "secret". */
#include "pw/hash.h"

#include "base/nelem.h"
#include "tap.h"

#define SHA512                                                                 \
	"vSsar3708Jvp9Szi2NWZZ02Bqp1qRCFpbcTZPdBhnWgs5WtNZKnvCXdhztmeD2cmW192" \
	"CF5bDufKRpayrW/isg=="
#define CRYPT6                                                                 \
	"TVLlQcbpFVof5W3Yz4DTP6gRstiNuHwwTt6GLc1E5n0U0aDehy0S5knV8wiOQSpT0Y77" \
	"vwPZN.Pq.H91p5hVO1"

static const char *const good[] = {
	/* clang-format off */
	"{MD5}Xr4ilOzQ4PCOq3aQ0qbuaQ==",
	"{md5}Xr4ilOzQ4PCOq3aQ0qbuaQ==",
	"{MD5RAW}5ebe2294ecd0e0f08eab7690d2a6ee69",
	"{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=",
	"{SHA256}K7gNU3sdo+OL0wNhqoVWhr3g6s1xYv72ol/pe/Unols=",
	"{SHA512}" SHA512,
	"{SSHA}5en6G6MezRroT3XKqkdPOmY/BfQ=", /* no salt */
	"{SSHA}gVK8WC9YyFT1gMsQHTGCgT3sSv5zYWx0", /* 4 bytes, as Courier's */
	"{ssha}A1u6sGaESpy5w5JL8h5H5/O7ZfMA/4BzYWx0c2FsdA==", /* 11, with NUL */
	"{CRYPT}abNANd1rDfiNc",
	"{crypt}$1$saltsalt$9xy1btjgzLYfb7hivXtC//",
	"abNANd1rDfiNc",
	"$1$saltsalt$9xy1btjgzLYfb7hivXtC//",
	"$2y$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW",
	"$5$saltsalt$0IyaXrmV7.sGNS6tirgqHLqX/G.FBvgkYA.lpPdS5sA",
	"$6$saltsalt$" CRYPT6,
	"$y$j75$saltsaltsalt$jyf/lxrpdyAIshWRo1x5DRC6KIE7sNRRtjcomR3PgHA",
	/* clang-format on */
};

static const char *const never[] = {
	/* clang-format off */
	"", "*", "!", "!!", "*0", "*1", "!abNANd1rDfiNc", "x", "secret",
	"{PLAIN}secret", "{NONE}", "{}", "{", "{CRYPT}", "{CRYPT}*",
	"{CRYPT}{MD5}Xr4ilOzQ4PCOq3aQ0qbuaQ==",
	"{MD5}", "{MD5}Xr4ilOzQ4PCOq3aQ0qbuaQ", "{MD5}Xr4ilOzQ4PCOq3aQ0qbu",
	"{MD5}5en6G6MezRroT3XKqkdPOmY/BfQ=", "{MD5RAW}",
	"{MD5RAW}5EBE2294ECD0E0F08EAB7690D2A6EE69",
	"{SSHA}", "{SSHA}gVK8", "{SHA}gVK8WC9YyFT1gMsQHTGCgT3sSv5zYWx0",
	"abNANd1rDfiN", "abNANd1rDfiNcc", "a", "$1$", "$6$saltsalt$",
	"$9$unknown$",
	/* clang-format on */
};

/* Of the password without a byte, which is nobody's. */
static const char *const empty[] = {
	"{MD5}1B2M2Y8AsgTpgAmY7PhCfg==",
	"{MD5RAW}d41d8cd98f00b204e9800998ecf8427e",
	"{SHA}2jmj7l5rSw0yVb/vlWAYkK/YBwk=",
};

static bool
check(struct span stored, const char *password)
{
	return hash_check(tap_exact(stored.p, span_len(stored)), password);
}

int
main(void)
{
	for (size_t i = 0; i < NELEM(good); i++) {
		struct span s = span_str(good[i]);
		unsigned wrong = check(s, "secret") ? 0 : 1000;

		wrong += check(s, "Secret") + check(s, "secre") + check(s, "");
		for (; s.p < s.end; s.end--)
			wrong += check(span_of(s.p, span_len(s) - 1), "secret");
		ok(wrong == 0, "%.20s: %u", good[i], wrong);
	}
	for (size_t i = 0; i < NELEM(never); i++)
		ok(!check(span_str(never[i]), "secret") &&
			!check(span_str(never[i]), ""),
		    "never: %s", never[i]);
	for (size_t i = 0; i < NELEM(empty); i++)
		ok(!check(span_str(empty[i]), ""), "empty: %s", empty[i]);
	ok(!check(span_of("abNANd1rDfiNc\0", 14), "secret"), "a NUL behind");
	ok(hash_usable(span_str("x")) && !hash_usable(span_str("")) &&
		!hash_usable(span_str("*LK*")) && !hash_usable(span_str("!")),
	    "usable");
	hash_dummy("secret");
	return done_testing();
}
