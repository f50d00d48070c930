/* files.c: paths of settings and of one host name. */
#include "tls/files.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/ascii.h"
#include "base/span.h"
#include "sys/fs.h"

enum { HASH_LEN = 8 };

/* A FIFO must not hold the connection, a directory is no certificate. */
static int
open_regular(int dir, const char *path)
{
	int fd =
	    openat(dir, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd == -1)
		return -1;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		return fd;
	(void)close(fd); /* nothing was written */
	errno = EINVAL;
	return -1;
}

/* a, b and c as one path */
static const char *
path(struct strbuf *p, const char *a, const char *b, const char *c)
{
	strbuf_reset(p);
	strbuf_puts(p, a);
	strbuf_puts(p, b);
	strbuf_puts(p, c);
	return p->p;
}

static int
staple_beside(const char *cert)
{
	struct strbuf p = { 0 };
	int fd = open_regular(AT_FDCWD, path(&p, cert, ".ocsp", ""));

	strbuf_clear(&p);
	return fd;
}

/* Whether it may be that another name is meant. */
static bool
is_absent(int error)
{
	return error == ENOENT || error == ENOTDIR || error == EACCES;
}

/* 1: found; 0: there is no such file; -1: the key cannot be read. */
static int
from_dir(
    const char *dir, const char *name, struct strbuf *p, struct tls_files *out)
{
	struct strbuf base = { 0 };
	int r = 0;

	(void)path(&base, dir, "/", name);
	out->cert = open_regular(AT_FDCWD, path(p, base.p, ".pem", ""));
	if (out->cert == -1) {
		r = is_absent(errno) ? 0 : -1;
		goto clear;
	}
	out->staple = staple_beside(p->p);
	out->key = open_regular(AT_FDCWD, path(p, base.p, ".key", ""));
	r = out->key == -1 && errno != ENOENT ? -1 : 1;
clear:
	strbuf_clear(&base);
	return r;
}

/* The same for Courier's names; suffix may be "". */
static int
from_file(const struct tls_conf *conf, const char *suffix, struct strbuf *p,
    struct tls_files *out)
{
	const char *dot = *suffix == '\0' ? "" : ".";

	out->cert =
	    open_regular(AT_FDCWD, path(p, conf->certfile, dot, suffix));
	if (out->cert == -1)
		return *suffix != '\0' && is_absent(errno) ? 0 : -1;
	out->staple = staple_beside(p->p);
	if (conf->keyfile == NULL)
		return 1;
	out->key = open_regular(AT_FDCWD, path(p, conf->keyfile, dot, suffix));
	if (out->key == -1 && *suffix != '\0' && is_absent(errno))
		out->key =
		    open_regular(AT_FDCWD, path(p, conf->keyfile, "", ""));
	return out->key == -1 ? -1 : 1;
}

static int
find(const struct tls_conf *conf, const char *name, const char *local_ip,
    struct strbuf *p, struct tls_files *out)
{
	int r = 0;

	if (conf->certdir != NULL && *name != '\0')
		r = from_dir(conf->certdir, name, p, out);
	if (conf->certfile == NULL)
		return r != 0 ? r : from_dir(conf->certdir, "default", p, out);
	if (r == 0 && *name != '\0')
		r = from_file(conf, name, p, out);
	if (r == 0 && *local_ip != '\0')
		r = from_file(conf, local_ip, p, out);
	return r != 0 ? r : from_file(conf, "", p, out);
}

int
tls_files_open(const struct tls_conf *conf, const char *name,
    const char *local_ip, struct tls_files *out, struct strbuf *failed)
{
	struct tls_files f = { -1, -1, -1 };
	int r = find(conf, name, local_ip, failed, &f), saved;

	if (r == 1) {
		*out = f;
		return 0;
	}
	saved = r == 0 ? ENOENT : errno;
	tls_files_close(&f);
	errno = saved;
	return -1;
}

void
tls_files_close(const struct tls_files *files)
{
	if (files->cert != -1)
		(void)close(files->cert); /* read only, here and below */
	if (files->key != -1)
		(void)close(files->key);
	if (files->staple != -1)
		(void)close(files->staple);
}

/* What c_rehash and openssl rehash call an authority's link. */
static bool
is_hash_name(const char *name)
{
	struct span s = span_str(name);

	for (int i = 0; i < HASH_LEN; i++, s.p++)
		if (s.p == s.end || ascii_hex((unsigned char)*s.p) == -1)
			return false;
	return span_eat(&s, '.') && span_isdigit(&s);
}

struct trust {
	int dir;
	int *fds;
	size_t n;
	size_t max;
};

static int
open_one(void *arg, const char *name, unsigned char type)
{
	struct trust *t = arg;
	int fd;

	(void)type;
	if (!is_hash_name(name))
		return 0;
	if (t->n == t->max)
		return 1;
	fd = open_regular(t->dir, name);
	if (fd != -1) /* a dangling link is no authority */
		t->fds[t->n++] = fd;
	return 0;
}

int
tls_files_open_trust(const char *trust, int *fds, size_t max)
{
	struct trust t = { -1, fds, 0, max };

	t.dir = open(trust, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (t.dir == -1 && errno == ENOTDIR && max > 0) {
		fds[0] = open_regular(AT_FDCWD, trust);
		return fds[0] == -1 ? -1 : 1;
	}
	if (t.dir == -1 || fs_walk(t.dir, open_one, &t) == -1) {
		fs_close(t.dir);
		return -1;
	}
	fs_close(t.dir);
	return (int)t.n;
}
