/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include "linux/route.h"

/* The only network that every machine has. */
static void test_route(NO_STATE) {
        struct route route;

        assert_error(route_find("localhost", &route), ERR_INVALID_ARGUMENT);
        assert_error(route_find("::1", &route), ERR_INVALID_ARGUMENT);
        if (route_find("127.0.0.1", &route) == ERR_NOT_FOUND)
                skip();
        assert_string_equal(route.interface, "lo");
        assert_string_equal(route.source, "127.0.0.1");
        assert_string_equal(route.gateway, "");
        assert_int_equal(route.prefix, 8);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_route),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
