/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux-tool/output/json-preparation.h"

#include "linux-tool/output/json.h"

struct json_object *json_from_crash_memory(const struct kdump_preparation *preparation) {
        struct json_object *object = json_object_new_object(), *needed = NULL;
        const struct memory_need *need = &preparation->need;

        if (preparation->kernel) {
                needed = json_object_new_object();
                json_add_number(needed, "kernel", need->kernel);
                json_add_number(needed, "starting", need->starting);
                json_add_number(needed, "loading", need->loading);
                json_add_number(needed, "unpacked", need->unpacked);
                json_add_number(needed, "running", need->running);
                json_add_number(needed, "ram", need->ram);
                json_add_number(needed, "margin", need->margin);
                json_add_number(needed, "floor", need->floor);
                json_add_number(needed, "advice", need->advice);
                /* Without one that is whole the numbers are an estimate. */
                json_add_bool(needed, "with_initramfs",
                              preparation->initramfs && !preparation->initramfs->lacks_distribution);
        }
        json_add_number(object, "reserved", preparation->machine.running.kernel.crash_bytes);
        json_add(object, "needed", needed);
        return object;
}

struct json_object *json_from_unpacking(const struct kdump_preparation *preparation) {
        const struct kdump_unpacking *unpacking = &preparation->unpacking;
        struct json_object *object;

        if (!preparation->kernel)
                return NULL;
        object = json_object_new_object();
        json_add_bool(object, "beforehand", unpacking->is_wanted);
        json_add_string(object, "why_not", unpacking->why_not.text[0] ? unpacking->why_not.text : NULL);
        return object;
}

struct json_object *json_from_crash_target(const struct kdump_place *place) {
        const struct kdump_target *target;
        struct json_object *object;

        if (!place)
                return NULL;
        target = &place->target;
        object = json_object_new_object();
        json_add_string(object, "directory", target->directory);
        json_add_string(object, "device", target->device);
        json_add_string(object, "file_system", target->file_system);
        json_add_string(object, "uuid", target->uuid[0] ? target->uuid : NULL);
        json_add_string(object, "mount_options", target->mount_options);
        json_add_string(object, "path", target->path);
        json_add_string(object, "above", target->above[0] ? target->above : NULL);
        json_add_number(object, "free_bytes", target->free_bytes);
        json_add_number(object, "dump_bytes", place->dump_bytes);
        return object;
}

struct json_object *json_from_collector(const struct kdump_collector *collector) {
        struct json_object *object;

        if (!collector->address[0])
                return NULL;
        object = json_object_new_object();
        json_add_string(object, "address", collector->address);
        json_add_string(object, "interface", collector->card);
        json_add_string(object, "host", collector->host);
        return object;
}
