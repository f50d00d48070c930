/*
 * sendmail.c: in the place of sendmail; appends a line to the file named by
 * SENDMAIL_LOG: its effective group, whether it may gain rights, how many
 * octets it has read, and its arguments.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
	const char *name = getenv("SENDMAIL_LOG");
	FILE *log = name == NULL ? NULL : fopen(name, "a");
	unsigned octets = 0;

	if (log == NULL)
		return 111;
	while (getchar() != EOF)
		octets++;
	fprintf(log, "%u %s %u", (unsigned)getegid(),
	    prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 0 ? "may" : "may not",
	    octets);
	for (int i = 1; i < argc; i++)
		fprintf(log, " %s", argv[i]);
	putc('\n', log);
	return fclose(log) == 0 ? 0 : 111;
}
