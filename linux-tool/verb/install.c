/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/error.h"
#include "linux-tool/output/json.h"
#include "linux-tool/output/message.h"
#include "linux-tool/verb/install-options.h"
#include "linux-tool/verb/verbs.h"
#include "linux/application.h"
#include "linux/boot-entry.h"
#include "linux/boot-report.h"
#include "linux/efivarfs.h"
#include "linux/program.h"
#include "linux/secure-boot.h"
#include "linux/shim.h"
#include "posix/file.h"
#include "posix/memory.h"
#include "store/draft.h"

const struct option option_esp = {
        .name = "esp",
        .argument = "DIR",
        .help = "where the ESP is mounted, if not as bootctl finds it",
        .wanted = "is no directory",
};
static const struct option option_image = {
        .name = "image",
        .argument = "FILE",
        .help = "the application, if not the one beside this program",
        .wanted = "is no file",
};
static const struct option option_boot_entry = { "boot-entry", 0, NULL,
                                                 "a boot option, last in their order, and no SysPrep" };
static const struct option option_boot_next = { "boot-next", 0, NULL,
                                                "the next boot starts it, once, and no SysPrep" };
static const struct option option_key = {
        .name = "key",
        .argument = "FILE",
        .help = "sign it with this private key (PEM), by sbsign",
        .wanted = "is no file",
};
static const struct option option_cert = {
        .name = "cert",
        .argument = "FILE",
        .help = "the key's certificate (PEM)",
        .wanted = "is no file",
};
static const struct option option_shim = { "shim", 0, NULL, "start it through the distribution's shim" };
static const struct option option_force = { "force", 0, NULL,
                                            "install it though the firmware would refuse it" };

struct installation {
        const struct options *options;
        struct esp_place esp;
        const char *name;
        unsigned machine;
        char source[PATH_MAX]; /* of the image */
        struct buffer content;
        struct pe_image image;
        char shim[SHIM_PATH_SIZE], shim_file[PATH_MAX];
        struct secure_boot secure_boot;
        struct source_space space;
        struct boot_entry entry;
        char entry_name[BOOT_ENTRY_NAME_SIZE];
        bool file_changed, entry_changed;
};

static int tell(int error, const struct reason *reason) {
        if (error < 0)
                message_error("install: %s", reason->text);
        return error;
}

/* --- the image ------------------------------------------------------------------------------------ */

static int read_image(const char *path, struct buffer *content, unsigned machine, struct pe_image *ret_image,
                      struct reason *ret_reason) {
        struct fault fault;
        int r = file_read_at(AT_FDCWD, path, APPLICATION_LIMIT, content);

        if (r < 0)
                return reason_set(ret_reason, r, "%s: %s", path, error_text(r));
        r = pe_image_parse(buffer_bytes(content), ret_image, &fault);
        if (r < 0)
                return reason_set(ret_reason, r, "%s: offset %zu: %s: %s", path, fault.offset, fault.field,
                                  fault.reason);
        if (ret_image->machine != machine)
                return reason_set(ret_reason, ERR_VALUE, "%s: is for another processor than this firmware's",
                                  path);
        return 0;
}

static int find_image(struct installation *installation, struct reason *ret_reason) {
        const char *named = options_text(installation->options, &option_image);

        if (!named)
                return program_find_part("", installation->name, installation->source, ret_reason);
        if (snprintf(installation->source, PATH_MAX, "%s", named) < PATH_MAX)
                return 0;
        return reason_set(ret_reason, ERR_TOO_LARGE, "--image: the name is too long");
}

static int call_sbsign(const struct installation *installation, const char *output,
                       struct reason *ret_reason) {
        _cleanup_buffer_ struct buffer said;
        struct bytes why;
        char program[PATH_MAX];
        const char *const command[] = { program,
                                        "--key",
                                        options_text(installation->options, &option_key),
                                        "--cert",
                                        options_text(installation->options, &option_cert),
                                        "--output",
                                        output,
                                        installation->source,
                                        NULL };
        int r;

        buffer_init(&said, &system_allocator);
        if (!program_find("sbsign", program))
                return reason_set(ret_reason, ERR_NOT_FOUND,
                                  "sbsign is not there; Debian has it in sbsigntool, Fedora and Arch in "
                                  "sbsigntools");
        r = program_read(command, 64 * 1024, &said);
        if (r == 0)
                return 0;
        why = program_first_line(&said);
        why = why.size > 0 ? why : text_view(error_text(r));
        return reason_set(ret_reason, r, "sbsign: %.*s", (int) why.size, (const char *) why.data);
}

/* In place of the image as it was, by way of a directory that nobody else looks into. */
static int sign(struct installation *installation, struct reason *ret_reason) {
        char directory[] = "/tmp/pstore-fw-XXXXXX", output[sizeof(directory) + 16];
        int r;

        if (!mkdtemp(directory))
                return reason_set(ret_reason, ERR_IO, "/tmp: no directory can be made there");
        snprintf(output, sizeof(output), "%s/signed.efi", directory);
        r = call_sbsign(installation, output, ret_reason);
        if (r == 0) {
                buffer_free(&installation->content);
                r = read_image(output, &installation->content, installation->machine, &installation->image,
                               ret_reason);
        }
        (void) unlink(output);
        (void) rmdir(directory);
        return r;
}

static int prepare_image(struct installation *installation, struct reason *ret_reason) {
        int r = find_image(installation, ret_reason);

        if (r == 0)
                r = read_image(installation->source, &installation->content, installation->machine,
                               &installation->image, ret_reason);
        if (r == 0 && options_have(installation->options, &option_key))
                r = sign(installation, ret_reason);
        return r;
}

/* --- whether it would be started ------------------------------------------------------------------ */

static int read_shim(const struct installation *installation, struct buffer *content,
                     struct pe_image *ret_image, struct reason *ret_reason) {
        return read_image(installation->shim_file, content, installation->machine, ret_image, ret_reason);
}

static int check_shim(struct installation *installation, struct reason *ret_reason) {
        _cleanup_buffer_ struct buffer content;
        struct pe_image shim;
        int r;

        buffer_init(&content, &system_allocator);
        r = read_shim(installation, &content, &shim, ret_reason);
        if (r < 0)
                return r;
        if (!secure_boot_starts(&installation->secure_boot, &shim))
                return reason_set(ret_reason, ERR_PERMISSION,
                                  "Secure Boot is on, and no key that the firmware trusts has signed %s",
                                  installation->shim_file);
        if (!secure_boot_shim_starts(&installation->secure_boot, &installation->image))
                return reason_set(
                        ret_reason, ERR_PERMISSION,
                        "shim would refuse the application: no key that is enrolled has signed it. "
                        "With --key and --cert it is signed; a key is enrolled by 'openssl x509 -in "
                        "CERT -outform DER -out MOK.der', 'mokutil --import MOK.der', and at the next "
                        "boot MokManager, which asks for the password; then install again");
        return 0;
}

static int check_trust(struct installation *installation, struct reason *ret_reason) {
        int r = secure_boot_read(&installation->secure_boot);

        if (r < 0)
                return reason_set(ret_reason, r, "Secure Boot: %s", error_text(r));
        if (installation->entry.shim)
                return check_shim(installation, ret_reason);
        if (secure_boot_starts(&installation->secure_boot, &installation->image))
                return 0;
        return reason_set(
                ret_reason, ERR_PERMISSION,
                "Secure Boot is on, and the firmware would refuse the application: no key of its db "
                "has signed it. --key and --cert sign it; --shim starts it through shim, which trusts "
                "the owner's keys as well; --force installs it all the same");
}

/* --- room ----------------------------------------------------------------------------------------- */

/* Of the store of variables: what the kernel tells, else what the application saw at this boot. */
static void read_space(struct source_space *ret_space) {
        struct source_space space = variable_space_unknown;
        struct boot_report boot;

        (void) efivarfs_read_space(efivarfs_directory(), &space);
        if (!space.known && boot_report_find("", &boot) == 0 &&
            boot_report_knows(&boot, BOOT_REPORT_VARIABLES_REMAINING)) {
                space.known = true;
                space.remaining = boot.numbers[BOOT_REPORT_VARIABLES_REMAINING];
        }
        if (!space.known)
                message_note("how much room EFI variables have is not known: the firmware will say");
        *ret_space = space;
}

/* --- all of it ------------------------------------------------------------------------------------ */

static int prepare_entry(struct installation *installation, struct reason *ret_reason) {
        const struct options *options = installation->options;
        bool is_boot = options_have(options, &option_boot_entry) || options_have(options, &option_boot_next);

        installation->entry = (struct boot_entry){
                .esp = &installation->esp,
                .kind = is_boot ? BOOT_ENTRY_BOOT : BOOT_ENTRY_SYSPREP,
                .application = installation->name,
                .in_order = !is_boot || options_have(options, &option_boot_entry),
                .next = options_have(options, &option_boot_next),
        };
        if (!options_have(options, &option_shim))
                return 0;
        installation->entry.shim = installation->shim;
        return shim_find("", installation->esp.directory, installation->name, installation->shim,
                         installation->shim_file, ret_reason);
}

/* All that can be refused is refused here, before anything is written. */
static int prepare(struct installation *installation, struct reason *ret_reason) {
        int r;

        r = application_choose("", &installation->name, &installation->machine, ret_reason);
        if (r == 0)
                r = esp_choose("", options_text(installation->options, &option_esp), &installation->esp,
                               ret_reason);
        if (r == 0)
                r = prepare_entry(installation, ret_reason);
        if (r == 0)
                r = prepare_image(installation, ret_reason);
        if (r < 0)
                return r;
        r = check_trust(installation, ret_reason);
        if (r == ERR_PERMISSION && options_have(installation->options, &option_force)) {
                message_note("%s", ret_reason->text);
                r = 0;
        }
        if (r < 0)
                return r;
        read_space(&installation->space);
        return boot_entry_check_room(&installation->entry, &installation->space, ret_reason);
}

/* The file before what starts it. */
static int install(struct installation *installation, struct reason *ret_reason) {
        int r = application_put(installation->esp.directory, installation->name,
                                buffer_bytes(&installation->content), &installation->file_changed,
                                ret_reason);

        if (r == 0)
                r = boot_entry_put(&installation->entry, &installation->space, installation->entry_name,
                                   &installation->entry_changed, ret_reason);
        return r;
}

static const char *describe_start(const struct boot_entry *entry) {
        if (entry->kind == BOOT_ENTRY_SYSPREP)
                return "starts it before each boot";
        if (entry->next && entry->in_order)
                return "is the last boot option, and starts at the next boot";
        return entry->next ? "starts at the next boot, once" : "is the last boot option";
}

static int report(const struct installation *installation, struct output *output) {
        const struct boot_entry *entry = &installation->entry;
        struct json_object *report;
        char file[PATH_MAX + sizeof(APPLICATION_DIRECTORY) + NAME_MAX];

        snprintf(file, sizeof(file), "%s" APPLICATION_DIRECTORY "/%s", installation->esp.directory,
                 installation->name);
        if (options_have(installation->options, &option_json)) {
                report = json_report_new("install");
                json_add_string(report, "file", file);
                json_add_bool(report, "file_changed", installation->file_changed);
                json_add_string(report, "entry", installation->entry_name);
                json_add_bool(report, "entry_changed", installation->entry_changed);
                json_add_string(report, "shim", entry->shim);
                json_add_bool(report, "secure_boot", installation->secure_boot.is_on);
                return json_report_print(report, output);
        }
        sink_format(&output->sink, "%s: %s\n", file,
                    installation->file_changed ? "written and compared" : "is there already");
        return sink_format(&output->sink, "%s: %s%s%s%s\n", installation->entry_name, describe_start(entry),
                           entry->shim ? ", through " : "", entry->shim ? entry->shim : "",
                           installation->entry_changed ? "" : "; as it was");
}

static int install_run(const struct options *options, void *context) {
        struct installation *installation;
        struct reason reason;
        int r;

        if (options_have(options, &option_key) != options_have(options, &option_cert)) {
                message_error("install: --key and --cert go together");
                return EXIT_USAGE;
        }
        installation = calloc(1, sizeof(*installation));
        if (!installation) {
                message_failure("install", ERR_NO_MEMORY);
                return EXIT_FAILED;
        }
        installation->options = options;
        buffer_init(&installation->content, &system_allocator);
        r = tell(prepare(installation, &reason), &reason);
        if (r == 0 && installation->esp.others[0])
                message_note("left as they are: %s, which are EFI system partitions, too",
                             installation->esp.others);
        if (r == 0)
                r = tell(install(installation, &reason), &reason);
        if (r == 0)
                r = report(installation, context);
        secure_boot_free(&installation->secure_boot);
        buffer_free(&installation->content);
        free(installation);
        return r < 0 ? EXIT_FAILED : EXIT_DONE;
}

static const struct option *const options_taken[] = {
        &option_esp,       &option_image, &option_boot_entry,
        &option_boot_next, &option_key,   &option_cert,
        &option_shim,      &option_force, NULL,
};

const struct verb verb_install = {
        .name = "install",
        .operands = "",
        .summary = "put the application on the ESP; firmware starts it at each boot",
        .description = "Writes it to \\EFI\\pstore-fw of the EFI system partition, compares, and makes\n"
                       "an entry SysPrep####, by which firmware starts it before each boot: it saves\n"
                       "what has no copy. Run again it brings both up to date; 'uninstall' takes them\n"
                       "away.\n"
                       "With Secure Boot on, what the firmware would refuse is not installed.\n",
        .options = options_taken,
        .run = install_run,
};
