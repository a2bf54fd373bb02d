/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "pstore/container.h"
#include "base/arith.h"
#include "base/error.h"

#define CONVERT(name)                                                                                        \
        "is " name ", not raw; NVRAM of a virtual machine is converted while that is off: "                  \
        "qemu-img convert -O raw IN OUT"
#define UNPACK(name, command) "is " name ", not raw; unpack it first: " command

/* Where a fixed VHD, which begins with the disk's first block, says what it is. */
#define VHD_FOOTER_SIZE 512

static const struct {
        size_t offset;
        const char *magic;
        size_t size;
        const char *reason;
} containers[] = {
        { 0, "QFI\xfb\0\0\0\1", 8, CONVERT("qcow") },
        { 0, "QFI\xfb", 4, CONVERT("qcow2") },
        { 0, "QED\0", 4, CONVERT("QED") },
        { 0, "KDMV", 4, CONVERT("VMDK") },
        { 0, "COWD", 4, CONVERT("VMDK") },
        { 0, "# Disk DescriptorFile", 21, CONVERT("VMDK") },
        { 0, "vhdxfile", 8, CONVERT("VHDX") },
        { 0, "conectix", 8, CONVERT("VHD") },
        { 64, "\x7f\x10\xda\xbe", 4, CONVERT("VDI") },
        { 0, "WithoutFreeSpace", 16, CONVERT("Parallels") },
        { 0, "WithouFreSpacExt", 16, CONVERT("Parallels") },
        { 0, "\x1f\x8b\x08", 3, UNPACK("gzip", "gzip -dc IN > OUT") },
        { 0, "\3757zXZ\0", 6, UNPACK("xz", "xz -dc IN > OUT") },
        { 0, "\x28\xb5\x2f\xfd", 4, UNPACK("zstd", "zstd -dc IN > OUT") },
        { 4, "1AY&SY", 6, UNPACK("bzip2", "bzip2 -dc IN > OUT") },
        { 0, "\x04\x22\x4d\x18", 4, UNPACK("lz4", "lz4 -dc IN > OUT") },
        { 0, "\x02\x21\x4c\x18", 4, UNPACK("lz4", "lz4 -dc IN > OUT") },
        { 0, "PK\3\4", 4, UNPACK("zip", "unzip -p IN > OUT") },
};

int container_refuse(struct bytes file, struct fault *ret_fault) {
        for (size_t i = 0; i < ARRAY_SIZE(containers); i++)
                if (bytes_start_with(bytes_from(file, containers[i].offset),
                                     bytes_of(containers[i].magic, containers[i].size)))
                        return fault_at(ret_fault, ERR_SIGNATURE, containers[i].offset, "format",
                                        containers[i].reason);
        if (file.size >= VHD_FOOTER_SIZE &&
            bytes_start_with(bytes_from(file, file.size - VHD_FOOTER_SIZE), bytes_of("conectix", 8)))
                return fault_at(ret_fault, ERR_SIGNATURE, file.size - VHD_FOOTER_SIZE, "format",
                                CONVERT("VHD"));
        return 0;
}
