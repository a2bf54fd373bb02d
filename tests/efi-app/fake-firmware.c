/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/efi-app/fake-firmware.h"

#include "tests/support/test.h"

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system);

static struct fake_firmware *now;

/* Handles, and events, are addresses that nobody else has. */
static int image_handle, volume_handle, stick_handle, console_handle, execution_break;

static EFI_DEVICE_PATH volume_path = { END_DEVICE_PATH_TYPE, END_ENTIRE_DEVICE_PATH_SUBTYPE, { 4, 0 } },
                       stick_path = { END_DEVICE_PATH_TYPE, END_ENTIRE_DEVICE_PATH_SUBTYPE, { 4, 0 } };
static EFI_BLOCK_IO_MEDIA stick_media = { .RemovableMedia = true };
static EFI_BLOCK_IO stick_block = { .Media = &stick_media };

/* Longer than anything takes: it waits for what never comes. */
#define HANGS_US (24 * 3600 * UINT64_C(1000000))

/* --- memory and time ------------------------------------------------------------------------------ */

static bool allocation_fails(void) {
        unsigned n = ++now->allocations;

        return now->fail_allocation_at &&
               (n == now->fail_allocation_at || (now->fail_all_behind && n > now->fail_allocation_at));
}

EFI_STATUS fake_firmware_allocate(size_t size, void **ret_block) {
        if (allocation_fails())
                return EFI_OUT_OF_RESOURCES;
        *ret_block = malloc(size);
        memset(*ret_block, 0xaf, size); /* as edk2 does in its debug builds */
        now->blocks++;
        return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI allocate_pool(EFI_MEMORY_TYPE type, UINTN size, void **ret_block) {
        (void) type;
        return fake_firmware_allocate(size, ret_block);
}

static EFI_STATUS EFIAPI free_pool(void *block) {
        assert_non_null(block);
        free(block);
        now->blocks--;
        return EFI_SUCCESS;
}

static void EFIAPI copy_mem(void *destination, void *source, UINTN size) {
        memmove(destination, source, size);
}

static EFI_STATUS EFIAPI stall(UINTN duration_us) {
        now->stalled_us += duration_us;
        assert_true(now->stalled_us < HANGS_US);
        fake_device_stall(&now->device, duration_us);
        return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI set_watchdog(UINTN seconds, UINT64 code, UINTN size, CHAR16 *data) {
        (void) code;
        (void) size;
        (void) data;
        now->watchdog_off = seconds == 0;
        return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI create_event(UINT32 type, EFI_TPL tpl, EFI_EVENT_NOTIFY notify, void *context,
                                      EFI_EVENT *ret_event) {
        (void) tpl;
        (void) context;
        assert_true(type == EVT_TIMER && !notify && !now->timer.made);
        if (EFI_ERROR(now->timer_status))
                return now->timer_status;
        now->timer.made = true;
        *ret_event = &now->timer;
        return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI set_timer(EFI_EVENT event, EFI_TIMER_DELAY type, UINT64 after_100ns) {
        assert_true(event == &now->timer && now->timer.made && type == TimerRelative);
        now->timer.armed = true;
        now->timer.due_us = now->stalled_us + after_100ns / 10;
        return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI signal_event(EFI_EVENT event) {
        assert_ptr_equal(event, &execution_break);
        now->break_passed_on = true;
        return EFI_SUCCESS;
}

/* An event that was seen is none any more. */
static EFI_STATUS EFIAPI check_event(EFI_EVENT event) {
        if (event == &execution_break)
                return ++now->break_asked == now->break_after ? EFI_SUCCESS : EFI_NOT_READY;
        assert_true(event == &now->timer && now->timer.made);
        if (!now->timer.armed || now->stalled_us < now->timer.due_us)
                return EFI_NOT_READY;
        now->timer.armed = false;
        return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI close_event(EFI_EVENT event) {
        assert_true(event == &now->timer && now->timer.made);
        now->timer.made = now->timer.armed = false;
        return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI get_time(EFI_TIME *time, EFI_TIME_CAPABILITIES *capabilities) {
        (void) capabilities;
        if (!EFI_ERROR(now->time_status))
                *time = now->now;
        return now->time_status;
}

static EFI_STATUS EFIAPI reset_system(EFI_RESET_TYPE type, EFI_STATUS status, UINTN size, CHAR16 *data) {
        assert_true(type == EfiResetCold && status == EFI_SUCCESS && size == 0 && !data);
        now->resets++;
        return EFI_SUCCESS;
}

/* --- protocols ------------------------------------------------------------------------------------ */

static bool is_guid(const EFI_GUID *left, EFI_GUID right) {
        return memcmp(left, &right, sizeof(right)) == 0;
}

/* A console's device path is not looked into, but for what is below it. */
static void *find_of_console(EFI_HANDLE handle, const EFI_GUID *guid) {
        if ((handle == &now->screen || handle == &now->terminal) &&
            (is_guid(guid, (EFI_GUID) EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL_GUID) ||
             is_guid(guid, (EFI_GUID) EFI_DEVICE_PATH_PROTOCOL_GUID)))
                return handle;
        if (handle == &now->terminal.line && is_guid(guid, (EFI_GUID) EFI_SERIAL_IO_PROTOCOL_GUID))
                return handle;
        return NULL;
}

static EFI_STATUS EFIAPI locate_device_path(EFI_GUID *guid, EFI_DEVICE_PATH **path, EFI_HANDLE *ret_handle) {
        assert_true(is_guid(guid, (EFI_GUID) EFI_SERIAL_IO_PROTOCOL_GUID));
        if ((void *) *path != &now->terminal || !now->terminal.line.clock_us)
                return EFI_NOT_FOUND;
        *ret_handle = &now->terminal.line;
        return EFI_SUCCESS;
}

static void *find_protocol(EFI_HANDLE handle, const EFI_GUID *guid) {
        if (handle == &image_handle && is_guid(guid, (EFI_GUID) LOADED_IMAGE_PROTOCOL))
                return &now->loaded;
        if (handle == &image_handle && is_guid(guid, (EFI_GUID) EFI_SHELL_PARAMETERS_PROTOCOL_GUID))
                return now->has_shell ? &now->parameters : NULL;
        if (handle == &volume_handle && is_guid(guid, (EFI_GUID) SIMPLE_FILE_SYSTEM_PROTOCOL))
                return &now->volume;
        if (handle == &volume_handle && is_guid(guid, (EFI_GUID) DEVICE_PATH_PROTOCOL))
                return now->device_path ? (void *) now->device_path : &volume_path;
        if (handle == &stick_handle && is_guid(guid, (EFI_GUID) SIMPLE_FILE_SYSTEM_PROTOCOL))
                return &now->stick;
        if (handle == &stick_handle && is_guid(guid, (EFI_GUID) DEVICE_PATH_PROTOCOL))
                return &stick_path;
        if (handle == &stick_handle && is_guid(guid, (EFI_GUID) BLOCK_IO_PROTOCOL))
                return &stick_block;
        if ((handle == &now->device.bridge || handle == &now->device.pci) &&
            is_guid(guid, (EFI_GUID) EFI_PCI_IO_PROTOCOL_GUID))
                return handle;
        if (handle == &console_handle && now->graphics.on_console && fake_screen_is_protocol(guid))
                return &now->graphics;
        if (handle == &now->flash && fake_flash_is_protocol(guid))
                return &now->flash;
        return find_of_console(handle, guid);
}

static EFI_STATUS EFIAPI handle_protocol(EFI_HANDLE handle, EFI_GUID *guid, void **ret_interface) {
        void *interface = find_protocol(handle, guid);

        if (!handle)
                return EFI_INVALID_PARAMETER;
        if (!interface)
                return EFI_UNSUPPORTED;
        *ret_interface = interface;
        return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI locate_protocol(EFI_GUID *guid, void *registration, void **ret_interface) {
        (void) registration;
        if (now->graphics.is_there && fake_screen_is_protocol(guid)) {
                *ret_interface = &now->graphics;
                return EFI_SUCCESS;
        }
        if (!now->has_shell || !is_guid(guid, (EFI_GUID) EFI_SHELL_PROTOCOL_GUID))
                return EFI_NOT_FOUND;
        *ret_interface = &now->shell;
        return EFI_SUCCESS;
}

static EFI_STATUS make_handles(EFI_HANDLE first, EFI_HANDLE second, UINTN *ret_count,
                               EFI_HANDLE **ret_handles) {
        EFI_STATUS status = fake_firmware_allocate(2 * sizeof(EFI_HANDLE), (void **) ret_handles);

        if (EFI_ERROR(status))
                return status;
        (*ret_handles)[0] = first;
        (*ret_handles)[1] = second;
        *ret_count = second ? 2 : 1;
        return EFI_SUCCESS;
}

/* Of edk2: MdeModulePkg/Include/Guid/ConsoleOutDevice.h. */
static const EFI_GUID console_out_device = {
        0xd3b36f2c, 0xd551, 0x11d4, { 0x9a, 0x46, 0, 0x90, 0x27, 0x3f, 0xc1, 0x4d }
};

static EFI_STATUS EFIAPI locate_handles(EFI_LOCATE_SEARCH_TYPE type, EFI_GUID *guid, void *key,
                                        UINTN *ret_count, EFI_HANDLE **ret_handles) {
        (void) key;
        assert_int_equal(type, ByProtocol);
        if (fake_flash_is_protocol(guid) && now->flash.is_there)
                return make_handles(&now->flash, NULL, ret_count, ret_handles);
        if (is_guid(guid, (EFI_GUID) SIMPLE_FILE_SYSTEM_PROTOCOL))
                return make_handles(&volume_handle, now->has_stick ? &stick_handle : NULL, ret_count,
                                    ret_handles);
        if (is_guid(guid, console_out_device) && now->output.behind[0])
                return make_handles(&now->screen, &now->terminal, ret_count, ret_handles);
        if (is_guid(guid, (EFI_GUID) EFI_PCI_IO_PROTOCOL_GUID) && now->system.NumberOfTableEntries > 0)
                return make_handles(&now->device.bridge, &now->device.pci, ret_count, ret_handles);
        return EFI_NOT_FOUND;
}

static EFI_STATUS EFIAPI shell_open(const CHAR16 *path, SHELL_FILE_HANDLE *ret_file, UINT64 mode) {
        EFI_FILE_HANDLE file = NULL;
        EFI_STATUS status = fake_volume_open_units(&now->volume, path, mode, &file);

        *ret_file = file;
        return status;
}

static const CHAR16 *EFIAPI shell_map(EFI_DEVICE_PATH **path) {
        const void *asked = *path;

        *path = NULL; /* as the shell's own does it */
        if (asked == now->device_path)
                return now->map_names;
        return asked == &stick_path    ? u"FS1:;HD1b:;BLK3:"
               : asked == &volume_path ? u"FS0:;HD0a1:;BLK1:"
                                       : NULL;
}

static const CHAR16 *EFIAPI shell_directory(const CHAR16 *map) {
        assert_null(map);
        return u"FS0:\\EFI\\pstore-fw\\";
}

/* Higher with each call, and none is the same in another machine. */
static EFI_STATUS EFIAPI next_count(UINT64 *ret_count) {
        static UINT64 count;

        *ret_count = ++count;
        return EFI_SUCCESS;
}

/* --- the machine ---------------------------------------------------------------------------------- */

EFI_HANDLE fake_firmware_volume(const struct fake_firmware *fake) {
        (void) fake;
        return &volume_handle;
}

static void install(struct fake_firmware *fake) {
        fake->boot = (EFI_BOOT_SERVICES){
                .AllocatePool = allocate_pool,
                .FreePool = free_pool,
                .CopyMem = copy_mem,
                .Stall = stall,
                .CreateEvent = create_event,
                .SetTimer = set_timer,
                .CheckEvent = check_event,
                .CloseEvent = close_event,
                .SignalEvent = signal_event,
                .SetWatchdogTimer = set_watchdog,
                .HandleProtocol = handle_protocol,
                .LocateProtocol = locate_protocol,
                .LocateHandleBuffer = locate_handles,
                .LocateDevicePath = locate_device_path,
                .GetNextMonotonicCount = next_count,
        };
        fake->runtime.GetTime = get_time;
        fake->runtime.ResetSystem = reset_system;
        fake_variables_install(&fake->runtime, &fake->variables);
        fake_flash_install(&fake->flash, &fake->boot);
        fake->shell.OpenFileByName = shell_open;
        fake->shell.ExecutionBreak = &execution_break;
        fake->shell.GetMapFromDevicePath = shell_map;
        fake->shell.GetCurDir = shell_directory;
        fake->system = (EFI_SYSTEM_TABLE){
                .Hdr.Revision = 2 << 16 | 100,
                .ConsoleOutHandle = &console_handle,
                .ConOut = &fake->output.protocol,
                .StandardErrorHandle = &console_handle,
                .StdErr = &fake->errors.protocol,
                .ConsoleInHandle = &console_handle,
                .ConIn = &fake->keys.protocol,
                .BootServices = &fake->boot,
                .RuntimeServices = &fake->runtime,
                .ConfigurationTable = fake->tables,
        };
        fake->loaded.DeviceHandle = fake_firmware_volume(fake);
        now = fake;
}

struct fake_firmware *fake_firmware_new(void) {
        struct fake_firmware *fake = calloc(1, sizeof(*fake));

        fake_console_init(&fake->output);
        fake_console_init(&fake->errors);
        fake_console_init(&fake->screen);
        fake_console_init(&fake->terminal);
        fake_keys_init(&fake->keys);
        fake_screen_init(&fake->graphics);
        fake_variables_init(&fake->variables);
        fake_volume_init(&fake->volume);
        fake_volume_init(&fake->stick);
        fake->stick.label = u"STICK";
        fake->stick.free_bytes = 63 << 20;
        fake_device_init(&fake->device);
        fake->now = (EFI_TIME){ .Year = 2024,
                                .Month = 2,
                                .Day = 29,
                                .Hour = 12,
                                .Minute = 35,
                                .Second = 19,
                                .TimeZone = EFI_UNSPECIFIED_TIMEZONE };
        install(fake);
        return fake;
}

static void forget_arguments(struct fake_firmware *fake) {
        for (size_t i = 0; i < FAKE_ARGUMENTS_MAX; i++)
                free(fake->arguments[i]);
        free(fake->loaded.LoadOptions);
        memset(fake->arguments, 0, sizeof(fake->arguments));
        fake->loaded.LoadOptions = NULL;
        fake->loaded.LoadOptionsSize = 0;
        fake->has_shell = false;
}

void fake_firmware_free(struct fake_firmware *fake) {
        forget_arguments(fake);
        if (fake->output_file)
                fake->output_file->Close(fake->output_file);
        if (fake->input_file)
                fake->input_file->Close(fake->input_file);
        fake_volume_free(&fake->volume);
        fake_screen_free(&fake->graphics);
        fake_volume_free(&fake->stick);
        free(fake);
        now = NULL;
}

void fake_firmware_add_bare_acpi(struct fake_firmware *fake) {
        fake->tables[0] = (EFI_CONFIGURATION_TABLE){ fake_vendor_other, NULL };
        fake->tables[1] = (EFI_CONFIGURATION_TABLE){ ACPI_20_TABLE_GUID,
                                                     (void *) (uintptr_t) fake_device_rsdp(&fake->device) };
        fake->system.NumberOfTableEntries = 2;
        fake_device_remove_table(&fake->device);
}

void fake_firmware_add_device(struct fake_firmware *fake) {
        fake_firmware_add_bare_acpi(fake);
        fake_device_init(&fake->device);
}

/* --- command lines -------------------------------------------------------------------------------- */

void fake_firmware_say_bytes(struct fake_firmware *fake, const void *options, size_t size) {
        forget_arguments(fake);
        if (!options)
                return;
        fake->loaded.LoadOptions = malloc(size);
        memcpy(fake->loaded.LoadOptions, options, size);
        fake->loaded.LoadOptionsSize = (UINT32) size;
}

void fake_firmware_say(struct fake_firmware *fake, const CHAR16 *options) {
        fake_firmware_say_bytes(fake, options,
                                options ? (fake_units_length(options) + 1) * sizeof(*options) : 0);
}

static EFI_STATUS EFIAPI screen_has_no_info(EFI_FILE_HANDLE this, EFI_GUID *type, UINTN *size, void *buffer) {
        (void) this;
        (void) type;
        (void) size;
        (void) buffer;
        return EFI_UNSUPPORTED;
}

static CHAR16 *copy_units(const CHAR16 *units) {
        size_t size = (fake_units_length(units) + 1) * sizeof(*units);

        return memcpy(malloc(size), units, size);
}

void fake_firmware_type(struct fake_firmware *fake, const CHAR16 *const *words) {
        static EFI_FILE_PROTOCOL screen = { .GetInfo = screen_has_no_info };
        UINTN count = 0;

        forget_arguments(fake);
        fake->arguments[count++] = copy_units(u"FS0:\\EFI\\pstore-fw\\pstore-fwx64.efi");
        for (; *words; words++) {
                assert_true(count < FAKE_ARGUMENTS_MAX);
                fake->arguments[count++] = copy_units(*words);
        }
        fake->has_shell = true;
        fake->parameters = (EFI_SHELL_PARAMETERS_PROTOCOL){
                .Argv = fake->arguments,
                .Argc = count,
                .StdOut = &screen,
        };
}

static void redirect(struct fake_firmware *fake, const char *path, EFI_FILE_HANDLE *file) {
        if (*file) {
                (*file)->Flush(*file);
                (*file)->Close(*file);
        }
        *file = fake_volume_open(&fake->volume, path);
}

void fake_firmware_redirect(struct fake_firmware *fake) {
        fake_volume_put_text(&fake->volume, "output.txt", "");
        redirect(fake, "output.txt", &fake->output_file);
        fake->parameters.StdOut = fake->output_file;
}

void fake_firmware_split(struct fake_firmware *fake) {
        fake_console_add_line(&fake->terminal, &fake->stalled_us);
        fake->output.behind[0] = &fake->screen;
        fake->output.behind[1] = &fake->terminal;
}

void fake_firmware_redirect_input(struct fake_firmware *fake, const char *path) {
        redirect(fake, path, &fake->input_file);
        fake->parameters.StdIn = fake->input_file;
}

int fake_firmware_run(struct fake_firmware *fake) {
        int handles = fake->volume.open_handles, status;

        fake_console_forget(&fake->output);
        fake_console_forget(&fake->errors);
        fake->allocations = 0;
        fake->watchdog_off = false;
        status = (int) efi_main(&image_handle, &fake->system);
        assert_int_equal(fake->blocks, 0);
        assert_false(fake->timer.made);
        assert_int_equal(fake->volume.open_handles, handles);
        assert_int_equal(fake->volume.unflushed, 0);
        assert_true(fake->watchdog_off);
        return status;
}

struct app fake_firmware_app(struct fake_firmware *fake) {
        struct app app = {
                .image = &image_handle,
                .system = &fake->system,
                .boot = &fake->boot,
                .runtime = &fake->runtime,
                .allocator = system_allocator,
        };

        console_init(&app.console, &fake->system, false);
        return app;
}
