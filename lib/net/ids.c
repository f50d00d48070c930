/* ids.c: names to numbers, and setuid(). */
#include "net/ids.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stddef.h>
#include <unistd.h>

#include "base/num.h"

struct ids {
	const char *name; /* in the system's files; NULL: a number is all */
	uid_t uid;
	gid_t gid;
};

static bool
is_number(const char *s, uint32_t *n)
{
	struct span in = span_str(s);

	return num_u32(&in, n) && in.p == in.end && *n != UINT32_MAX;
}

/* A number need not be known to the system, but then has no group. */
static int
find_user(const char *user, struct ids *ids)
{
	bool number = is_number(user, &ids->uid);
	const struct passwd *pw = number ? getpwuid(ids->uid) : getpwnam(user);

	errno = ENOENT;
	if (pw == NULL)
		return number && ids->gid != (gid_t)-1 ? 0 : -1;
	ids->name = pw->pw_name;
	ids->uid = pw->pw_uid;
	if (ids->gid == (gid_t)-1)
		ids->gid = pw->pw_gid;
	return 0;
}

static int
find_group(const char *group, gid_t *gid)
{
	const struct group *gr;

	if (is_number(group, gid))
		return 0;
	errno = ENOENT;
	if ((gr = getgrnam(group)) == NULL)
		return -1;
	*gid = gr->gr_gid;
	return 0;
}

int
ids_become(const char *user, const char *group)
{
	struct ids ids = { NULL, getuid(), (gid_t)-1 };

	if (user == NULL && group == NULL)
		return 0;
	if (group != NULL && find_group(group, &ids.gid) == -1)
		return -1;
	if (user != NULL && find_user(user, &ids) == -1)
		return -1;
	if (setgid(ids.gid) == -1)
		return -1;
	if (group == NULL ? initgroups(ids.name, ids.gid) == -1
			  : setgroups(1, &ids.gid) == -1)
		return -1;
	if (user == NULL)
		return 0;
	errno = EPERM;
	if (ids.uid == 0 || setuid(ids.uid) == -1)
		return -1;
	errno = EPERM;
	return setuid(0) == -1 ? 0 : -1;
}
