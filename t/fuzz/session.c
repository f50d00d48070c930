/* session.c: any bytes as the client of a whole IMAP session. */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "imap/session.h"
#include "fuzz/maildir.h"
#include "memfile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct imap_conf conf;

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct rd in;
	static struct wr out;
	static unsigned count;
	struct session s = { .in = &in, .out = &out, .conf = &conf };
	int fd = memfile(data, size);
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	const char *maildir = maildir_for(count);

	if (count++ == 0) {
		imap_conf_read(&conf);
		conf.idle_notify = false;
	}
	if (null == -1 || lseek(fd, 0, SEEK_SET) == -1 ||
	    account_open(maildir, &conf.store, &s.account) == -1)
		abort();
	wr_init(&out, null, 1000);
	rd_init(&in, fd, &out, false);
	(void)session_run(&s);
	account_close(s.account);
	arena_clear(&s.arena);
	strbuf_clear(&s.code);
	strbuf_clear(&s.input.text);
	free(s.saved.r);
	fs_close(fd);
	fs_close(null);
	return 0;
}
