/* userdb.c: two GDBM files, opened for one look. */
#include "pw/userdb.h"

#include <errno.h>
#include <gdbm.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/strbuf.h"
#include "pw/hash.h"

enum { KEY_LEN = 512, SAMPLES = 64 };

/* gdbm would exit: the status that means a temporary failure. */
static void
fatal(const char *why)
{
	(void)why;
	_Exit(111);
}

/*
 * Readers take no lock: the compiler of the databases makes new files and
 * renames them.
 */
static GDBM_FILE
open_dat(const char *path, const char *end)
{
	struct strbuf b = { 0 };
	GDBM_FILE f;
	int saved;

	strbuf_puts(&b, path);
	strbuf_puts(&b, end);
	errno = 0;
	f = gdbm_open(
	    b.p, 0, GDBM_READER | GDBM_NOLOCK | GDBM_NOMMAP, 0, fatal);
	saved = errno;
	strbuf_clear(&b);
	errno = saved ? saved : EBADMSG;
	return f;
}

/* The value of key into buf; 1, 0 when there is none, -1 with errno. */
static int
fetch(GDBM_FILE f, datum key, char buf[USERDB_LEN], size_t *len)
{
	datum value = gdbm_fetch(f, key);
	int r = 1;

	if (value.dptr == NULL) {
		errno = EBADMSG;
		return gdbm_errno == GDBM_ITEM_NOT_FOUND ? 0 : -1;
	}
	if (value.dsize > USERDB_LEN) {
		errno = EFBIG;
		r = -1;
	} else {
		*len = (size_t)value.dsize;
		memcpy(buf, value.dptr, *len);
	}
	explicit_bzero(value.dptr, (size_t)value.dsize);
	free(value.dptr);
	return r;
}

int
userdb_find(const char *path, const char *name, struct userdb *u)
{
	GDBM_FILE dat, shadow;
	char copy[KEY_LEN];
	datum key = { copy, 0 };
	size_t len = strlen(name);
	int r = -1;

	u->len = u->shadow_len = 0;
	/* "1005=" leads from a uid to a name and is nobody's account */
	if (len == 0 || len > sizeof copy || name[len - 1] == '=') {
		len = 1;
		name = "=";
	}
	memcpy(copy, name, len);
	key.dsize = (int)len;
	if ((dat = open_dat(path, ".dat")) == NULL)
		return -1;
	shadow = open_dat(path, "shadow.dat");
	if (shadow == NULL && errno != ENOENT)
		goto close_dat;
	r = fetch(dat, key, u->fields, &u->len);
	if (r == 1)
		r = shadow == NULL
			? 0
			: fetch(shadow, key, u->shadow, &u->shadow_len);
	if (shadow != NULL)
		gdbm_close(shadow);
close_dat:
	gdbm_close(dat);
	return r;
}

bool
userdb_sample(const char *path, const char *service, struct userdb *u)
{
	GDBM_FILE f = open_dat(path, "shadow.dat");
	bool found = false;
	datum key, next;

	u->shadow_len = 0;
	if (f == NULL)
		return false;
	key = gdbm_firstkey(f);
	for (int i = 0; i < SAMPLES && key.dptr != NULL && !found; i++) {
		found = fetch(f, key, u->shadow, &u->shadow_len) == 1 &&
			hash_usable(userdb_secret(u, service));
		next = gdbm_nextkey(f, key);
		free(key.dptr);
		key = next;
	}
	free(key.dptr);
	gdbm_close(f);
	return found;
}

bool
userdb_field(struct span fields, const char *key, struct span *value)
{
	struct span field, name;

	while (fields.p < fields.end) {
		field = span_cut(&fields, '|');
		name = span_cut(&field, '=');
		if (!span_is(name, key))
			continue;
		*value = field;
		return true;
	}
	return false;
}

struct span
userdb_secret(const struct userdb *u, const char *service)
{
	struct span shadow = span_of(u->shadow, u->shadow_len);
	struct span value = span_str("");
	char key[64];
	size_t len = service == NULL ? 0 : strlen(service);

	if (len > 0 && len < sizeof key - 2) {
		memcpy(key, service, len);
		memcpy(key + len, "pw", 3);
		if (userdb_field(shadow, key, &value))
			return value;
	}
	if (userdb_field(shadow, "systempw", &value))
		return value;
	return span_str("");
}

bool
userdb_ids(const struct userdb *u, uid_t *uid, gid_t *gid)
{
	struct span fields = span_of(u->fields, u->len), v, w;
	uint32_t n, m;

	if (!userdb_field(fields, "uid", &v) ||
	    !userdb_field(fields, "gid", &w))
		return false;
	if (!num_u32(&v, &n) || v.p < v.end || n == 0 || n == UINT32_MAX)
		return false;
	if (!num_u32(&w, &m) || w.p < w.end || m == 0 || m == UINT32_MAX)
		return false;
	*uid = n;
	*gid = m;
	return true;
}

void
userdb_clear(struct userdb *u)
{
	explicit_bzero(u, sizeof *u);
}
