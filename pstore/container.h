/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "base/bytes.h"
#include "base/fault.h"

/*
 * 0, or ERR_SIGNATURE with *ret_fault set for a file that says itself that it holds an image in another form:
 * a virtual disk (QEMU docs/interop/qcow2.rst and its like), whose blocks lie in any order and may be those
 * of a snapshot, or a compressed file. The reason names the form and what makes the image of it.
 */
int container_refuse(struct bytes file, struct fault *ret_fault);
