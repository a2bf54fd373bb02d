/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "crash/frame.h"
#include "base/arith.h"
#include "base/text.h"
#include "crash/find.h"

const char crash_frames_everywhere[] =
        /* reports and traps */
        "__sanitizer __asan kasan hwasan __msan kmsan kcsan_setup_watchpoint check_memory_region "
        "check_heap_object check_object read_word_at_a_time nocheck print_address_description panic "
        "invalid_op "
        "report_bug fixup_bug print_report print_usage_bug do_error _trap$ do_trap show_stack dump_stack "
        "walk_stack dump_backtrace warn_slowpath warn_alloc warn_bogus __warn print_tainted ^get_taint$ "
        "debug_object timer_is_static_object work_is_static_object __phys_addr __fortify_report "
        "program_check_exception program_check_common stack_trace_consume_entry arch_stack_walk "
        "stack_trace_save do_kernel_fault do_translation_fault do_mem_abort el1_abort el1h_64_sync "
        "assertfail ^assfail$ ^asswarn$ "
        "ref_tracker "
        /* memory */
        "alloc_page malloc zalloc calloc krealloc kmem_cache allocate_slab __alloc_frozen_pages_noprof "
        "folio_alloc folio_unlock filemap_alloc_folio __filemap_get_folio find_or_create_page "
        "do_read_cache_folio read_cache_page pagecache_get_page grab_cache_page_write_begin slab_ ^kfree$ "
        "^kvfree$ kfree_skb find_lock_entries truncate_inode_pages_range xas_start xas_load xas_find "
        /* locks and waiting */
        "lockdep bh_enable bh_disable print_unlock imbalance_bug perf_trace lock_acquire lock_release "
        "lock_class mark_lock reacquire_held_locks mark_held_locks raw_spin_rq spin_lock spin_trylock "
        "spin_unlock read_lock read_trylock write_lock write_trylock read_unlock write_unlock ^down$ "
        "down_read "
        "down_write down_trylock up_read up_write ^mutex_ ^__mutex_ ^rt_mutex_ owner_on_cpu osq_lock "
        "osq_unlock __wake_up seqprop_assert ^complete$ wait_for_completion finish_wait kthread_stop "
        "trace_hardirq trace_softirq __might_fault might_fault might_sleep __might_resched ^lock_page "
        "^unlock_page "
        /* what everything is made of */
        "atomic_dec atomic_inc atomic_read atomic_set atomic_or atomic_xor atomic_and atomic_add atomic_sub "
        "atomic_fetch atomic_xchg atomic_cmpxchg atomic_try atomic64_ set_bit clear_bit change_bit test_bit "
        "^refcount_ ^kref_ memcpy memcmp memset memchr memmove memdup strcmp strncmp strcpy strlcpy strncpy "
        "strscpy strlen strstr strnstr strnlen strchr strdup strndup copy_to_user copy_from_user "
        "^copy_user_ ^rep_movs_ ^rep_stos_ copy_to_iter "
        "copy_from_iter copy_page_to_iter copy_page_from_iter copy_folio_to_iter ^copyin$ ^copyout$ put_user "
        "get_user list_add list_del list_replace list_move list_splice ^rb_ ^__rb_ _indirect_thunk_ string "
        "pointer snprintf scnprintf kasprintf kvasprintf printk va_format dev_info dev_notice dev_warn "
        "dev_err "
        "dev_alert dev_crit dev_emerg hex_dump_to_buffer print_hex_dump readb$ readw$ readl$ readq$ writeb$ "
        "writew$ writel$ writeq$ logic_in logic_out ^crc crc_itu_t ^klist_ ida_free rhashtable_lookup "
        "extract_user_to_sg extract_iter_to_sg "
        /* what is called by those who are wrong */
        "del_timer lock_timer_base __timer_delete_sync sk_stop_timer_sync __mod_timer flush_work "
        "__cancel_work_timer cancel_work_sync try_to_grab_pending flush_workqueue drain_workqueue "
        "destroy_workqueue queue_work insert_work __queue_delayed_work queue_delayed_work_on kobject_ "
        "add_uevent_var get_device_parent device_add device_del device_unregister device_destroy "
        "device_release devres_release_all hwrng_unregister i2c_del_adapter __unregister_client "
        "device_for_each_child rollback_registered unregister_netdev sysfs_remove device_remove_file "
        "tty_unregister_device ^put_device$ dummy_urb_enqueue usb_kill_urb usb_kill_anchored_urbs "
        "usb_control_msg usb_hcd_submit_urb usb_submit_urb ^iput$ ^iput_final$ ^ihold$ drop_nlink "
        "cleanup_srcu_struct fast_dput dput";

const char crash_frames_entry[] =
        "^entry_ ^do_syscall_ ^x64_sys_call$ ^ia32_sys_call$ do_fast_syscall_ do_int80_syscall "
        "sysenter_dispatch ^el0 ^el1 ^do_el0_svc ^invoke_syscall ^syscall_handler ret_fast_syscall "
        "system_call ^ret_from ^kthread$ ^worker_thread$ ^process_one_work$ ^process_scheduled_works$ "
        "^asm_ ^exc_ ^sysvec_ ^irqentry_ ^common_interrupt ^__irq_svc$ ^__dabt_svc$ ^async_page_fault$ "
        "^page_fault$ ^do_softirq ^__do_softirq ^handle_softirqs ^irq_exit ^__irq_exit ^run_ksoftirqd "
        "^smpboot_thread_fn ^start_secondary ^secondary_startup ^cpu_startup_entry ^x86_64_start "
        "^start_kernel ^rest_init ^common_startup ^ordinary_";

static const char *const call_prefixes[] = {
        "SYSC_",   "SyS_",   "sys_",      "__x64_",    "__ia32_",      "__arm64_",    "____sys_",
        "___sys_", "__sys_", "__se_sys_", "__do_sys_", "compat_SYSC_", "compat_SyS_", "ksys_",
};

struct bytes crash_frame_plain(struct bytes function) {
        for (size_t i = 0; i < ARRAY_SIZE(call_prefixes); i++)
                if (bytes_start_with(function, text_view(call_prefixes[i])))
                        return bytes_from(function, text_length(call_prefixes[i]));
        return function;
}

static bool is_name(uint8_t c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || digit_is_decimal(c) || c == '_';
}

static bool is_blank(uint8_t c) {
        return c == ' ' || c == '\t';
}

static size_t skip_blanks(struct bytes text, size_t at) {
        while (at < text.size && is_blank(text.data[at]))
                at++;
        return at;
}

/* "0x1de3/0x4840" */
static size_t skip_offset(struct bytes text, size_t at) {
        while (at < text.size &&
               (hex_value((char) text.data[at]) >= 0 || text.data[at] == 'x' || text.data[at] == '/'))
                at++;
        return at;
}

/* "[ext4]" or "[ext4 0123456789abcdef]", with its build's id */
static void find_module(struct bytes text, size_t at, struct crash_frame *frame) {
        size_t end;

        at = skip_blanks(text, at);
        if (at >= text.size || text.data[at] != '[')
                return;
        end = ++at;
        while (end < text.size && (is_name(text.data[end]) || text.data[end] == '-'))
                end++;
        if (end == at || end >= text.size || (text.data[end] != ']' && text.data[end] != ' '))
                return;
        frame->module = bytes_from(bytes_first(text, end), at);
        end = crash_find_byte(text, end, ']');
        if (end < text.size)
                frame->text.size = (size_t) (text.data + end + 1 - frame->text.data);
}

/* KSYM_NAME_LEN: what is longer is no name of the kernel's. */
#define NAME_MAX 512

bool crash_frame_find(struct bytes text, size_t from, struct crash_frame *ret_frame) {
        size_t plus, start, end;

        while ((plus = crash_find(text, from, "+0x")) < text.size) {
                start = plus;
                while (start > from && (is_name(text.data[start - 1]) || text.data[start - 1] == '.'))
                        start--;
                end = start;
                while (end < plus && text.data[end] != '.')
                        end++;
                if (end > start && end - start < NAME_MAX) {
                        struct crash_frame frame = { .function = bytes_from(bytes_first(text, end), start) };
                        size_t behind = skip_offset(text, plus + 1);

                        frame.text = bytes_from(bytes_first(text, behind), start);
                        find_module(text, behind, &frame);
                        *ret_frame = frame;
                        return true;
                }
                from = plus + 1;
        }
        return false;
}

/* "[<ffffffff81000000>] " or "[c00000000135c19c] " */
static size_t skip_address(struct bytes text, size_t at) {
        size_t here = at + 1;

        if (at >= text.size || text.data[at] != '[')
                return at;
        if (here < text.size && text.data[here] == '<')
                here++;
        here = skip_offset(text, here);
        if (here < text.size && text.data[here] == '>')
                here++;
        return here < text.size && text.data[here] == ']' ? skip_blanks(text, here + 1) : at;
}

/* "<IRQ> ", which older kernels have before the first frame */
static size_t skip_stack_name(struct bytes text, size_t at) {
        size_t end;

        if (at >= text.size || text.data[at] != '<')
                return at;
        end = crash_find_byte(text, at, '>');
        return end < text.size ? skip_blanks(text, end + 1) : at;
}

/*
 * arm: "(foo) from [<80100a74>] (bar+0x54/0xa0)", since Linux 5.17 "foo from bar+0x54/0xa0": only the
 * caller's name comes with a place.
 */
static bool read_arm(struct bytes text, size_t at, struct crash_frame *ret_callee,
                     struct crash_frame *ret_frame) {
        static const char from[] = " from ";
        struct crash_frame callee = { .function.size = 0 }, frame;
        size_t end;

        at += at < text.size && text.data[at] == '(';
        end = at;
        while (end < text.size && (is_name(text.data[end]) || text.data[end] == '.'))
                end++;
        callee.text = bytes_from(bytes_first(text, end), at);
        callee.function = bytes_first(callee.text, crash_find_byte(callee.text, 0, '.'));
        find_module(text, end, &callee);
        end = at + callee.text.size;
        end += end < text.size && text.data[end] == ')';
        if (!crash_stands_at(text, end, from))
                return false;
        at = skip_address(text, end + sizeof(from) - 1);
        at += at < text.size && text.data[at] == '(';
        if (!crash_frame_find(text, at, &frame) || frame.text.data != text.data + at)
                return false;
        *ret_callee = callee;
        *ret_frame = frame;
        return true;
}

bool crash_frame_read(struct bytes text, struct crash_frame *ret_frame) {
        static const char unsure[] = "(unreliable)";
        struct crash_frame frame, callee;
        size_t at = skip_blanks(text, 0);

        at = skip_stack_name(text, at);
        at = skip_address(text, skip_address(text, at));
        if (bytes_end_with(text, bytes_of(unsure, sizeof(unsure) - 1)))
                return false;
        if (read_arm(text, at, &callee, ret_frame))
                return true;
        if (!crash_frame_find(text, at, &frame) || frame.text.data != text.data + at)
                return false;
        *ret_frame = frame;
        return true;
}

bool crash_frame_read_callee(struct bytes text, struct crash_frame *ret_frame) {
        struct crash_frame caller;

        return read_arm(text, skip_address(text, skip_blanks(text, 0)), ret_frame, &caller);
}

bool crash_frame_read_place(struct bytes text, struct crash_frame *ret_frame) {
        static const char *const places[] = {
                "RIP: ",    "IP: ",  "EIP: ",       "pc : ", "PC is at ",       "epc : ",
                "epc   : ", "NIP [", "Krnl PSW : ", "ERA: ", "--- interrupt: ",
        };
        size_t at = skip_blanks(text, 0);

        for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
                struct crash_frame frame = { .function.size = 0 };

                if (!crash_stands_at(text, at, places[i]))
                        continue;
                at += text_length(places[i]);
                if (crash_stands_at(text, at, "0033:") || crash_stands_at(text, at, "0023:"))
                        return false;
                (void) crash_frame_find(text, at, &frame);
                *ret_frame = frame;
                return true;
        }
        return false;
}

bool crash_frame_is_in(struct bytes function, const char *list) {
        while (*list) {
                bool first = *list == '^', last;
                const char *word = list + first;
                size_t size = 0;

                while (word[size] && word[size] != ' ')
                        size++;
                list = word + size + (word[size] == ' ');
                last = size > 0 && word[size - 1] == '$';
                size -= last;
                if (size == 0 || size > function.size)
                        continue;
                for (size_t at = 0; at + size <= function.size && (!first || at == 0); at++)
                        if (bytes_equal(bytes_of(function.data + at, size), bytes_of(word, size)) &&
                            (!last || at + size == function.size))
                                return true;
        }
        return false;
}
