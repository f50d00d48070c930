/* pop3.c: any bytes as the client of a whole POP3 session. */
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pop3/session.h"
#include "memfile.h"
#include "sys/fs.h"
#include "sys/log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FRESH = 500 }; /* inputs that share one Maildir */

static char dir[256];
static struct pop3_conf conf;

/* In place of lib/sys/log.c: a line for each session would be too much. */
void
log_open(const char *program)
{
	(void)program;
}

void
log_line(const char *level, const char *format, ...)
{
	(void)level;
	(void)format;
}

static void
remove_maildir(void)
{
	(void)fs_remove_tree(AT_FDCWD, dir);
}

static void
put_message(int at, const char *name, const char *text)
{
	int fd = fs_create(at, name, 0600);

	if (fd == -1 || fs_write(fd, span_str(text)) == -1)
		abort();
	fs_close(fd);
}

static void
make_maildir(void)
{
	static const char *const dirs[] = { "cur", "new", "tmp", ".a", ".a/cur",
		".a/new", ".a/tmp" };
	int at;

	remove_maildir();
	if (mkdir(dir, 0700) == -1 || (at = fs_open_dir(AT_FDCWD, dir)) == -1)
		abort();
	for (size_t i = 0; i < sizeof dirs / sizeof *dirs; i++)
		if (mkdirat(at, dirs[i], 0700) == -1)
			abort();
	put_message(at, "cur/1.a:2,S", "From: <a@b>\nSubject: x\n\nhello\n");
	put_message(at, "new/2.b",
	    "Content-Type: multipart/mixed; "
	    "boundary=b\nTo: \"c\" <c@d>\n\n--b\n\nhello\n--b\n"
	    "Content-Type: message/rfc822\n\nDate: x\n\ny\n--b--\n");
	fs_close(at);
}

static void
once(void)
{
	static bool done;

	if (done)
		return;
	done = true;
	snprintf(dir, sizeof dir, "%s/satchel-fuzz-XXXXXX",
	    getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp");
	if (mkdtemp(dir) == NULL || atexit(remove_maildir) != 0)
		abort();
	pop3_conf_read(&conf);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct rd in;
	static struct wr out;
	static unsigned count;
	struct session s = { .in = &in, .out = &out, .conf = &conf };
	int fd = memfile(data, size);
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	once();
	if (count++ % FRESH == 0)
		make_maildir();
	conf.utf8 = count % 2 == 0;
	conf.to_trash = count % 3 == 0;
	if (null == -1 || lseek(fd, 0, SEEK_SET) == -1 ||
	    account_open(dir, &conf.store, &s.account) == -1)
		abort();
	wr_init(&out, null, 1000);
	rd_init(&in, fd, &out, false);
	(void)session_run(&s);
	account_close(s.account);
	strbuf_clear(&s.line);
	strbuf_clear(&s.data);
	strbuf_clear(&s.lang.text);
	fs_close(fd);
	fs_close(null);
	return 0;
}
