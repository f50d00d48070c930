/* account.h: one Maildir++ with its folders. */
#ifndef STORE_ACCOUNT_H
#define STORE_ACCOUNT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

/* How folder names stand on disk (satchel-maildir(7): three generations). */
enum folder_encoding {
	FOLDER_AUTO, /* UTF-8, unless the tree looks like MUTF7 and only that */
	FOLDER_UTF8,
	FOLDER_MUTF7
};

/* SATCHEL_FOLDER_ENCODING: "utf8" or "mutf7", and anything else is auto. */
enum folder_encoding account_encoding(struct span word);

/* Read from the environment by bin/, once; strings live for ever. */
struct store_conf {
	const char *hostname; /* of new file names; NULL: gethostname() */
	const char *trash; /* IMAP_TRASHFOLDERNAME */
	bool expunge_to_trash; /* IMAP_MOVE_EXPUNGE_TO_TRASH */
	const char *emptytrash; /* IMAP_EMPTYTRASH, or NULL */
	int keywords; /* IMAP_KEYWORDS: 0 off, else on */
	bool use_locks; /* IMAP_USELOCKS */
	bool log_deletions; /* IMAP_LOG_DELETIONS */
	enum folder_encoding encoding;
	const char *quota; /* MAILDIRQUOTA, or NULL */
	bool no_index; /* SATCHEL_INDEX=0: in memory only */
	const char *index_root; /* SATCHEL_INDEX_ROOT, or NULL */
	/*
	 * A line of the deletion log (sys/log.h belongs to the session);
	 * new_name is empty where none is left.
	 */
	void (*on_expunge)(
	    void *arg, struct span old_name, struct span new_name);
	void *arg;
};

struct account;

/*
 * Open the Maildir at path (which may be a link).  ENOENT, ENOTDIR, EACCES as
 * usual; a directory without cur is ENOENT.  conf must live as long.
 */
int account_open(
    const char *path, const struct store_conf *conf, struct account **out);
void account_close(struct account *a);

/* The directory; for the checks at login (satchel-maildir(7)). */
int account_fd(const struct account *a);

/*
 * When a session ends.  IMAP_EMPTYTRASH: remove what is older (by ctime).
 * Errors are ignored.
 */
void account_purge(struct account *a);

/* Whether folder is one that account_purge() empties. */
bool account_is_purged(const struct account *a, struct span folder);

/*
 * Names of folders in this layer are UTF-8, components separated by ".",
 * without "INBOX"; the empty name is the INBOX, the Maildir itself.
 * How they stand on disk is this layer's business.
 */

#endif
