/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "store/places.h"

/* Another door to what this machine has, or another reader of an archive's directory. */
static bool is_same_place(const struct record_source *left, const struct record_source *right) {
        if (left == right)
                return true;
        if (!left->is_archive || !right->is_archive)
                return !left->is_archive && !right->is_archive && left->of_machine && right->of_machine;
        return left->location && right->location && text_equal(left->location, right->location);
}

/* The bits of all sources that are one place with this one. */
static uint32_t find_doors(const struct catalog *catalog, size_t index) {
        uint32_t doors = 0;

        for (size_t i = 0; i < catalog->source_count; i++)
                if (is_same_place(catalog->sources[index], catalog->sources[i]))
                        doors |= UINT32_C(1) << i;
        return doors;
}

/* `event` is NULL for a record that belongs to none. What a log does not need is not asked for. */
static size_t find_places(const struct catalog *catalog, struct record *const *records, size_t count,
                          const struct event *event, struct place ret_places[CATALOG_SOURCES_MAX]) {
        uint32_t showing = 0; /* sources that belong to no place yet */
        size_t found = 0;

        for (size_t i = 0; i < count; i++)
                showing |= catalog_row(records[i])->shown_by;
        for (size_t i = 0; i < catalog->source_count; i++) {
                struct place place = { .source = catalog->sources[i], .index = i, .complete = true };
                uint32_t doors = find_doors(catalog, i);

                if (!(showing >> i & 1))
                        continue;
                showing &= ~doors;
                for (size_t k = 0; k < count; k++)
                        if (!(catalog_row(records[k])->shown_by & doors) &&
                            !(event && event_repeats_part(event, catalog->records, event->first + k)))
                                place.complete = false;
                ret_places[found++] = place;
        }
        return found;
}

size_t places_of_event(const struct catalog *catalog, const struct event *event,
                       struct place ret_places[CATALOG_SOURCES_MAX]) {
        return find_places(catalog, &catalog->records[event->first], event->record_count, event, ret_places);
}

size_t places_of_record(const struct catalog *catalog, struct record *record,
                        struct place ret_places[CATALOG_SOURCES_MAX]) {
        return find_places(catalog, &record, 1, NULL, ret_places);
}

const char *place_name(const struct record_source *source) {
        return source->is_archive && source->location ? source->location : source->spec;
}

void places_describe(const struct catalog *catalog, const struct place *places, size_t count,
                     enum record_store store, struct text *text) {
        bool also;

        if (count == 0 || catalog->source_count < 2)
                return;
        /* What is seen of a name, such as kdump's, needs no line. */
        if (count == 1 && (!places[0].source->is_archive || places[0].source->store == store))
                return;
        also = !places[0].source->is_archive && places[0].complete;
        for (size_t i = also; i < count; i++)
                text_format(text, "%s%s%s",
                            i > also ? ", "
                            : also   ? "also in "
                                     : "in ",
                            place_name(places[i].source), places[i].complete ? "" : " (some parts)");
}
