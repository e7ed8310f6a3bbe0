/* Is a file what it was? */
#ifndef GS_STAMP_H
#define GS_STAMP_H

/* A digest of what the system says of a file, or of all files in a directory (not below it): names, sizes, inodes,
 * dates of contents and of inodes, links followed. Equal stamps: nothing has changed. Device numbers do not count, for
 * machines that share a disk number them differently.
 * Negative where that cannot be told: no such file, out of memory, or a file changed within the last two seconds, for a
 * change after this one may have the same date. */
int gs_stamp(const char *path, char out[65]);
#endif
