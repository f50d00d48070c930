/* confine.c: the list of what a session needs. */
#include "store/confine.h"

#include "store/root.h"
#include "sys/cage.h"

/* those below; an account that shares with this one would be another */
enum { PLACES = 3 };

const char *
confine(const struct account *a, const char *lang_dir, uint32_t data_kib)
{
	struct landlock_place p[PLACES];
	struct cage c = { p, 0, data_kib };

	/* by its descriptor: whatever its name has come to mean by now */
	p[c.n++] = (struct landlock_place){ a->fd, NULL, true };
	if (a->caches != -1 && a->caches != a->fd)
		p[c.n++] = (struct landlock_place){ a->caches, NULL, true };
	if (lang_dir != NULL)
		p[c.n++] = (struct landlock_place){ -1, lang_dir, false };
	return cage_close(&c);
}
