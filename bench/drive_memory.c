/* drive_memory.c: the memory of a session, as the kernel sees it. */
#include "drive.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Private is what stands in no file, and in this process alone. */
static void
add_smaps(pid_t pid, struct memory *m)
{
	unsigned kib, own = 0;
	char text[512];
	FILE *f;

	(void)snprintf(text, sizeof text, "/proc/%d/smaps", (int)pid);
	f = fopen(text, "r");
	if (f == NULL)
		return;
	m->processes++;
	while (fgets(text, sizeof text, f) != NULL) {
		if (sscanf(text, "Size: %u", &kib) == 1)
			own = 0; /* the next mapping's */
		else if (sscanf(text, "Pss: %u", &kib) == 1)
			m->pss += kib;
		else if (sscanf(text, "Private_Clean: %u", &kib) == 1 ||
			 sscanf(text, "Private_Dirty: %u", &kib) == 1)
			own += kib;
		else if (sscanf(text, "Anonymous: %u", &kib) == 1)
			m->own += own < kib ? own : kib;
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

	add_smaps(pid, m);
	if (d == NULL)
		return;
	while ((e = readdir(d)) != NULL) {
		if (*e->d_name >= '1' && *e->d_name <= '9' &&
		    parent_of(e->d_name) == pid)
			add_smaps((pid_t)strtol(e->d_name, NULL, 10), m);
	}
	(void)closedir(d);
}
