/* The temporary files that exist now or soon, so that a handler of signals can remove them. */
#ifndef GS_TEMP_FILES_H
#define GS_TEMP_FILES_H

/* Remember a file (path copied): its slot, or -1 when there are too many or the name is too long. Thread-safe. */
int gs_temp_add(const char *path);
/* It has its final name, or is gone. -1 is fine. Thread-safe. */
void gs_temp_forget(int slot);
/* Remove all of them. Safe in a signal handler. */
void gs_temp_unlink(void);
#endif
