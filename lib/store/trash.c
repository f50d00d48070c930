/* trash.c: a rename, and another name where that one is taken. */
#include "store/trash.h"

#include <errno.h>
#include <fcntl.h>

#include "store/flags.h"
#include "store/folder.h"
#include "store/root.h"
#include "sys/fs.h"

int
trash_open(struct account *a, struct maildir *out)
{
	struct span name = span_str(a->conf->trash);

	if (maildir_open(a, name, out) == 0)
		return 0;
	if (errno != ENOENT)
		return -1;
	if (folder_create(a, name, 0) == -1 && errno != EEXIST)
		return -1;
	return maildir_open(a, name, out);
}

int
trash_put(struct account *a, int cur, const char *name,
    const struct maildir *trash, struct strbuf *to)
{
	unsigned keep = FLAGS_STORED & ~(FLAG_DELETED | FLAG_DRAFT);
	struct span old = span_str(name), info = old;
	struct stat st;
	int r;

	flags_name(old, flags_parse(old) & keep, to);
	r = fs_rename_new(cur, name, trash->cur, to->p);
	if (r == 0 || errno != EEXIST)
		return r;
	if (fstatat(cur, name, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return -1;
	strbuf_reset(to);
	maildir_base(a, &st, (uint64_t)st.st_size, to);
	info.p += span_len(flags_base(info));
	strbuf_cat(to, info);
	return fs_rename_new(cur, name, trash->cur, to->p);
}
