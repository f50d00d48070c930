/*
 * access.c: GDBM, where there is one.
 *
 * A database is read whole and closed: what is then done to the file, by a
 * tool that writes in place or by somebody who copies over it, can neither
 * stop a process that serves for years (GDBM ends it at what it takes for
 * damage) nor change half of the rules.  No lock is taken, since who makes a
 * database makes a new file and renames it, as Courier's tools do.
 */
#include "net/access.h"

#include <errno.h>

#include "base/strbuf.h"
#include "config.h"

#if HAVE_GDBM

#include <gdbm.h>
#include <stdlib.h>
#include <string.h>

enum { TOTAL_MAX = 256 << 20 };

/* Where key and value are in text. */
struct entry {
	size_t key, value;
	size_t key_len, value_len;
};

struct access {
	GDBM_FILE f; /* while it is written; NULL in one that was read */
	struct strbuf text;
	struct entry *entries; /* by key */
	size_t n, max;
};

/* gdbm would exit; with 1, which has a meaning to others. */
static void
fatal(const char *why)
{
	(void)why;
	_Exit(111);
}

static struct access *
open_gdbm(const char *path, int how)
{
	struct access *a = calloc(1, sizeof *a);

	if (a == NULL)
		return NULL;
	errno = 0;
	a->f = gdbm_open(path, 0,
	    how | GDBM_NOLOCK | GDBM_NOMMAP | GDBM_CLOEXEC, 0644, fatal);
	if (a->f != NULL)
		return a;
	free(a);
	if (errno == 0 || gdbm_errno == GDBM_BAD_MAGIC_NUMBER ||
	    gdbm_errno == GDBM_EMPTY_DATABASE)
		errno = EBADMSG;
	return NULL;
}

/* Room for one entry more. */
static int
grow(struct access *a)
{
	size_t max = a->max == 0 ? 64 : a->max * 2;
	struct entry *more;

	if (a->n < a->max)
		return 0;
	if ((more = reallocarray(a->entries, max, sizeof *more)) == NULL)
		return -1;
	a->entries = more;
	a->max = max;
	return 0;
}

static int
add(struct access *a, datum key, datum value)
{
	struct entry *e;

	errno = EFBIG;
	if (value.dsize > ACCESS_VALUE_LEN || a->text.len > TOTAL_MAX ||
	    grow(a) == -1)
		return -1;
	e = &a->entries[a->n++];
	e->key = a->text.len;
	e->key_len = (size_t)key.dsize;
	strbuf_add(&a->text, key.dptr, e->key_len);
	e->value = a->text.len;
	e->value_len = (size_t)value.dsize;
	strbuf_add(&a->text, value.dptr, e->value_len);
	return 0;
}

static int
read_all(struct access *a)
{
	datum key = gdbm_firstkey(a->f), next, value;
	int r = 0;

	while (key.dptr != NULL && r == 0) {
		value = gdbm_fetch(a->f, key);
		errno = EBADMSG;
		r = value.dptr == NULL ? -1 : add(a, key, value);
		free(value.dptr);
		next = gdbm_nextkey(a->f, key);
		free(key.dptr);
		key = next;
	}
	free(key.dptr);
	if (r == 0 && gdbm_errno != GDBM_ITEM_NOT_FOUND) {
		errno = EBADMSG;
		r = -1;
	}
	return r;
}

static struct span
key_of(const struct access *a, const struct entry *e)
{
	return span_of(a->text.p + e->key, e->key_len);
}

static void
swap(struct entry *x, struct entry *y)
{
	struct entry e = *x;

	*x = *y;
	*y = e;
}

static void
sift(struct access *a, size_t i, size_t n)
{
	struct entry *e = a->entries;

	for (size_t child; (child = 2 * i + 1) < n; i = child) {
		if (child + 1 < n && span_cmp(key_of(a, &e[child]),
					 key_of(a, &e[child + 1])) < 0)
			child++;
		if (span_cmp(key_of(a, &e[i]), key_of(a, &e[child])) >= 0)
			return;
		swap(&e[i], &e[child]);
	}
}

/* A heap: qsort() gives its comparison no word of where the keys are. */
static void
sort(struct access *a)
{
	for (size_t i = a->n / 2; i-- > 0;)
		sift(a, i, a->n);
	for (size_t n = a->n; n > 1; n--) {
		swap(&a->entries[0], &a->entries[n - 1]);
		sift(a, 0, n - 1);
	}
}

struct access *
access_open(const char *path)
{
	struct access *a = open_gdbm(path, GDBM_READER);

	if (a == NULL)
		return NULL;
	if (read_all(a) == -1) {
		int saved = errno;

		access_close(a);
		errno = saved;
		return NULL;
	}
	gdbm_close(a->f);
	a->f = NULL;
	sort(a);
	return a;
}

static const struct entry *
find(const struct access *a, struct span key)
{
	size_t low = 0, high = a->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int c = span_cmp(key, key_of(a, &a->entries[middle]));

		if (c == 0)
			return &a->entries[middle];
		if (c < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

bool
access_find(const struct access *a, char keys[][RULE_KEY_LEN], size_t n,
    struct span *value)
{
	const struct entry *e;

	for (size_t i = 0; i < n; i++) {
		if ((e = find(a, span_str(keys[i]))) == NULL)
			continue;
		*value = span_of(a->text.p + e->value, e->value_len);
		return true;
	}
	return false;
}

struct access *
access_create(const char *path)
{
	return open_gdbm(path, GDBM_NEWDB);
}

int
access_put(struct access *a, const char *key, struct span value)
{
	char copy[RULE_KEY_LEN], text[ACCESS_VALUE_LEN];
	size_t len = strlen(key);
	datum k = { copy, (int)len };
	datum v = { text, (int)span_len(value) };

	if (len > sizeof copy || span_len(value) > sizeof text) {
		errno = EFBIG;
		return -1;
	}
	memcpy(copy, key, len);
	memcpy(text, value.p, span_len(value));
	errno = 0;
	if (gdbm_store(a->f, k, v, GDBM_REPLACE) == 0)
		return 0;
	if (errno == 0)
		errno = EIO;
	return -1;
}

int
access_sync(struct access *a)
{
	errno = 0;
	if (gdbm_sync(a->f) == 0)
		return 0;
	if (errno == 0)
		errno = EIO;
	return -1;
}

void
access_close(struct access *a)
{
	if (a == NULL)
		return;
	if (a->f != NULL)
		gdbm_close(a->f);
	strbuf_clear(&a->text);
	free(a->entries);
	free(a);
}

#else

static int
none(void)
{
	errno = ENOSYS;
	return -1;
}

struct access *
access_open(const char *path)
{
	(void)path;
	(void)none();
	return NULL;
}

bool
access_find(const struct access *a, char keys[][RULE_KEY_LEN], size_t n,
    struct span *value)
{
	(void)a;
	(void)keys;
	(void)n;
	(void)value;
	return false;
}

struct access *
access_create(const char *path)
{
	return access_open(path);
}

int
access_put(struct access *a, const char *key, struct span value)
{
	(void)a;
	(void)key;
	(void)value;
	return none();
}

int
access_sync(struct access *a)
{
	(void)a;
	return none();
}

void
access_close(struct access *a)
{
	(void)a;
}

#endif
