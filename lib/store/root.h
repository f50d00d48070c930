/* root.h: an account from the inside, for this layer. */
#ifndef STORE_ROOT_H
#define STORE_ROOT_H

#include <stdint.h>

#include "base/strbuf.h"
#include "store/account.h"
#include "sys/map.h"

struct mailbox;

/* The file that locks are links to, one after the other (lock.c). */
struct lock_file {
	int dir; /* tmp of the INBOX, where it is; -1: there is none */
	struct strbuf name;
	unsigned locks; /* how many were asked for */
	bool used; /* it is a lock now */
};

struct account {
	int fd; /* the Maildir */
	int caches; /* where satchel-status is; -1: nowhere (cachedir.h) */
	const struct store_conf *conf;
	enum folder_encoding encoding; /* FOLDER_AUTO: not looked at yet */
	char host[256]; /* for file names: without "/" and ":" */
	uint32_t serial; /* of the names made so far */
	struct mailbox *boxes; /* those open */
	struct mailbox *lent; /* the last of box_borrow(), or NULL */
	int summary; /* satchel-status, when it has been opened, or -1 */
	uint32_t summary_slots; /* how many it has */
	struct map summary_map; /* all of it, between summary_begin() and end */
	struct lock_file lock_file;
};

enum {
	MODE_DIR = 0700,
	MODE_FILE = 0666, /* the umask is the administrator's */
	NAME_LEN = 255 /* of a directory entry */
};

#endif
