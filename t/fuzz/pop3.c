/* pop3.c: any bytes as the client of a whole POP3 session. */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "pop3/session.h"
#include "fuzz/maildir.h"
#include "memfile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct pop3_conf conf;

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

	if (count++ == 0)
		pop3_conf_read(&conf);
	conf.utf8 = count % 2 == 0;
	conf.to_trash = count % 3 == 0;
	if (null == -1 || lseek(fd, 0, SEEK_SET) == -1 ||
	    account_open(maildir, &conf.store, &s.account) == -1)
		abort();
	wr_init(&out, null, 1000);
	rd_init(&in, fd, &out, false);
	(void)session_run(&s);
	maildrop_close(s.drop);
	account_close(s.account);
	strbuf_clear(&s.line);
	strbuf_clear(&s.data);
	strbuf_clear(&s.block);
	strbuf_clear(&s.lang.text);
	fs_close(fd);
	fs_close(null);
	return 0;
}
