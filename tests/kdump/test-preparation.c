/* SPDX-License-Identifier: BSD-2-Clause-Patent */

/* The phases of a load, on a made-up machine of which each test spoils one thing. */
#include "tests/support/test.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/units.h"
#include "kdump/preparation.h"
#include "tests/support/fake-collector.h"
#include "tests/support/made-array.h"
#include "tests/support/made-card.h"
#include "tests/support/made-machine.h"
#include "tests/support/module-tree.h"
#include "tests/support/scratch.h"

#define RELEASE  "6.1.0-test"
#define UUID     "0c1bf70e-2d10-4f0e-8a3c-9b1f6f0d1a55"
#define DISK     "/sys/devices/pci0000:00/virtio0/block/vda/vda1"
#define RESERVED "/sys/kernel/kexec_crash_size"

/* The least in which the kernel starts: what its header says, and 4.5 MiB. */
#define FLOOR (MADE_KERNEL_INIT_SIZE + 4 * MIB + MIB / 2)

static const struct made_module modules[] = {
        { "jbd2", NULL, "journal", NULL, NULL },
        { "ext4", "fs-ext4", NULL, "journal", NULL },
};

static char *root;
static struct kdump_settings settings;
static struct kdump_preparation preparation;

/* --- the machine -------------------------------------------------------------------------------- */

static void put_kernel(const char *name) {
        uint8_t head[MADE_KERNEL_SIZE];

        scratch_put(root, name, "");
        made_kernel_fill(head, RELEASE " (made) #1");
        scratch_write(scratch_path(root, name + 1), bytes_of(head, sizeof(head)));
}

/* An ELF file for this kernel without a segment, so that it needs neither a loader nor libraries. */
static void put_program(const char *name) {
        uint8_t header[64] = { 0x7f, 'E', 'L', 'F', 2, 1 };
        const char *path;

        store_u16(header + 18, made_elf_machine());
        store_u16(header + 54, 56);
        scratch_put(root, name, "");
        path = scratch_path(root, name + 1);
        scratch_write(path, bytes_of(header, sizeof(header)));
        assert_int_equal(chmod(path, 0755), 0);
}

static void put_number(const char *name, uint64_t number) {
        char text[32];

        snprintf(text, sizeof(text), "%llu\n", (unsigned long long) number);
        scratch_put(root, name, text);
}

/* All is well there: a kernel with its modules, room on a plain partition, programs, 80 MiB reserved. */
static int begin(NO_STATE) {
        root = scratch_make();
        module_tree_make(root, RELEASE, modules, ARRAY_SIZE(modules), "");
        made_disk_put(root, "mkfs.ext4 -q -U " UUID, "23 1 254:1 / / rw - ext4 /dev/root rw\n", DISK);
        put_kernel("/boot/vmlinuz-" RELEASE);
        put_program("/usr/sbin/vmcore-dmesg");
        put_program("/usr/sbin/makedumpfile");
        put_program("/usr/sbin/pstore-fw-capture");
        module_tree_link(root, "/proc/self/exe", scratch_path(root, "usr/sbin/pstore-fw"));
        scratch_put(root, "/proc/sys/kernel/osrelease", RELEASE "\n");
        scratch_put(root, "/proc/cmdline", "root=/dev/vda1 console=ttyS0 crashkernel=80M quiet\n");
        scratch_put(root, "/proc/meminfo", "MemTotal:        1048576 kB\nMemFree: 1 kB\n");
        scratch_put(root, "/sys/kernel/kexec_crash_loaded", "0\n");
        scratch_put(root, "/var/lib/file", "");
        put_number(RESERVED, 80 * MIB);
        kdump_settings_default(&settings);
        strcpy(settings.log_tool, scratch_path(root, "usr/sbin/vmcore-dmesg"));
        strcpy(settings.image_tool, scratch_path(root, "usr/sbin/makedumpfile"));
        return 0;
}

static int end(NO_STATE) {
        kdump_preparation_free(&preparation);
        preparation = (struct kdump_preparation){ 0 };
        scratch_remove(root);
        return 0;
}

static void spoil(const char *name) {
        assert_int_equal(remove(scratch_path(root, name)), 0);
}

/* --- what is looked for ------------------------------------------------------------------------- */

static void prepare(void) {
        kdump_preparation_free(&preparation);
        kdump_prepare(root, &settings, &preparation);
}

static void assert_finds(size_t index, enum verdict verdict, const char *words, const char *remedy) {
        const struct finding *finding = findings_at(&preparation.findings, index);

        assert_non_null(finding);
        test_assert_contains(finding->text, words);
        assert_int_equal(finding->verdict, verdict);
        assert_string_equal(finding->remedy, remedy);
}

static void assert_finds_only(enum verdict verdict, const char *words, const char *remedy) {
        assert_finds(0, verdict, words, remedy);
        assert_null(findings_at(&preparation.findings, 1));
}

static void assert_finds_nothing(void) {
        const struct finding *finding = findings_at(&preparation.findings, 0);

        if (finding)
                fail_msg("%s", finding->text);
}

static void test_all_well(NO_STATE) {
        prepare();
        assert_finds_nothing();
        assert_int_equal(preparation.machine.running.kernel.crash_bytes, 80 * MIB);
        assert_int_equal(preparation.machine.decision.path, CRASH_PATH_KDUMP);
        assert_int_equal(preparation.machine.ram_bytes, 1024 * MIB);
        assert_string_equal(preparation.kernel->release, RELEASE);
        assert_string_equal(preparation.place->target.directory, "/var/lib/pstore-fw");
        assert_int_equal(preparation.modules->count, 2);
        assert_string_equal(preparation.modules->list[1].name, "ext4");
        assert_int_equal(preparation.tools->log.file_count, 1);
        assert_true(text_starts_with(preparation.command_line, "console=ttyS0 nr_cpus=1 "));
        assert_string_equal(preparation.plan->uuid, UUID);
        assert_string_equal(preparation.plan->file_system, "ext4");
        assert_string_equal(preparation.plan->directory, "/var/lib/pstore-fw");
        assert_string_equal(preparation.plan->log_tool, "vmcore-dmesg");
        assert_string_equal(preparation.plan->image_tool, "makedumpfile");
        assert_int_equal(preparation.plan->keep, 5);
        assert_int_equal(preparation.initramfs->sizes.files, 6 * 4096);
        assert_true(preparation.initramfs->archive.size > 0);
        assert_false(preparation.initramfs->lacks_distribution);
        assert_int_equal(preparation.need.floor, FLOOR);
        assert_int_equal(preparation.need.unpacked, 6 * 4096);
        assert_int_equal(preparation.need.advice, 72 * MIB);
}

/* --- the machine and its kernel ----------------------------------------------------------------- */

static void test_no_memory_is_reserved(NO_STATE) {
        put_number(RESERVED, 0);
        prepare();
        assert_finds_only(VERDICT_CRITICAL, "no memory is reserved", "pstore-fw kdump setup");
        assert_int_equal(preparation.machine.decision.path, CRASH_PATH_NONE);
        assert_non_null(preparation.initramfs); /* so setup knows how much is needed */
        assert_int_equal(preparation.need.advice, 72 * MIB);
}

static void test_a_kernel_without_kexec(NO_STATE) {
        spoil("sys/kernel/kexec_crash_loaded");
        spoil("sys/kernel/kexec_crash_size");
        prepare();
        assert_finds_only(VERDICT_CRITICAL, "cannot load another one", ""); /* one thing after the other */
}

/* The hypervisor's kernel is what crashes, and what takes a crash kernel. */
static void test_a_dom0_of_xen(NO_STATE) {
        module_tree_put(root, "/sys/hypervisor/properties/features", "00002f05\n");
        prepare();
        assert_finds_only(VERDICT_CRITICAL, "this is Xen's dom0", "");
}

static void test_no_image_of_the_kernel(NO_STATE) {
        spoil("boot/vmlinuz-" RELEASE);
        prepare();
        assert_finds_only(VERDICT_CRITICAL, "neither /boot/vmlinuz-" RELEASE, "");
        assert_null(preparation.kernel);
        assert_null(preparation.modules);
        assert_null(preparation.initramfs);
        assert_int_equal(preparation.need.advice, 0);
        assert_non_null(preparation.place); /* what does not need it is there */
        assert_non_null(preparation.plan);
}

static void test_another_kernel(NO_STATE) {
        spoil("boot/vmlinuz-" RELEASE);
        put_kernel("/boot/other");
        strcpy(settings.kernel, "/boot/other");
        prepare();
        assert_finds_nothing();
        assert_string_equal(preparation.kernel->path, scratch_path(root, "boot/other"));
}

static void test_the_command_line(NO_STATE) {
        char line[4096];
        struct text text = TEXT_ON(line);

        spoil("proc/cmdline");
        prepare();
        assert_finds_only(VERDICT_WARNING, "/proc/cmdline: ", "");
        assert_true(text_starts_with(preparation.command_line, "nr_cpus=1 "));
        while (text.length < KDUMP_COMMAND_LINE_MAX)
                text_put(&text, "console=ttyS0,115200 ");
        scratch_put(root, "/proc/cmdline", line);
        prepare();
        assert_finds_only(VERDICT_CRITICAL, "longer than 2016 bytes: shorten 'append'", "");
        assert_int_equal(strlen(preparation.command_line), KDUMP_COMMAND_LINE_MAX - 1);
}

/* --- the place ---------------------------------------------------------------------------------- */

/* It is shown all the same: where it lies is what is wrong with it. */
static void test_a_place_that_the_crash_kernel_cannot_mount(NO_STATE) {
        scratch_put(root, "/sys/devices/virtual/block/dm-0/dm/uuid", "LVM-abc\n");
        spoil("sys/dev/block/254:1");
        module_tree_link(root, "/sys/dev/block/254:1", scratch_path(root, "sys/devices/virtual/block/dm-0"));
        assert_int_equal(rename(scratch_path(root, "dev/vda1"), scratch_path(root, "dev/dm-0")), 0);
        prepare();
        assert_finds_only(VERDICT_CRITICAL,
                          "/var/lib/pstore-fw: lies on LVM, of which the crash kernel cannot use this: "
                          "/dev/dm-0: the device mapper does not tell its table: ",
                          "");
        assert_string_equal(preparation.place->target.above, "LVM");
        assert_null(preparation.stack);
        assert_null(preparation.modules);
        assert_null(preparation.initramfs);
        assert_true(preparation.need.advice > 0); /* an estimate */
        assert_int_equal(preparation.need.unpacked, 0);
}

static void test_a_place_on_an_array(NO_STATE) {
        made_array_put(root);
        assert_int_equal(rename(scratch_path(root, "dev/vda1"), scratch_path(root, "dev/md0")), 0);
        scratch_put(root, "/proc/self/mountinfo", "23 1 9:0 / / rw - ext4 /dev/root rw\n");
        prepare();
        assert_finds_only(VERDICT_CRITICAL, "has no module md-raid1", "");
        assert_int_equal(preparation.stack->stack.device_count, 3);
        scratch_put(root, MADE_ARRAY "/md/degraded", "1\n");
        prepare();
        assert_finds_only(VERDICT_CRITICAL,
                          "lies on software RAID, of which the crash kernel cannot use this: /dev/md0: an "
                          "array that has lost a disk (degraded: 1): choose a directory elsewhere, or "
                          "initramfs = distribution",
                          "");
        assert_null(preparation.stack);
}

static void test_a_file_system_without_driver(NO_STATE) {
        scratch_put(root, "/proc/self/mountinfo", "23 1 254:1 / / rw - f2fs /dev/root rw\n");
        prepare();
        assert_finds(0, VERDICT_CRITICAL, "the file system is f2fs", "");
        assert_finds(1, VERDICT_CRITICAL, "has no module f2fs", "");
        assert_null(preparation.modules);
        assert_null(preparation.initramfs);
}

static void test_no_place(NO_STATE) {
        strcpy(settings.directory, "/var/lib/file");
        prepare();
        assert_finds_only(VERDICT_CRITICAL, "/var/lib/file: no directory", "");
        assert_null(preparation.place);
        assert_null(preparation.plan);
        assert_null(preparation.modules);
        assert_non_null(preparation.tools);
}

static void test_a_name_too_long_for_the_plan(NO_STATE) {
        size_t length;

        strcpy(settings.directory, "/var/lib/");
        length = strlen(settings.directory);
        memset(settings.directory + length, 'd', 175 - length); /* what a plan just holds */
        settings.directory[175] = '\0';
        prepare();
        assert_finds_nothing();
        strcat(settings.directory, "d");
        prepare();
        assert_finds_only(VERDICT_CRITICAL, "too long a name for the crash kernel's plan", "");
        assert_null(preparation.plan);
        assert_null(preparation.initramfs);
}

/* Estimates of one dump, of 1 GiB of memory. */
static void test_how_much_a_dump_takes(NO_STATE) {
        static const struct {
                bool image;
                unsigned level;
                const char *compression;
                uint64_t mib;
        } rows[] = {
                { true, 31, "lzo", 64 + 16 }, { true, 31, "none", 4 * (64 + 16) },
                { true, 1, "zstd", 512 },     { true, 0, "none", 1024 },
                { false, 31, "lzo", 8 },
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                settings.image = rows[i].image;
                settings.plan.dump_level = rows[i].level;
                strcpy(settings.plan.compression, rows[i].compression);
                prepare();
                assert_int_equal(preparation.place->dump_bytes, rows[i].mib * MIB);
        }
}

static void test_no_room_for_a_dump(NO_STATE) {
        scratch_put(root, "/proc/meminfo", "MemTotal:  1000000000000000 kB\n");
        prepare();
        assert_finds(0, VERDICT_CRITICAL, "MiB are free, and a dump of this machine may take 15258789", "");
        assert_non_null(preparation.initramfs);
}

/* --- the watchdog -------------------------------------------------------------------------------- */

static void put_watchdog(void) {
        module_tree_put(root, "/sys/class/watchdog/watchdog0/state", "active\n");
        module_tree_put(root, "/sys/class/watchdog/watchdog0/timeout", "10\n");
        module_tree_link(root, "/sys/class/watchdog/watchdog0/device",
                         scratch_path(root, "sys/devices/platform/dog.0"));
        module_tree_link(root, "/sys/devices/platform/dog.0/driver", "../../../bus/platform/drivers/dog_wdt");
}

static void test_a_watchdog_runs(NO_STATE) {
        put_watchdog();
        module_tree_put(root, "/sys/bus/platform/drivers/dog_wdt/bind", ""); /* built in */
        prepare();
        assert_finds_only(VERDICT_WARNING, "watchdog0 (dog_wdt) resets the machine 10 s after", "");
        assert_string_equal(preparation.plan->watchdog, "dog_wdt");
        assert_non_null(preparation.initramfs);
        settings.watchdog = KDUMP_WATCHDOG_NO;
        prepare();
        assert_finds_nothing();
        assert_string_equal(preparation.plan->watchdog, "");
}

static void test_a_watchdog_that_the_kernel_lacks(NO_STATE) {
        put_watchdog();
        module_tree_link(root, "/sys/bus/platform/drivers/dog_wdt/module", "../../../../module/dog_wdt");
        prepare();
        assert_finds(0, VERDICT_WARNING, "watchdog0 (dog_wdt) resets the machine", "");
        assert_finds(1, VERDICT_WARNING, "has no driver for dog.0", "");
        assert_int_equal(preparation.modules->count, 2);
        assert_non_null(preparation.initramfs);
}

/* --- the key ------------------------------------------------------------------------------------ */

#define KEY "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

static void test_a_key(NO_STATE) {
        char id[SEAL_ID_TEXT_SIZE];

        prepare();
        assert_false(kdump_preparation_seal_id(&preparation, id));
        assert_string_equal(preparation.plan->public_key, "");
        scratch_put(root, "/etc/key.pub", KEY "\n");
        strcpy(settings.public_key, "/etc/key.pub");
        prepare();
        assert_finds_nothing();
        assert_string_equal(preparation.plan->public_key, KEY);
        assert_true(kdump_preparation_seal_id(&preparation, id));
        assert_string_equal(id, "630dcd2966c43366");
}

/* No dump is written open that was to be sealed. */
static void test_a_key_that_cannot_be_read(NO_STATE) {
        strcpy(settings.public_key, "/etc/key.pub");
        prepare();
        assert_finds_only(VERDICT_CRITICAL, "public_key: /etc/key.pub cannot be read", "");
        assert_null(preparation.plan);
        assert_null(preparation.initramfs);
}

/* --- the collector ------------------------------------------------------------------------------ */

/* It is reached by the loopback, which here is a card. */
static void put_collector(const char *address) {
        scratch_put(root, "/etc/key.pub", KEY "\n");
        scratch_put(root, "/proc/sys/kernel/hostname", "web1\n");
        made_card_put(root, "lo");
        strcpy(settings.public_key, "/etc/key.pub");
        strcpy(settings.collector, address);
}

static void test_a_collector(NO_STATE) {
        struct fake_collector collector;

        fake_collector_start(&collector, scratch_path(root, "came"), "");
        put_collector(collector.address);
        prepare();
        fake_collector_end(&collector);
        assert_finds_nothing();
        assert_string_equal(preparation.plan->collector, collector.address);
        assert_string_equal(preparation.plan->host, "web1");
        assert_string_equal(preparation.plan->network.address, "127.0.0.1/8");
        assert_string_equal(preparation.plan->uuid, UUID);
        assert_non_null(preparation.initramfs);
}

/* Dumps go to the disk all the same. */
static void test_a_collector_that_does_not_answer(NO_STATE) {
        char address[CAPTURE_COLLECTOR_SIZE];

        fake_collector_gone(address);
        put_collector(address);
        prepare();
        assert_finds_only(VERDICT_WARNING, "Connection refused", "");
        assert_string_equal(preparation.plan->collector, address); /* it may be there when it is needed */
        module_tree_put(root, "/sys/class/net/lo/type", "772\n");
        prepare();
        assert_finds_only(VERDICT_WARNING,
                          "which is no Ethernet, and the crash kernel knows network cards only: "
                          "the log is not sent to it",
                          "");
        assert_string_equal(preparation.plan->collector, "");
        assert_non_null(preparation.initramfs);
}

static void test_a_collector_without_a_key(NO_STATE) {
        put_collector("127.0.0.1:7867");
        settings.public_key[0] = '\0';
        prepare();
        assert_finds_only(VERDICT_CRITICAL, "collector: it gets sealed logs only, and public_key is not set",
                          "");
}

/* What would keep the crash kernel from being loaded does not, where there is a collector. */
static void test_a_collector_alone(NO_STATE) {
        struct fake_collector collector;

        fake_collector_start(&collector, scratch_path(root, "came"), "");
        put_collector(collector.address);
        scratch_put(root, "/proc/self/mountinfo", "23 1 254:1 / / rw - f2fs /dev/root rw\n");
        prepare();
        fake_collector_end(&collector);
        assert_finds_only(VERDICT_WARNING, "the file system is f2fs", "");
        test_assert_contains(findings_at(&preparation.findings, 0)->text,
                             "; so the log goes to the collector alone");
        assert_false(capture_plan_has_place(preparation.plan));
        assert_string_equal(preparation.plan->image_tool, "");
        assert_non_null(preparation.initramfs);
        assert_int_equal(preparation.modules->count, 0);
}

/* --- the programs ------------------------------------------------------------------------------- */

static void test_no_program_for_the_image(NO_STATE) {
        spoil("usr/sbin/makedumpfile");
        prepare();
        assert_finds_only(VERDICT_WARNING,
                          "/usr/sbin/makedumpfile: not found: the log is saved, but no image", "");
        assert_string_equal(preparation.plan->image_tool, "");
        assert_non_null(preparation.initramfs);
}

/* One that is there must not be named in the plan either: an earlier load may have put it on the disk. */
static void test_no_image_is_wanted(NO_STATE) {
        settings.image = false;
        prepare();
        assert_finds_nothing();
        assert_string_equal(preparation.plan->image_tool, "");
        assert_string_equal(preparation.plan->log_tool, "vmcore-dmesg");
}

static void test_makedumpfile_reads_the_log(NO_STATE) {
        spoil("usr/sbin/vmcore-dmesg");
        prepare();
        assert_finds_only(VERDICT_OK, "/usr/sbin/vmcore-dmesg: cannot be used: makedumpfile reads the log",
                          "");
        assert_string_equal(preparation.plan->log_tool, "makedumpfile");
        assert_non_null(preparation.initramfs);
}

static void test_no_program_at_all(NO_STATE) {
        spoil("usr/sbin/vmcore-dmesg");
        spoil("usr/sbin/makedumpfile");
        prepare();
        assert_finds_only(VERDICT_CRITICAL, "nothing reads the log: ", "");
        assert_null(preparation.tools);
        assert_null(preparation.plan);
        assert_null(preparation.initramfs);
        assert_true(preparation.need.advice > 0);
}

static void test_pstore_fw_is_not_installed_whole(NO_STATE) {
        spoil("usr/sbin/pstore-fw-capture");
        prepare();
        assert_finds_only(VERDICT_CRITICAL, "pstore-fw-capture is not there", "");
        assert_null(preparation.initramfs);
        assert_non_null(preparation.plan);
}

/* --- memory ------------------------------------------------------------------------------------- */

static void test_too_little_memory(NO_STATE) {
        put_number(RESERVED, FLOOR - 1);
        prepare();
        assert_finds_only(VERDICT_CRITICAL,
                          "68 MiB are reserved for the crash kernel, and " RELEASE
                          " does not even start in less than 69",
                          "pstore-fw kdump setup --reserve 72M");
        put_number(RESERVED, FLOOR);
        prepare();
        assert_finds_only(VERDICT_WARNING, "68 MiB are reserved for the crash kernel; " RELEASE,
                          "pstore-fw kdump setup --reserve 72M");
        put_number(RESERVED, 72 * MIB);
        prepare();
        assert_finds_nothing();
}

/* What a dump below the same root has measured counts more than the estimate. */
static void test_what_an_earlier_dump_measured(NO_STATE) {
        scratch_put(root, "/var/lib/pstore-fw/20260101T000000Z-kdump-panic1/manifest.json",
                    "{\"dumped_by\": \"pstore-fw 1 (crash kernel " RELEASE ")\", \"memory\": "
                    "{\"free_at_start\": 40000000, \"lowest_available\": 10000000}}");
        prepare();
        assert_int_equal(preparation.need.running, preparation.kernel->own_size + 30000000);
        assert_finds_only(VERDICT_WARNING, "80 MiB are reserved", "pstore-fw kdump setup --reserve 96M");
}

/* --- the settings ------------------------------------------------------------------------------- */

/* A file with an error is refused whole; what is no error in itself shows in a phase. */
static void test_settings(NO_STATE) {
        struct reason reason;

        scratch_put(root, "/etc/pstore-fw/kdump.conf", "keep = 2\ndump_level = 32\n");
        assert_error(kdump_settings_read(scratch_path(root, "etc/pstore-fw/kdump.conf"), &settings, &reason),
                     ERR_VALUE);
        test_assert_contains(reason.text, "/etc/pstore-fw/kdump.conf: ");
        test_assert_contains(reason.text, "dump_level");
        scratch_put(root, "/etc/pstore-fw/kdump.conf", "keep = 2\ndump_level = 31\nmodules = gone\n");
        assert_ok(kdump_settings_read(scratch_path(root, "etc/pstore-fw/kdump.conf"), &settings, &reason));
        prepare();
        assert_finds_only(VERDICT_CRITICAL, "kernel " RELEASE ": has no module gone", "");
        assert_int_equal(preparation.plan->keep, 2);
        assert_null(preparation.modules);
        assert_null(preparation.initramfs);
}

/* --- the distribution's initramfs --------------------------------------------------------------- */

#define BUILDER        "/usr/sbin/mkinitramfs"
#define BUILDER_SCRIPT "/usr/share/initramfs-tools/scripts/local-bottom/pstore-fw-kdump"

static void put_builder(const char *script) {
        settings.initramfs = KDUMP_INITRAMFS_DISTRIBUTION;
        scratch_put(root, "/var/tmp/other", "");
        scratch_put(root, BUILDER_SCRIPT, "");
        scratch_put(root, BUILDER, script);
        assert_int_equal(chmod(scratch_path(root, &BUILDER[1]), 0755), 0);
}

/* Only a load builds it, and what half of it needs is not compared with what is reserved. */
static void test_the_distributions_initramfs(NO_STATE) {
        struct bytes archive;
        size_t own_size;

        put_builder("#!/bin/sh\nhead -c 16777216 /dev/zero | tr '\\0' d > \"$2\"\n");
        put_number(RESERVED, FLOOR);
        prepare();
        assert_finds_nothing();
        assert_null(preparation.modules);
        assert_true(preparation.initramfs->lacks_distribution);
        assert_int_equal(preparation.need.unpacked, 3 * 4096);
        test_assert_contains(preparation.command_line, "root=/dev/vda1 console=ttyS0 quiet noresume ");
        own_size = preparation.initramfs->archive.size;

        kdump_preparation_complete(root, &preparation);
        assert_false(preparation.initramfs->lacks_distribution);
        archive = buffer_bytes(&preparation.initramfs->archive);
        assert_int_equal(own_size % 4, 0);
        assert_int_equal(archive.size, own_size + 16 * MIB);
        assert_int_equal(bytes_u8(archive, own_size), 'd');
        assert_int_equal(preparation.need.unpacked, 3 * 4096 + 48 * MIB);
        assert_finds_only(VERDICT_WARNING, "68 MiB are reserved", "pstore-fw kdump setup --reserve 136M");

        kdump_preparation_complete(root, &preparation); /* once is enough */
        assert_int_equal(preparation.initramfs->archive.size, own_size + 16 * MIB);
}

static void test_it_cannot_be_built(NO_STATE) {
        put_builder("#!/bin/sh\necho no room >&2\nexit 1\n");
        prepare();
        assert_finds_nothing();
        kdump_preparation_complete(root, &preparation);
        assert_finds_only(VERDICT_CRITICAL, "mkinitramfs: ended with status 1: no room", "");
        assert_null(preparation.initramfs);
}

/* Half a minute for nothing. */
static void test_it_is_not_built_where_nothing_can_be_loaded(NO_STATE) {
        put_builder("#!/bin/sh\nexit 1\n");
        put_number(RESERVED, 0);
        prepare();
        kdump_preparation_complete(root, &preparation);
        assert_finds_only(VERDICT_CRITICAL, "no memory is reserved", "pstore-fw kdump setup");
        assert_true(preparation.initramfs->lacks_distribution);
}

/* It mounts the root file system and no other, which may be one without a UUID, and takes it as it is. */
static void test_the_place_is_the_root_file_system(NO_STATE) {
        put_builder("#!/bin/sh\nexit 1\n");
        scratch_put(root, "/proc/self/mountinfo", "23 1 0:40 / / rw - nfs4 server:/export rw\n");
        prepare();
        assert_finds_nothing();
        assert_string_equal(preparation.plan->uuid, "none");
        assert_string_equal(preparation.plan->directory, "/var/lib/pstore-fw");
        scratch_put(root, "/proc/self/mountinfo", "23 1 254:1 / /var rw - ext4 /dev/vda1 rw\n");
        prepare();
        assert_finds_only(VERDICT_CRITICAL, "mounts the root file system alone", "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_all_well),
                TEST(test_no_memory_is_reserved),
                TEST(test_a_kernel_without_kexec),
                TEST(test_a_dom0_of_xen),
                TEST(test_no_image_of_the_kernel),
                TEST(test_another_kernel),
                TEST(test_the_command_line),
                TEST(test_a_place_that_the_crash_kernel_cannot_mount),
                TEST(test_a_place_on_an_array),
                TEST(test_a_file_system_without_driver),
                TEST(test_no_place),
                TEST(test_a_name_too_long_for_the_plan),
                TEST(test_how_much_a_dump_takes),
                TEST(test_no_room_for_a_dump),
                TEST(test_a_watchdog_runs),
                TEST(test_a_key),
                TEST(test_a_key_that_cannot_be_read),
                TEST(test_a_collector),
                TEST(test_a_collector_that_does_not_answer),
                TEST(test_a_collector_without_a_key),
                TEST(test_a_collector_alone),
                TEST(test_a_watchdog_that_the_kernel_lacks),
                TEST(test_no_program_for_the_image),
                TEST(test_no_image_is_wanted),
                TEST(test_makedumpfile_reads_the_log),
                TEST(test_no_program_at_all),
                TEST(test_pstore_fw_is_not_installed_whole),
                TEST(test_too_little_memory),
                TEST(test_what_an_earlier_dump_measured),
                TEST(test_settings),
                TEST(test_the_distributions_initramfs),
                TEST(test_it_cannot_be_built),
                TEST(test_it_is_not_built_where_nothing_can_be_loaded),
                TEST(test_the_place_is_the_root_file_system),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
