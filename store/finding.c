/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "store/finding.h"

#include <stdarg.h>
#include <stdbool.h>

#include "base/text.h"

static const struct {
        const char *name;
        unsigned gravity; /* the numbers of the verdicts are not in this order: the plug-ins chose them */
} verdicts[] = {
        [VERDICT_OK] = { "OK", 0 },
        [VERDICT_UNKNOWN] = { "UNKNOWN", 1 },
        [VERDICT_WARNING] = { "WARNING", 2 },
        [VERDICT_CRITICAL] = { "CRITICAL", 3 },
};

const char *verdict_name(enum verdict verdict) {
        return verdicts[verdict].name;
}

static bool is_graver(enum verdict verdict, enum verdict than) {
        return verdicts[verdict].gravity > verdicts[than].gravity;
}

void findings_init(struct findings *findings, const struct allocator *allocator) {
        *findings = (struct findings){ .allocator = allocator };
}

void findings_free(struct findings *findings) {
        array_free(findings->allocator, (void **) &findings->rows, &findings->capacity,
                   sizeof(*findings->rows));
        findings_init(findings, findings->allocator);
}

/* Of a finding that there is no memory for its verdict is kept. */
static void lose(struct findings *findings, enum verdict verdict) {
        struct text text = TEXT_ON(findings->rest.text);

        findings->lost++;
        if (is_graver(verdict, findings->rest.verdict))
                findings->rest.verdict = verdict;
        text_format(&text, "and %zu more, for which there is no memory", findings->lost);
}

void findings_add(struct findings *findings, enum verdict verdict, const char *remedy, const char *format,
                  ...) {
        struct finding *finding;
        struct text text, remedy_text;
        va_list arguments;

        /* Behind one that was lost none is added: what stands for the lost ones ends the list. */
        if (findings->lost > 0 || array_grow(findings->allocator, (void **) &findings->rows,
                                             &findings->capacity, findings->count, sizeof(*finding)) < 0) {
                lose(findings, verdict);
                return;
        }
        finding = &findings->rows[findings->count++];
        finding->verdict = verdict;
        text = TEXT_ON(finding->text);
        va_start(arguments, format);
        text_format_list(&text, format, arguments);
        va_end(arguments);
        remedy_text = TEXT_ON(finding->remedy);
        text_put(&remedy_text, remedy);
}

const struct finding *findings_at(const struct findings *findings, size_t index) {
        if (index < findings->count)
                return &findings->rows[index];
        return index == findings->count && findings->lost > 0 ? &findings->rest : NULL;
}

const struct finding *findings_first(const struct findings *findings, enum verdict verdict) {
        const struct finding *finding;

        for (size_t i = 0; (finding = findings_at(findings, i)); i++)
                if (finding->verdict == verdict)
                        return finding;
        return NULL;
}

enum verdict findings_worst(const struct findings *findings) {
        enum verdict worst = VERDICT_OK;
        const struct finding *finding;

        for (size_t i = 0; (finding = findings_at(findings, i)); i++)
                if (is_graver(finding->verdict, worst))
                        worst = finding->verdict;
        return worst;
}

/* By insertion: they are a few dozen at most. */
void findings_sort(struct findings *findings) {
        struct finding *rows = findings->rows;

        for (size_t i = 1; i < findings->count; i++) {
                const struct finding moved = rows[i];
                size_t at = i;

                for (; at > 0 && is_graver(moved.verdict, rows[at - 1].verdict); at--)
                        rows[at] = rows[at - 1];
                rows[at] = moved;
        }
}

static int print_finding(const struct finding *finding, const struct sink *sink) {
        char head[16];
        struct text text = TEXT_ON(head);
        int r;

        text_format(&text, "%-8s  ", verdict_name(finding->verdict));
        r = sink_prose(sink, head, "%s", finding->text);
        return r < 0 || !finding->remedy[0] ? r : sink_command(sink, "          mend it: ", finding->remedy);
}

int findings_print(const struct findings *findings, const struct sink *sink) {
        const struct finding *finding;
        int r = 0;

        for (size_t i = 0; (finding = findings_at(findings, i)) && r >= 0; i++)
                r = print_finding(finding, sink);
        return r;
}
