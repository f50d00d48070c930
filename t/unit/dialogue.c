/* dialogue.c: what a first line must not be. */
#include "chain/dialogue.h"

#include "base/nelem.h"
#include "tap.h"

int
main(void)
{
	static const char *const yes[] = { "GET / HTTP/1.1", "POST /x",
		"EHLO client", "SSH-2.0-x", "\x16\x03\x01" };
	static const char *const no[] = { "a NOOP", "get NOOP", "GET", "SSH",
		"", "GETx NOOP", "USER fred", "CAPA" };

	for (size_t i = 0; i < NELEM(yes); i++)
		ok(dialogue_is_foreign(tap_exact(yes[i], strlen(yes[i]))),
		    "foreign: %s", yes[i]);
	for (size_t i = 0; i < NELEM(no); i++)
		ok(!dialogue_is_foreign(tap_exact(no[i], strlen(no[i]))),
		    "not foreign: %s", no[i]);
	return done_testing();
}
