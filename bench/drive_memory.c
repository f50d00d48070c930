/* drive_memory.c: the memory of a session, as the kernel sees it. */
#include "drive.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
add_rollup(pid_t pid, struct memory *m)
{
	char text[128];
	unsigned kib;
	FILE *f;

	(void)snprintf(text, sizeof text, "/proc/%d/smaps_rollup", (int)pid);
	f = fopen(text, "r");
	if (f == NULL)
		return;
	m->processes++;
	while (fgets(text, sizeof text, f) != NULL) {
		if (sscanf(text, "Pss: %u", &kib) == 1)
			m->pss += kib;
		if (sscanf(text, "Private_Clean: %u", &kib) == 1 ||
		    sscanf(text, "Private_Dirty: %u", &kib) == 1)
			m->own += kib;
	}
	(void)fclose(f);
}

/* The parent of a process; its name may hold blanks and parentheses. */
static pid_t
parent_of(const char *pid)
{
	char path[64], text[512], *p;
	size_t n;
	FILE *f;

	(void)snprintf(path, sizeof path, "/proc/%.20s/stat", pid);
	f = fopen(path, "r");
	if (f == NULL)
		return 0;
	n = fread(text, 1, sizeof text - 1, f);
	(void)fclose(f);
	text[n] = '\0';
	p = strrchr(text, ')');
	return p != NULL && strlen(p) > 4 ? (pid_t)strtol(p + 4, NULL, 10) : 0;
}

void
memory_of(pid_t pid, struct memory *m)
{
	DIR *d = opendir("/proc");
	struct dirent *e;

	add_rollup(pid, m);
	if (d == NULL)
		return;
	while ((e = readdir(d)) != NULL) {
		if (*e->d_name >= '1' && *e->d_name <= '9' &&
		    parent_of(e->d_name) == pid)
			add_rollup((pid_t)strtol(e->d_name, NULL, 10), m);
	}
	(void)closedir(d);
}
