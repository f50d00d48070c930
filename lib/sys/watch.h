/* watch.h: tell when a directory changes. */
#ifndef SYS_WATCH_H
#define SYS_WATCH_H

/*
 * inotify; when the user's instances run out (128 by default, for all
 * sessions of one uid together) directory notification by F_NOTIFY with a
 * signalfd, which has no such limit; else nothing, and the caller polls.
 */
struct watch;

/* Never NULL. */
struct watch *watch_open(void);
void watch_close(struct watch *w);

/* Watch the directory that dir is open on. */
int watch_add(struct watch *w, int dir);

/* Readable after a change, or -1 when only polling is left. */
int watch_fd(const struct watch *w);

/* Take what was reported; watches stay armed. */
void watch_drain(struct watch *w);

#endif
