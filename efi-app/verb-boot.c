/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "base/error.h"
#include "efi-app/boot-report.h"
#include "efi-app/boot-retention.h"
#include "efi-app/boot-settings.h"
#include "efi-app/cleared.h"
#include "efi-app/verb.h"
#include "store/canary.h"

/* Firmware's own records of hardware errors, which others may want, and a canary that waits for its proof,
 * stay. */
static bool may_go(const struct record *record) {
        struct canary canary;

        return !record_is_hardware_error(record) && canary_parse(record->text, &canary) < 0;
}

static void select_none(struct work *work) {
        for (size_t i = 0; i < work->count; i++)
                work->states[i].selected = false;
}

static size_t select_to_clear(struct work *work) {
        for (size_t i = 0; i < work->count; i++)
                work->states[i].selected = work->states[i].saved && may_go(&work->catalog->rows[i]->record);
        return work_selected_count(work);
}

static bool is_answered_with_yes(struct app *app, const struct boot_settings *settings, size_t count) {
        app->console.answer_s = settings->wait;
        return cleared_may_go(app, count);
}

/* A question is worth the wait once, when there is something new. */
static bool shall_clear(struct app *app, const struct boot_settings *settings, size_t new_count,
                        size_t count) {
        if (count == 0)
                return false;
        return settings->at_boot == AT_BOOT_DUMP_AND_CLEAR ||
               (settings->at_boot == AT_BOOT_ASK && new_count > 0 &&
                is_answered_with_yes(app, settings, count));
}

static void clear(struct session *session, struct app *app, const struct session_target *target,
                  struct boot_report *report) {
        struct clear_result result;

        if (session_check_lasting(session, target) < 0) {
                session->failed = true;
                select_none(&session->work);
                return;
        }
        (void) clear_selected(&session->work, cleared_tell_record, app, &result);
        cleared_tell_result(session, app, &result);
        boot_report_add_cleared(report, &session->work);
        session->failed |= result.failed_count + result.unverified_count > 0;
}

/* What was cleared is selected in the end, with its outcome. */
static void clear_if_wished(struct session *session, struct app *app, const struct boot_settings *settings,
                            const struct session_target *target, struct boot_report *report) {
        size_t new_count = report->numbers[BOOT_REPORT_FILES_NEW];

        if (shall_clear(app, settings, new_count, select_to_clear(&session->work)))
                clear(session, app, target, report);
        else
                select_none(&session->work);
}

static void prune(struct session *session, struct app *app, const struct boot_settings *settings,
                  struct output *output, const struct session_target *target) {
        const struct retention_limits limits = { settings->keep_events, settings->keep_bytes };
        struct dump_target files;
        int r = target->open(target->context, &files);

        if (r == 0) {
                r = boot_retention_prune(&output->esp, output->path, &files, &limits, &session->work);
                target->close(target->context);
        }
        if (r > 0)
                console_note(&app->console, "removed: %d older event%s in %s", r, text_plural((uint64_t) r),
                             target->name);
        if (r < 0)
                console_problem(&app->console, "%s: older events cannot be removed: %s", target->name,
                                error_text(r));
        session->failed |= r < 0;
}

/* The settings say it as --output does, which counts where it is given. */
static void take_output(struct app *app, const struct boot_settings *settings) {
        struct options *options = &app->options;

        if (settings->output[0] && options->given_count < OPTIONS_GIVEN_MAX &&
            !options_have(options, &option_output))
                options->given[options->given_count++] =
                        (struct given_option){ .option = &option_output, .text = settings->output };
}

/* Nothing is said of records that were dumped at an earlier boot, and no others are looked at then. */
static void save(struct session *session, struct app *app, const struct boot_settings *settings,
                 struct boot_report *report) {
        static const struct selection all = { 0 };
        struct inventory_output output;
        struct session_target target;
        struct dump_result copies;

        take_output(app, settings);
        target = inventory_target(&output, app);
        (void) session_select(session, &all); /* no id that could be unknown */
        (void) session_copy(session, &target, &copies);
        boot_report_add_copies(report, &copies);
        if (copies.file_count + copies.failed_count > 0)
                inventory_tell_saved(app, &copies);
        clear_if_wished(session, app, settings, &target, report);
        if (copies.file_count > 0 || work_selected_count(&session->work) > 0)
                prune(session, app, settings, &output.output, &target);
}

/* The file of settings is opened only where there is something to do. */
static int boot_run(const struct options *options, void *context) {
        struct app *app = context;
        struct inventory inventory;
        struct session *session = &inventory.session;
        struct boot_settings settings;
        struct boot_report report;
        int r, status;

        (void) options;
        (void) inventory_load(&inventory, app); /* of what has failed the report tells nothing */
        boot_report_gather(&inventory, &report);
        if (session->work.count > 0) {
                boot_settings_read(app, &settings);
                if (settings.at_boot != AT_BOOT_NOTHING)
                        save(session, app, &settings, &report);
        }
        r = boot_report_leave(app, &report);
        if (r < 0)
                console_problem(&app->console, "no report is left for the system: %s", error_text(r));
        status = r < 0 ? EXIT_FAILED : inventory_status(&inventory, 1);
        inventory_free(&inventory);
        return status;
}

static const struct option *const options_taken[] = { &option_output, NULL };

const struct verb verb_boot = {
        .name = "boot",
        .operands = "",
        .summary = "what to do unattended, before each boot",
        .description =
                "Dumps what has no copy yet, says nothing where there is nothing to do, and leaves\n"
                "for the system what firmware alone knows. It is the verb of SysPrep####, also\n"
                "where that has no load options. \\EFI\\pstore-fw\\pstore-fw.conf says otherwise:\n"
                "at_boot (dump, dump-and-clear, ask, nothing), output, keep_events, keep_bytes, wait.\n",
        .options = options_taken,
        .statuses = "0 done, or nothing to do, 1 failed, 2 usage",
        .run = boot_run,
};
