/* conns.c: counts that are those of a slow and simple twin. */
#include "net/conns.h"

#include "base/nelem.h"
#include "tap.h"

enum { MAX = 500, STEPS = 200000, ADDRESSES = 40 };

static struct {
	pid_t pid;
	int at; /* index into addresses; -1: none */
} live[MAX];

static size_t lives;
static struct cidr addresses[ADDRESSES];

static uint32_t
rnd(uint32_t n)
{
	static uint64_t x = 88172645463325252;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return (uint32_t)(x >> 32) % n;
}

static uint32_t
slow(int at, bool near)
{
	struct cidr net = cidr_network(&addresses[at], near ? CONNS_FOUR : 32,
	    near ? CONNS_SIX : CONNS_SIX_HOST);
	uint32_t n = 0;

	for (size_t i = 0; i < lives; i++)
		n += live[i].at != -1 &&
		     cidr_within(&addresses[live[i].at], &net);
	return n;
}

static bool
add(struct conns *s, pid_t pid)
{
	int at = (int)rnd(ADDRESSES + 1) - 1;
	bool known = false;

	for (size_t i = 0; i < lives; i++)
		known = known || live[i].pid == pid;
	if (conns_add(s, pid, at == -1 ? NULL : &addresses[at]) !=
	    (!known && lives < MAX))
		return false;
	if (!known && lives < MAX) {
		live[lives].pid = pid;
		live[lives++].at = at;
	}
	return true;
}

static bool
end(struct conns *s)
{
	size_t i = rnd((uint32_t)lives);
	struct cidr c;

	if (!conns_end(s, live[i].pid, &c))
		return false;
	if (live[i].at == -1 ? c.bits != 0
			     : !cidr_equal(&c, &addresses[live[i].at]))
		return false;
	live[i] = live[--lives];
	return true;
}

static bool
step(struct conns *s, int i)
{
	int at = (int)rnd(ADDRESSES);

	/* by turns more come than go, and more go than come */
	if (rnd(10) < (i / 5000 % 2 ? 3 : 7) || lives == 0) {
		if (!add(s, (pid_t)rnd(4000) + 1))
			return false;
	} else if (!end(s)) {
		return false;
	}
	return conns_total(s) == lives &&
	       (i % 16 != 0 ||
		   (conns_from(s, &addresses[at]) == slow(at, false) &&
		       conns_near(s, &addresses[at]) == slow(at, true)));
}

int
main(void)
{
	struct conns *s = conns_open(MAX);
	char text[64];
	int i;

	if (s == NULL)
		return 111;
	for (i = 0; i < ADDRESSES; i++) {
		if (i % 2)
			snprintf(text, sizeof text, "192.0.%d.%d", i / 8, i);
		else
			snprintf(text, sizeof text, "2001:db8:%d:%d::%d",
			    i / 16, i / 8, i);
		(void)cidr_parse(span_str(text), &addresses[i]);
	}
	ok(!conns_end(s, 1, NULL) && conns_total(s) == 0, "empty");
	(void)conns_add(s, 1, &addresses[0]);
	ok(conns_from(s, &addresses[2]) == 1 &&
		conns_from(s, &addresses[8]) == 0 &&
		conns_near(s, &addresses[8]) == 1,
	    "a /64 is an address of IPv6, a /48 its network");
	(void)conns_end(s, 1, NULL);
	for (i = 0; i < STEPS && step(s, i); i++)
		;
	ok(i == STEPS, "%d steps of %d as the twin's", i, STEPS);
	while (lives > 0 && end(s))
		;
	for (i = 0; i < ADDRESSES; i++)
		if (conns_from(s, &addresses[i]) ||
		    conns_near(s, &addresses[i]))
			break;
	ok(conns_total(s) == 0 && i == ADDRESSES, "and empty again");
	for (i = 1; i <= MAX; i++)
		(void)conns_add(s, i, &addresses[0]);
	ok(conns_total(s) == MAX && conns_from(s, &addresses[0]) == MAX &&
		!conns_add(s, MAX + 1, &addresses[0]),
	    "full");
	return done_testing();
}
