/*
 * conns.c: two tables of lists; one by process, one by address.
 *
 * Clients choose their addresses, so where these fall in the table depends on
 * a number that is drawn at the start: nobody can have many in one list.
 */
#include "net/conns.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum { NONE = 0, CONNS_MAX = 1 << 20 }; /* entry 0 of each table is unused */

struct entry {
	pid_t pid;
	uint32_t next;
	struct cidr c;
};

/* An address, or a network, and how many are from there; 0: free. */
struct count {
	struct cidr c;
	uint32_t n;
	uint32_t next;
};

struct conns {
	uint32_t max;
	uint32_t total;
	uint32_t mask; /* of both tables of lists */
	uint64_t seed;
	uint32_t *by_pid;
	uint32_t *by_address;
	struct entry *entries;
	struct count *counts; /* two for each entry at most */
	uint32_t free_entry;
	uint32_t free_count;
};

struct conns *
conns_open(uint32_t max)
{
	struct conns *s = calloc(1, sizeof *s);
	uint32_t lists = 16;

	if (max == 0 || max > CONNS_MAX)
		max = CONNS_MAX;
	while (lists < max)
		lists *= 2;
	if (s == NULL ||
	    getrandom(&s->seed, sizeof s->seed, 0) != sizeof s->seed)
		return NULL;
	s->max = max;
	s->mask = lists - 1;
	s->by_pid = calloc(lists, sizeof *s->by_pid);
	s->by_address = calloc(lists, sizeof *s->by_address);
	/* pages of what was never used are never there */
	s->entries = calloc(max + 1, sizeof *s->entries);
	s->counts = calloc(2 * (size_t)max + 1, sizeof *s->counts);
	if (s->by_pid == NULL || s->by_address == NULL || s->entries == NULL ||
	    s->counts == NULL) {
		errno = ENOMEM;
		return NULL;
	}
	return s;
}

/*
 * Free places: those that were given back are a list; behind the largest
 * that was ever used all are free, and "next" of these is 0.
 */
static uint32_t
new_entry(struct conns *s)
{
	uint32_t i = s->free_entry != NONE ? s->free_entry : 1;

	s->free_entry = s->entries[i].next != NONE ? s->entries[i].next : i + 1;
	return i;
}

static uint32_t
new_count(struct conns *s)
{
	uint32_t i = s->free_count != NONE ? s->free_count : 1;

	s->free_count = s->counts[i].next != NONE ? s->counts[i].next : i + 1;
	return i;
}

static uint32_t *
pid_list(const struct conns *s, pid_t pid)
{
	return &s->by_pid[(uint32_t)pid & s->mask];
}

static uint32_t *
address_list(const struct conns *s, const struct cidr *c)
{
	uint64_t h = s->seed ^ c->bits, part;

	for (size_t i = 0; i < sizeof c->b; i += sizeof part) {
		memcpy(&part, c->b + i, sizeof part);
		h = (h ^ part) * 0x9e3779b97f4a7c15;
		h ^= h >> 29;
	}
	return &s->by_address[(uint32_t)(h >> 32) & s->mask];
}

/* Where the number of c's count stands: NONE behind the last one. */
static uint32_t *
find_count(const struct conns *s, const struct cidr *c)
{
	uint32_t *at = address_list(s, c);

	while (*at != NONE && !cidr_equal(&s->counts[*at].c, c))
		at = &s->counts[*at].next;
	return at;
}

static void
count_up(struct conns *s, const struct cidr *c)
{
	uint32_t *at = find_count(s, c), i = *at;

	if (i == NONE) {
		i = new_count(s);
		s->counts[i] = (struct count){ .c = *c };
		*at = i; /* at is no place in counts[i]: that was free */
	}
	s->counts[i].n++;
}

static void
count_down(struct conns *s, const struct cidr *c)
{
	uint32_t *at = find_count(s, c), i = *at;

	if (i == NONE || --s->counts[i].n > 0)
		return;
	*at = s->counts[i].next;
	s->counts[i].next = s->free_count;
	s->free_count = i;
}

uint32_t
conns_total(const struct conns *s)
{
	return s->total;
}

static uint32_t
count_of(const struct conns *s, const struct cidr *c)
{
	uint32_t i = *find_count(s, c);

	return i == NONE ? 0 : s->counts[i].n;
}

uint32_t
conns_from(const struct conns *s, const struct cidr *c)
{
	struct cidr host = cidr_network(c, 32, CONNS_SIX_HOST);

	return count_of(s, &host);
}

uint32_t
conns_near(const struct conns *s, const struct cidr *c)
{
	struct cidr network = cidr_network(c, CONNS_FOUR, CONNS_SIX);

	return count_of(s, &network);
}

/* One more, or one less, of c. */
static void
count(struct conns *s, const struct cidr *c, bool up)
{
	struct cidr host = cidr_network(c, 32, CONNS_SIX_HOST);
	struct cidr network = cidr_network(c, CONNS_FOUR, CONNS_SIX);

	if (up) {
		count_up(s, &host);
		count_up(s, &network);
	} else {
		count_down(s, &host);
		count_down(s, &network);
	}
}

/* Where the number of pid's entry stands. */
static uint32_t *
find_pid(const struct conns *s, pid_t pid)
{
	uint32_t *at = pid_list(s, pid);

	while (*at != NONE && s->entries[*at].pid != pid)
		at = &s->entries[*at].next;
	return at;
}

bool
conns_add(struct conns *s, pid_t pid, const struct cidr *c)
{
	struct entry e = { .pid = pid };
	uint32_t *at, i;

	if (s->total == s->max || *find_pid(s, pid) != NONE)
		return false;
	i = new_entry(s);
	at = pid_list(s, pid);
	e.next = *at;
	if (c != NULL)
		e.c = *c;
	s->entries[i] = e;
	*at = i;
	s->total++;
	if (c != NULL)
		count(s, c, true);
	return true;
}

bool
conns_end(struct conns *s, pid_t pid, struct cidr *c)
{
	uint32_t *at = find_pid(s, pid), i = *at;

	if (i == NONE)
		return false;
	if (s->entries[i].c.bits > 0)
		count(s, &s->entries[i].c, false);
	if (c != NULL)
		*c = s->entries[i].c;
	*at = s->entries[i].next;
	s->entries[i].next = s->free_entry;
	s->free_entry = i;
	s->total--;
	return true;
}
