/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/*
 * Who loaded the crash kernel. Linux tells only that there is one (/sys/kernel/kexec_crash_loaded): what was
 * loaded without an initramfs stops at a root file system that it cannot mount, and saves nothing.
 */

/*
 * Whoever is known to load one that saves a dump, and did in this boot: "pstore-fw kdump load", or a service;
 * NULL where nothing tells. `root` goes before every path: "" for this machine, a directory in tests.
 */
const char *crash_loader_find(const char *root);

/* To be told by whoever loads one, and takes it away; counts until the next boot. Where it cannot be written
 * down it stays unknown. */
void crash_loader_note(const char *root);
void crash_loader_forget(const char *root);
