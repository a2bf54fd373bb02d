/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

/* Gives memory `left` times, then none; and checks that the sizes it is told are true. */
struct failing {
        struct allocator allocator;
        unsigned left;
        void *block; /* the one block that is out */
        size_t size;
};

static void *failing_resize(void *context, void *block, size_t old_size, size_t new_size) {
        struct failing *failing = context;

        assert_ptr_equal(block, failing->block);
        assert_int_equal(old_size, failing->size);
        if (new_size > 0 && failing->left == 0)
                return NULL;
        failing->left -= new_size > 0;
        failing->size = new_size;
        failing->block = system_allocator.resize(NULL, block, old_size, new_size);
        return failing->block;
}

static void failing_init(struct failing *failing, unsigned left) {
        *failing = (struct failing){ .left = left };
        failing->allocator = (struct allocator){ .context = failing, .resize = failing_resize };
}

static void test_buffer_grows(NO_STATE) {
        struct failing failing;
        struct buffer buffer;

        failing_init(&failing, 20);
        buffer_init(&buffer, &failing.allocator);
        buffer_append(&buffer, bytes_of(NULL, 0));
        assert_null(buffer.data);
        for (unsigned i = 0; i < 3000; i++)
                buffer_append_format(&buffer, "%04u", i);
        buffer_append_text(&buffer, "end");
        assert_ok(buffer_error(&buffer));
        assert_int_equal(buffer.size, 3000 * 4 + 3);
        assert_uint_in_range(failing.left, 10, 19); /* by doubling: few blocks */
        assert_memory_equal(buffer.data + 2999 * 4, "2999end", 7);
        buffer_free(&buffer);
        assert_null(failing.block);
        assert_null(buffer.data);
        buffer_append_text(&buffer, "again");
        assert_int_equal(buffer.size, 5);
        buffer_free(&buffer);
}

static void test_buffer_keeps_its_first_error_and_content(NO_STATE) {
        struct failing failing;
        struct buffer buffer;
        char large[1000];

        memset(large, 'x', sizeof(large));
        failing_init(&failing, 1);
        buffer_init(&buffer, &failing.allocator);
        buffer_append_text(&buffer, "kept");
        buffer_append(&buffer, bytes_of(large, sizeof(large)));
        assert_error(buffer_error(&buffer), ERR_NO_MEMORY);
        failing.left = 5;
        buffer_append_text(&buffer, "ignored");
        buffer_append_format(&buffer, "%300d", 1);
        assert_error(buffer_error(&buffer), ERR_NO_MEMORY);
        assert_true(bytes_equal(buffer_bytes(&buffer), text_view("kept")));
        buffer_free(&buffer);
        assert_ok(buffer_error(&buffer));
        assert_null(failing.block);
}

static void test_buffer_format_is_bounded(NO_STATE) {
        struct buffer buffer;

        buffer_init(&buffer, &system_allocator);
        buffer_append_format(&buffer, "%255d", 1);
        assert_ok(buffer_error(&buffer));
        assert_int_equal(buffer.size, 255);
        buffer_append_format(&buffer, "%256d", 1);
        assert_error(buffer_error(&buffer), ERR_BUFFER_TOO_SMALL);
        buffer_free(&buffer);
}

static void test_buffer_reserve(NO_STATE) {
        struct failing failing;
        struct buffer buffer;

        failing_init(&failing, 1);
        buffer_init(&buffer, &failing.allocator);
        assert_ok(buffer_reserve(&buffer, 0));
        assert_ok(buffer_reserve(&buffer, 1000));
        assert_ok(buffer_reserve(&buffer, 1000));
        buffer_append_text(&buffer, "kept");
        assert_error(buffer_reserve(&buffer, 1001), ERR_NO_MEMORY);
        assert_ok(buffer_error(&buffer));
        assert_true(bytes_equal(buffer_bytes(&buffer), text_view("kept")));
        assert_int_equal(failing.left, 0);
        buffer_free(&buffer);
}

static void test_buffer_refuses_sizes_that_wrap(NO_STATE) {
        struct failing failing;
        struct buffer buffer;

        failing_init(&failing, 5);
        buffer_init(&buffer, &failing.allocator);
        buffer_append_text(&buffer, "x");
        buffer_append(&buffer, bytes_of("x", SIZE_MAX));
        assert_error(buffer_error(&buffer), ERR_NO_MEMORY);
        assert_int_equal(failing.left, 4);
        buffer_free(&buffer);
}

static void test_array_grows_and_keeps_its_elements(NO_STATE) {
        struct failing failing;
        void *array = NULL;
        size_t capacity = 0;
        uint32_t *numbers;

        failing_init(&failing, 6);
        for (uint32_t i = 0; i < 200; i++) {
                assert_ok(array_grow(&failing.allocator, &array, &capacity, i, sizeof(uint32_t)));
                assert_true(capacity > i);
                numbers = array;
                numbers[i] = i;
        }
        assert_int_equal(failing.left, 0); /* 8, 16, 32, 64, 128, 256 */
        for (uint32_t i = 0; i < 200; i++)
                assert_int_equal(((uint32_t *) array)[i], i);
        assert_error(array_grow(&failing.allocator, &array, &capacity, 256, sizeof(uint32_t)), ERR_NO_MEMORY);
        assert_int_equal(capacity, 256);
        assert_int_equal(((uint32_t *) array)[199], 199);
        array_free(&failing.allocator, &array, &capacity, sizeof(uint32_t));
        assert_null(array);
        assert_int_equal(capacity, 0);
        assert_null(failing.block);
        array_free(&failing.allocator, &array, &capacity, sizeof(uint32_t));
}

static void test_array_refuses_sizes_that_wrap(NO_STATE) {
        struct failing failing;
        void *array = NULL;
        size_t capacity = 0;

        failing_init(&failing, 5);
        assert_error(array_grow(&failing.allocator, &array, &capacity, 0, SIZE_MAX / 4), ERR_NO_MEMORY);
        assert_int_equal(failing.left, 5);
        assert_null(array);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_buffer_grows),
                cmocka_unit_test(test_buffer_keeps_its_first_error_and_content),
                cmocka_unit_test(test_buffer_format_is_bounded),
                cmocka_unit_test(test_buffer_reserve),
                cmocka_unit_test(test_buffer_refuses_sizes_that_wrap),
                cmocka_unit_test(test_array_grows_and_keeps_its_elements),
                cmocka_unit_test(test_array_refuses_sizes_that_wrap),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
