/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux-tool/output/json-finding.h"

#include "linux-tool/output/json.h"

struct json_object *json_from_findings(const struct findings *findings) {
        struct json_object *array = json_object_new_array();
        const struct finding *finding;

        for (size_t i = 0; (finding = findings_at(findings, i)); i++) {
                struct json_object *object = json_object_new_object();

                json_add_string(object, "verdict", verdict_name(finding->verdict));
                json_add_string(object, "text", finding->text);
                json_add_string(object, "remedy", finding->remedy[0] ? finding->remedy : NULL);
                json_object_array_add(array, object);
        }
        return array;
}
