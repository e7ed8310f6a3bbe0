/* Outputs under temporary names, which must not stay behind when a signal ends the program. */
#ifndef GS_TEMP_FILES_H
#define GS_TEMP_FILES_H

/* Remove this file when a signal ends us. NULL is fine. At most 4 files. */
void cli_temp_add(const char *path);
/* They have their final names, or are gone. */
void cli_temp_clear(void);
#endif
