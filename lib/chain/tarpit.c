/*
 * tarpit.c: failures, remembered in a few files of a tmpfs.
 *
 * The problem: three failures end a connection and each takes its seconds,
 * but who guesses opens another one, and many at once.  So failures have to
 * be known to all processes, without a daemon that could be asked, in bounded
 * space, and without a way to keep an honest user out.
 *
 * 1. Who.  A failure counts for the address and the user together, for the
 *    address, for its network, and for the user.  An address is an IPv4
 *    address or the /64 that an IPv6 host has; a network a /24 or a /48.  The
 *    number for each decays to half in ten minutes; only what is above an
 *    allowance makes anybody wait: half a second, then twice that for each
 *    further failure.
 * 2. A device with an old password fails all day, behind the one address of
 *    an office.  Once the pair has used up its allowance its failures count
 *    no more for the address and the network: it waits alone.
 * 3. A user whom many machines of a botnet try must not be shut out by that:
 *    networks that he has logged in from within the last weeks do not wait
 *    for the user's number.  And the wait has a maximum.
 * 4. The wait is before the attempt.  After a failure it would tell that it
 *    was one: who guesses would hang up in the first second.
 * 5. Space.  A key is a hash, under a secret of the directory, so that
 *    nobody can choose names that collide, and no name becomes a path.  It
 *    has its place in one of BUCKETS files of ROWS rows; the row that counts
 *    least makes room for a new one.  That is 2 MiB and 32768 keys at most.
 *    Someone who floods it with names has one point on each of them, and
 *    does not get rid of his own address.
 *
 * Times are those of the monotonic clock, which begins anew when a tmpfs
 * does; what is from the future was left by another boot and does not count.
 *
 * Rejected: a file for each address (unbounded, and removing old ones races
 * with writing them); fail2ban alone (it reads logs, and blocks honest users
 * of the same address as well; it can be used besides); sleeping after the
 * failure for longer and longer (see 4); remembering bad passwords to tell a
 * device from a guesser (they are nearly good ones).
 */
#include "chain/tarpit.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/ascii.h"
#include "base/nelem.h"
#include "base/siphash.h"
#include "base/strbuf.h"
#include "sys/cidr.h"
#include "sys/clock.h"
#include "sys/fs.h"

enum {
	BUCKETS = 256,
	ROWS = 128,
	POINT = 256, /* one failure */
	HALF_LIFE = 600, /* seconds */
	GOOD_SECONDS = 30 * 86400,
	AGAIN_SECONDS = 86400, /* until a good login is noted anew */
	STEP_MS = 500,
	LOCK_TRIES = 50, /* of 2 ms */
	SCORE_MAX = 1 << 20
};

enum who { PAIR, HOST, NETWORK, USER, GOOD, WHOS };

/* Failures that cost nothing. */
static const unsigned allowed[WHOS] = {
	[PAIR] = 4,
	[HOST] = 12,
	[NETWORK] = 40,
	[USER] = 12,
};

struct row {
	uint64_t hash; /* 0: free */
	uint32_t at; /* seconds */
	uint32_t score; /* at that time */
};

struct bucket {
	int fd;
	struct row row[ROWS];
};

static uint32_t
now(void)
{
	return (uint32_t)(clock_mono_ms() / 1000);
}

/* What is left of a row's score. */
static uint32_t
score(const struct row *r, uint32_t at)
{
	uint32_t age = at - r->at, left;

	if (r->hash == 0 || r->at > at || age / HALF_LIFE > 20)
		return 0;
	left = r->score >> age / HALF_LIFE;
	return left - left * (age % HALF_LIFE) / (2 * HALF_LIFE);
}

static int
read_key(struct tarpit *t)
{
	int fd = fs_open_file(t->dir, "key", NULL);
	ssize_t n;

	if (fd == -1)
		return -1;
	n = fs_pread(fd, t->key, sizeof t->key, 0);
	fs_close(fd);
	if (n == (ssize_t)sizeof t->key)
		return 0;
	if (n != -1)
		errno = EBADMSG;
	return -1;
}

/*
 * A file with a secret, whole before it has its name.  The first one that
 * is linked there is everybody's; a damaged one is replaced.
 */
static int
make_key(const struct tarpit *t, bool replace)
{
	uint64_t key[2];
	char temp[64];
	int fd, r = -1, saved;

	(void)snprintf(temp, sizeof temp, "key.%ld.%lld", (long)getpid(),
	    (long long)clock_now_us());
	if ((fd = fs_create(t->dir, temp, 0600)) == -1)
		return -1;
	if (getrandom(key, sizeof key, 0) == (ssize_t)sizeof key)
		r = fs_write(fd, span_of(key, sizeof key));
	fs_close(fd);
	if (r == 0 && replace)
		r = renameat(t->dir, temp, t->dir, "key");
	else if (r == 0 && linkat(t->dir, temp, t->dir, "key", 0) == -1)
		r = errno == EEXIST ? 0 : -1;
	saved = errno;
	(void)unlinkat(t->dir, temp, 0); /* its content is elsewhere */
	errno = saved;
	return r;
}

/* The secret; the first who comes makes it. */
static int
find_key(struct tarpit *t)
{
	if (read_key(t) == 0)
		return 0;
	if (errno != ENOENT && errno != EBADMSG)
		return -1;
	return make_key(t, errno == EBADMSG) == -1 ? -1 : read_key(t);
}

int
tarpit_open(struct tarpit *t, const char *dir)
{
	t->dir = fs_open_dir(AT_FDCWD, dir);
	if (t->dir == -1 && errno == ENOENT && mkdir(dir, 0700) == 0)
		t->dir = fs_open_dir(AT_FDCWD, dir);
	if (t->dir == -1)
		return errno == ENOENT ? 0 : -1;
	errno = EPERM;
	if (fs_is_ours(t->dir) && find_key(t) == 0)
		return 0;
	fs_close(t->dir);
	t->dir = -1;
	return -1;
}

void
tarpit_close(struct tarpit *t)
{
	if (t->dir != -1)
		fs_close(t->dir);
	t->dir = -1;
}

/* 0 when ip is none, and there is nothing to be counted. */
static uint64_t
hash_of(const struct tarpit *t, enum who who, const char *ip, const char *user)
{
	struct strbuf b = { 0 };
	char text[CIDR_LEN];
	struct cidr c;
	uint64_t h;

	if (!cidr_parse(span_str(ip), &c))
		return 0;
	if (who == NETWORK || who == GOOD)
		c = cidr_network(&c, 24, 48);
	else
		c = cidr_network(&c, 32, 64);
	cidr_text(&c, text);
	strbuf_putc(&b, (char)who);
	if (who != USER)
		strbuf_puts(&b, text);
	strbuf_putc(&b, '\0');
	if (who != HOST && who != NETWORK)
		for (; *user != '\0'; user++)
			strbuf_putc(
			    &b, (char)ascii_lower((unsigned char)*user));
	h = siphash(t->key, strbuf_span(&b));
	strbuf_clear(&b);
	return h == 0 ? 1 : h;
}

/* The bucket of hash; locked and made when it is to be written to. */
static bool
open_bucket(const struct tarpit *t, uint64_t hash, bool write, struct bucket *b)
{
	int flags = O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
	char name[8];
	ssize_t n;

	(void)snprintf(name, sizeof name, "%02x", (unsigned)(hash % BUCKETS));
	b->fd = openat(
	    t->dir, name, flags | (write ? O_RDWR | O_CREAT : O_RDONLY), 0600);
	if (b->fd == -1)
		return false;
	for (int i = 0; write && flock(b->fd, LOCK_EX | LOCK_NB) == -1; i++) {
		if (i == LOCK_TRIES) {
			fs_close(b->fd);
			return false;
		}
		(void)poll(NULL, 0, 2);
	}
	memset(b->row, 0, sizeof b->row);
	if (!fs_is_ours(b->fd) ||
	    (n = fs_pread(b->fd, b->row, sizeof b->row, 0)) == -1) {
		fs_close(b->fd);
		return false;
	}
	return true;
}

/* The row of hash, or the one that counts least, which becomes it. */
static struct row *
find(struct bucket *b, uint64_t hash, uint32_t at)
{
	struct row *least = &b->row[0];

	for (size_t i = 0; i < ROWS; i++) {
		if (b->row[i].hash == hash)
			return &b->row[i];
		if (score(&b->row[i], at) < score(least, at))
			least = &b->row[i];
	}
	*least = (struct row){ .hash = hash, .at = at };
	return least;
}

static void
store(const struct bucket *b, const struct row *r)
{
	int64_t at = (int64_t)((const char *)r - (const char *)b->row);

	/* what cannot be remembered makes nobody wait */
	(void)fs_pwrite(b->fd, span_of(r, sizeof *r), at);
}

static uint32_t
points(const struct tarpit *t, uint64_t hash)
{
	struct bucket b;
	uint32_t n = 0;

	if (!open_bucket(t, hash, false, &b))
		return 0;
	for (size_t i = 0; i < ROWS && n == 0; i++)
		if (b.row[i].hash == hash)
			n = score(&b.row[i], now());
	fs_close(b.fd);
	return n;
}

static void
add(const struct tarpit *t, uint64_t hash)
{
	uint32_t at = now(), left;
	struct bucket b;
	struct row *r;

	if (!open_bucket(t, hash, true, &b))
		return;
	r = find(&b, hash, at);
	left = score(r, at);
	r->at = at;
	r->score = left < SCORE_MAX ? left + POINT : left;
	store(&b, r);
	fs_close(b.fd);
}

/* Whether user has logged in from the network of ip; how long ago. */
static bool
is_known(const struct tarpit *t, uint64_t hash, uint32_t seconds)
{
	struct bucket b;
	bool known = false;
	uint32_t at = now();

	if (!open_bucket(t, hash, false, &b))
		return false;
	for (size_t i = 0; i < ROWS && !known; i++)
		known = b.row[i].hash == hash && b.row[i].at <= at &&
			at - b.row[i].at < seconds;
	fs_close(b.fd);
	return known;
}

/* What has decayed by less than a quarter counts in full. */
static uint32_t
wait_for(uint32_t left, unsigned free, uint32_t max)
{
	uint32_t n = (left + POINT / 4) / POINT, ms = STEP_MS;

	if (n < free)
		return 0;
	for (n -= free; n > 0 && ms < max; n--)
		ms *= 2;
	return ms < max ? ms : max;
}

uint32_t
tarpit_delay(
    const struct tarpit *t, const char *ip, const char *user, uint32_t max)
{
	uint32_t most = 0, ms;
	uint64_t h;

	if (t->dir == -1)
		return 0;
	for (enum who w = PAIR; w <= USER; w++) {
		if ((h = hash_of(t, w, ip, user)) == 0)
			return 0;
		ms = wait_for(points(t, h), allowed[w], max);
		if (ms > most && w == USER &&
		    is_known(t, hash_of(t, GOOD, ip, user), GOOD_SECONDS))
			ms = 0;
		if (ms > most)
			most = ms;
	}
	return most;
}

void
tarpit_failed(const struct tarpit *t, const char *ip, const char *user)
{
	uint64_t pair;
	bool alone;

	if (t->dir == -1 || (pair = hash_of(t, PAIR, ip, user)) == 0)
		return;
	alone = points(t, pair) >= allowed[PAIR] * POINT;
	add(t, pair);
	add(t, hash_of(t, USER, ip, user));
	if (alone)
		return;
	add(t, hash_of(t, HOST, ip, user));
	add(t, hash_of(t, NETWORK, ip, user));
}

/* A good row has a score only so that it is not the first to go. */
void
tarpit_succeeded(const struct tarpit *t, const char *ip, const char *user)
{
	uint32_t at = now();
	struct bucket b;
	struct row *r;
	uint64_t h;

	if (t->dir == -1 || (h = hash_of(t, GOOD, ip, user)) == 0 ||
	    is_known(t, h, AGAIN_SECONDS) || !open_bucket(t, h, true, &b))
		return;
	r = find(&b, h, at);
	r->at = at;
	r->score = 4 * POINT;
	store(&b, r);
	fs_close(b.fd);
}
