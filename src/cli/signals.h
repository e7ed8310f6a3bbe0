/* What signals do to the program. */
#ifndef GS_SIGNALS_H
#define GS_SIGNALS_H

/* From now on a signal that ends the program removes its temporary files first; what is ignored (nohup) or handled
 * (a sanitizer's) already stays so. Too large a file is an error of writing, not a signal. */
void cli_signals(void);

/* Between these two, a library that ends the program (htslib and libgfortran do where memory runs out) ends it with
 * status 7 and without temporary files. */
void cli_begin(void);
void cli_end(void);

/* From now on SIGUSR1 is a question, not an end. */
void cli_listen(void);
/* Was it asked since the last call? */
int cli_asked(void);
#endif
