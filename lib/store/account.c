/* account.c: one Maildir++, opened. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/ascii.h"
#include "base/oom.h"
#include "store/cachedir.h"
#include "store/lock.h"
#include "store/mailbox.h"
#include "store/root.h"
#include "store/summary.h"
#include "sys/fs.h"

/*
 * The host part of file names.  qmail's replacement for what may not be in
 * one; Courier makes none (satchel-maildir(7)).
 */
static void
set_host(struct account *a)
{
	char name[65] = "";
	const char *s = a->conf->hostname;
	size_t n = 0;

	if (s == NULL || *s == '\0') {
		(void)gethostname(name, sizeof name - 1);
		s = *name ? name : "localhost";
	}
	/* names of files have other parts, too: leave them 150 bytes */
	for (; *s && n < 100; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '/' || c == ':' || ascii_iscntrl(c)) {
			a->host[n++] = '\\';
			a->host[n++] = (char)('0' + (c >> 6));
			a->host[n++] = (char)('0' + (c >> 3 & 7));
			a->host[n++] = (char)('0' + (c & 7));
		} else {
			a->host[n++] = (char)c;
		}
	}
	a->host[n] = '\0';
}

enum folder_encoding
account_encoding(struct span word)
{
	if (span_case_is(word, "utf8"))
		return FOLDER_UTF8;
	if (span_case_is(word, "mutf7"))
		return FOLDER_MUTF7;
	return FOLDER_AUTO;
}

int
account_open(
    const char *path, const struct store_conf *conf, struct account **out)
{
	struct account *a;
	struct stat st;
	int fd;

	/* the argument is the administrator's and may be a link */
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		return -1;
	if (fstatat(fd, "cur", &st, AT_SYMLINK_NOFOLLOW) == -1 ||
	    !S_ISDIR(st.st_mode)) {
		(void)close(fd); /* opened for reading */
		errno = ENOENT;
		return -1;
	}
	if ((a = calloc(1, sizeof *a)) == NULL)
		oom();
	a->fd = fd;
	a->summary = -1;
	a->lock_file.dir = -1;
	a->caches =
	    conf->index_root == NULL ? fd : cachedir_open(conf->index_root, fd);
	a->conf = conf;
	a->encoding = conf->encoding;
	set_host(a);
	*out = a;
	return 0;
}

void
account_close(struct account *a)
{
	if (a == NULL)
		return;
	mailbox_close(a->lent);
	lock_end(a);
	summary_close(a);
	if (a->caches != -1 && a->caches != a->fd)
		(void)close(a->caches); /* opened for reading */
	(void)close(a->fd); /* opened for reading */
	free(a);
}

int
account_fd(const struct account *a)
{
	return a->fd;
}
