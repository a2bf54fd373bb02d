/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stddef.h>

#include "base/memory.h"

size_t strlen(const char *text);
int strcmp(const char *left, const char *right);
int strncmp(const char *left, const char *right, size_t size);
char *strcpy(char *to, const char *from);
char *stpcpy(char *to, const char *from);
char *strcat(char *to, const char *from);
char *strchr(const char *text, int wanted);
char *strrchr(const char *text, int wanted);
size_t strcspn(const char *text, const char *wanted);
char *strstr(const char *text, const char *wanted);
char *strdup(const char *text);
char *strndup(const char *text, size_t size);
void *memchr(const void *data, int wanted, size_t size);
void *memmem(const void *data, size_t size, const void *wanted, size_t wanted_size);
