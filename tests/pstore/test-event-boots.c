/* SPDX-License-Identifier: BSD-2-Clause-Patent */

/*
 * Machines that boot, crash and boot again, at random: their stores are filled as each generation of kernels
 * fills them, lose records, get copies of others, and are shuffled. No event may mix two crashes, and none
 * falls to pieces but where a piece is out of reach.
 */
#include "tests/support/test.h"

#include "pstore/event.h"
#include "pstore/variable-name.h"

#define RECORDS_MAX 1024
#define PARTS_MAX   120
#define TEXT_SIZE   128
#define SECOND_US   UINT64_C(1000000)

/* What was truly written: made[] are the records, crash[] of which crash each is, in the order of writing. */
static struct record made[RECORDS_MAX];
static char texts[RECORDS_MAX][TEXT_SIZE];
static unsigned crash[RECORDS_MAX];
static bool lost[RECORDS_MAX];
static size_t made_count;

static struct record *order[RECORDS_MAX];
static struct event events[RECORDS_MAX];
static size_t event_count;

struct machine {
        struct test_random random;
        bool erst;
        enum variable_name_generation generation;
        bool has_log_times;
        unsigned overwritten;
        unsigned crash_number;

        uint64_t clock_us; /* the wall's */
        uint64_t up_us;    /* since boot */
        uint64_t next_id;  /* ERST; 0 before a boot's first record */
        uint32_t dumps;    /* since boot */
};

static uint64_t below(struct machine *machine, uint64_t bound) {
        return test_random_next(&machine->random) % bound;
}

static void pass(struct machine *machine, uint64_t us) {
        machine->clock_us += us;
        machine->up_us += us;
}

/* --- what a kernel does ------------------------------------------------------------------------- */

/* cper_next_record_id() */
static uint64_t next_erst_id(struct machine *machine) {
        uint64_t seconds = machine->clock_us / SECOND_US;

        if (machine->next_id == 0)
                machine->next_id = seconds < 0x80000000 ? seconds << 32 : UINT64_C(1) << 63 | seconds << 24;
        return ++machine->next_id;
}

static void name_record(struct machine *machine, uint32_t part, bool packed, char *name, size_t size) {
        const struct variable_name variable = {
                .generation = machine->generation,
                .part = part,
                .count = machine->dumps,
                .seconds = machine->clock_us / SECOND_US,
                .compression = packed ? VARIABLE_COMPRESSION_YES : VARIABLE_COMPRESSION_NO,
        };
        struct text text = text_on(name, size);

        if (machine->erst)
                snprintf(name, size, "%016llx", (unsigned long long) next_erst_id(machine));
        else
                variable_name_format(&variable, &text);
}

/* The first generation erases what has the same type and part, each store what has the same name. */
static bool is_replaced(const struct machine *machine, const struct record *old, const char *name,
                        uint32_t part) {
        return strcmp(old->name, name) == 0 ||
               (!machine->erst && machine->generation == VARIABLE_NAME_TIME && old->header.part == part);
}

static struct record *store(struct machine *machine, const char *name, const char *text) {
        struct record *record = &made[made_count];

        assert_uint_in_range(made_count, 0, RECORDS_MAX - 1);
        snprintf(texts[made_count], TEXT_SIZE, "%s", text);
        assert_ok(record_init(record, machine->erst ? RECORD_STORE_ERST : RECORD_STORE_EFI, text_view(name)));
        record_describe(record, RECORD_TYPE_DMESG, machine->clock_us / SECOND_US);
        record_set_text(record, text_view(texts[made_count]), "text");
        assert_true(record_is_part(record));
        for (size_t i = 0; i < made_count; i++)
                if (!lost[i] && is_replaced(machine, &made[i], name, record->header.part)) {
                        lost[i] = true;
                        machine->overwritten++;
                }
        crash[made_count] = machine->crash_number;
        lost[made_count] = false;
        made_count++;
        return record;
}

/* Two lines, the second of a processor whose clock is behind; the older the higher the part. */
static void print_text(struct machine *machine, const char *why, uint32_t part, uint64_t crash_us,
                       char text[TEXT_SIZE]) {
        uint64_t age = UINT64_C(40000) * (part - 1), us = crash_us > age ? crash_us - age : 0;
        uint64_t behind = below(machine, 8) ? 0 : below(machine, 560000),
                 back = us > behind ? us - behind : 0;

        if (machine->has_log_times)
                snprintf(text, TEXT_SIZE, "%s#%u Part%u\n<6>[%5llu.%06llu] a\n<6>[%5llu.%06llu] b\n", why,
                         machine->dumps, part, (unsigned long long) (us / SECOND_US),
                         (unsigned long long) (us % SECOND_US), (unsigned long long) (back / SECOND_US),
                         (unsigned long long) (back % SECOND_US));
        else
                snprintf(text, TEXT_SIZE, "%s#%u Part%u\n%llu\n", why, machine->dumps, part,
                         (unsigned long long) below(machine, UINT32_MAX));
}

static void dump(struct machine *machine, const char *why, uint32_t parts, uint64_t slowest_us) {
        uint64_t crash_us = machine->up_us;

        machine->dumps++;
        machine->crash_number++;
        for (uint32_t part = 1; part <= parts; part++) {
                char name[RECORD_NAME_SIZE], text[TEXT_SIZE];

                print_text(machine, why, part, crash_us, text);
                name_record(machine, part, below(machine, 4) > 0, name, sizeof(name));
                store(machine, name, text);
                pass(machine, 1000 + below(machine, slowest_us));
        }
}

static uint32_t some_parts(struct machine *machine) {
        return (uint32_t) (1 + below(machine, below(machine, 40) ? 16 : PARTS_MAX));
}

static void boot(struct machine *machine, uint64_t slowest_us) {
        unsigned oopses = (unsigned) below(machine, 3);

        machine->dumps = 0;
        machine->next_id = 0;
        machine->up_us = 0;
        pass(machine, 200000 + below(machine, below(machine, 2) ? 3 * SECOND_US : 3000 * SECOND_US));
        while (oopses-- > 0) {
                dump(machine, "Oops", some_parts(machine), slowest_us);
                pass(machine,
                     below(machine, 2) ? below(machine, SECOND_US) : below(machine, 900 * SECOND_US));
                machine->clock_us += below(machine, 4) ? 0 : below(machine, 7200 * SECOND_US); /* NTP */
        }
        dump(machine, "Panic", some_parts(machine), slowest_us);
}

static struct machine machine_new(unsigned seed) {
        static const uint64_t starts[] = { 0, 1709210119, 0x7ffffff0, 0x80000000, 0xfffffff0 };
        struct machine machine = { .random = { seed } };

        memset(made, 0, sizeof(made));
        made_count = 0;
        machine.erst = below(&machine, 3) == 0;
        machine.generation = (enum variable_name_generation)(VARIABLE_NAME_TIME + below(&machine, 3));
        machine.has_log_times = below(&machine, 4) > 0;
        machine.clock_us =
                starts[below(&machine, ARRAY_SIZE(starts))] * SECOND_US + below(&machine, SECOND_US);
        return machine;
}

/* --- what happens to records -------------------------------------------------------------------- */

static void lose_some(struct machine *machine) {
        unsigned one_in = (unsigned) (1 + below(machine, 6));

        for (size_t i = 0; i < made_count; i++)
                if (below(machine, one_in) == 0)
                        lost[i] = true;
}

/* A record once more, whole or only its beginning, under another name. */
static void copy(struct machine *machine, size_t index) {
        const struct record *record = &made[index];
        char name[RECORD_NAME_SIZE], text[TEXT_SIZE];
        size_t length = strlen(record->name);

        snprintf(name, sizeof(name), "%s", record->name);
        if (machine->erst)
                snprintf(name, sizeof(name), "%016llx", strtoull(record->name, NULL, 16) + 0x1000);
        else if (name[length - 1] == 'C')
                name[length - 1] = 'D';
        else
                return;
        for (size_t i = 0; i < made_count; i++)
                if (strcmp(made[i].name, name) == 0)
                        return;
        snprintf(text, sizeof(text), "%.*s", (int) (record->text.size - below(machine, 3)),
                 (const char *) record->text.data);
        machine->clock_us = record->seconds * SECOND_US;
        machine->crash_number = crash[index];
        store(machine, name, text);
}

static void copy_some(struct machine *machine) {
        size_t copies = below(machine, 4);

        for (size_t i = 0; i < copies && made_count < RECORDS_MAX; i++) {
                size_t index = below(machine, made_count);

                if (!lost[index])
                        copy(machine, index);
        }
}

static size_t shuffle(struct machine *machine) {
        size_t count = 0;

        for (size_t i = 0; i < made_count; i++)
                if (!lost[i]) {
                        size_t at = below(machine, ++count);

                        order[count - 1] = order[at];
                        order[at] = &made[i];
                }
        return count;
}

/* --- what has to come out ----------------------------------------------------------------------- */

static unsigned crash_of(const struct record *record) {
        return crash[record - made];
}

static void assert_pure(const struct machine *machine, unsigned seed) {
        (void) machine;
        for (size_t i = 0; i < event_count; i++)
                for (size_t k = 1; k < events[i].record_count; k++)
                        if (crash_of(order[events[i].first + k]) != crash_of(order[events[i].first]))
                                fail_msg("seed %u: %s and %s are of two crashes", seed,
                                         order[events[i].first + k]->name, order[events[i].first]->name);
}

/* How many pieces there may be: one for each crash, and one for each wait that is too long. */
static size_t pieces_allowed(const struct machine *machine) {
        uint64_t reach = machine->erst ? EVENT_GAP_SECONDS : EVENT_GAP_UNPROVEN_SECONDS;
        const struct record *previous = NULL;
        size_t pieces = 0;

        for (size_t i = 0; i < made_count; i++) {
                if (lost[i])
                        continue;
                if (!previous || crash_of(previous) != crash[i] ||
                    made[i].seconds > previous->seconds + reach)
                        pieces++;
                previous = &made[i];
        }
        return pieces;
}

static void test_crashes_are_events(NO_STATE) {
        for (unsigned seed = 1; seed <= 4000; seed++) {
                struct machine machine = machine_new(seed);
                unsigned boots = (unsigned) (1 + below(&machine, 4));
                size_t count, allowed;

                while (boots-- > 0) {
                        boot(&machine, below(&machine, 8) ? 230000 : 2 * SECOND_US);
                        machine.clock_us +=
                                (EVENT_GAP_UNPROVEN_SECONDS + 1) * SECOND_US +
                                below(&machine, below(&machine, 2) ? 4 * SECOND_US : 90000 * SECOND_US);
                }
                if (below(&machine, 2))
                        lose_some(&machine);
                allowed = pieces_allowed(&machine);
                copy_some(&machine);
                count = shuffle(&machine);
                event_count = event_join(order, count, events);
                assert_pure(&machine, seed);
                if (event_count > allowed)
                        fail_msg("seed %u: %zu events, where there are %zu", seed, event_count, allowed);
        }
}

/*
 * The clock of each boot starts where the one before crashed, or earlier. As long as nothing is lost, nothing
 * is mixed, though it may be split.
 */
static void test_a_clock_that_is_set_back(NO_STATE) {
        unsigned whole = 0;

        for (unsigned seed = 1; seed <= 4000; seed++) {
                struct machine machine = machine_new(seed);
                unsigned boots = (unsigned) (2 + below(&machine, 3));
                uint64_t start = machine.clock_us + 100 * SECOND_US;

                while (boots-- > 0) {
                        machine.clock_us = start + below(&machine, 3 * SECOND_US);
                        machine.dumps = 0;
                        machine.next_id = 0;
                        machine.up_us = below(&machine, 30 * SECOND_US);
                        dump(&machine, "Panic", some_parts(&machine), SECOND_US);
                }
                if (machine.overwritten > 0)
                        continue;
                event_count = event_join(order, shuffle(&machine), events);
                assert_pure(&machine, seed);
                whole++;
        }
        assert_uint_in_range(whole, 400, 4000);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_crashes_are_events),
                cmocka_unit_test(test_a_clock_that_is_set_back),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
