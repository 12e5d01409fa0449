/* SPDX-License-Identifier: GPL-2.0 */
/* home.h - a directory for the files of one test */
#ifndef TEST_HOME_H
#define TEST_HOME_H

/* Make an empty directory the working directory, with RUN_DIR in it. */
void at_home(void);
/* Remove what is in it, and itself. */
void leave_home(void);

/* A whole file, as text.  Return: to be freed; NULL: not there. */
char *slurp(const char *path);
void spew(const char *path, const char *text);

#endif
