/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "crash/kind.h"
#include "base/arith.h"
#include "base/text.h"
#include "crash/find.h"

const char crash_stall_anchors[] =
        "process_one_work do_syscall_ do_fast_syscall_ sysenter_dispatch tracesys_phase2 el0_svc_handler "
        "invoke_syscall ret_fast_syscall netif_receive_skb do_softirq call_timer_fn _run_timers "
        "run_timer_softirq hrtimer_run run_ksoftirqd smpboot_thread_fn ^kthread$ start_secondary "
        "cpu_startup_entry ret_from_fork vfs_write vfs_read vfs_iter_read vfs_iter_write do_iter_read "
        "do_iter_write call_read_iter call_write_iter new_sync_read new_sync_write vfs_ioctl ksys_ioctl "
        "compat_ioctl compat_sys_ioctl blkdev_driver_ioctl blkdev_ioctl do_iter_readv_writev ^call_mmap "
        "mmap_region do_mmap do_dentry_open vfs_open ^sock_sendmsg ^sock_recvmsg ^sock_release "
        "^__sock_release ^setsockopt$ kernel_setsockopt sock_common_setsockopt ^listen$ kernel_listen "
        "sk_common_release ^sock_mmap ^accept$ kernel_accept ^sock_do_ioctl ^sock_ioctl ^compat_sock_ioctl "
        "^nfnetlink_rcv_msg ^rtnetlink_rcv_msg ^netlink_dump ^socketpair ^connect ^ioctl ^sys_socketpair "
        "^sys_connect ^sys_ioctl __do_fault do_page_fault ^page_fault$ __fput task_work_run exit_to_usermode "
        "smp_call_function tasklet_action tasklet_hi_action";

const char crash_hang_left_out[] =
        "sched _lock _slowlock down rwsem completion kthread wait synchronize context_switch __switch_to "
        "cancel_delayed_work rcu_barrier";

#define OBJECT_USERS "debug_ rcu hrtimer_ timer_ work_ percpu_ vunmap vfree __free_ kobject_"
#define SLAB_CALLS                                                                                           \
        "check_bytes check_slab check_pad _debug_processing object_err slab_err print_trailer on_freelist"
#define USB_CALLS "usb_submit_urb usb_start_wait_urb usb_bulk_msg usb_interrupt_msg usb_control_msg"
/* Generic code, in which what somebody did not initialise is seen. */
#define UNINITIALISED                                                                                        \
        "alloc_skb netlink_ack netlink_rcv_skb _encrypt$ ^crypto_ ^cipher_ ^drbg_ ^rng_ " USB_CALLS
#define TAG_FAULT "kernel_fault tag_check mem_abort ^el1_ ^el1h_"
#define PAGE_CALLS                                                                                           \
        "free_page put_page get_page update_page release_page free_unref ^folio ^_folio ^__folio "           \
        "truncate_inode_pages page_frag_free alloc vmap page_owner bad_page free_pcp free_one_page "         \
        "free_tail check_new prep_new rmqueue"
#define LEAK_CALLS   "kmemleak mmap kmem slab alloc create_object idr_get list_lru_init pcpu_create"

#define PAGE_FAULT   "BUG: unable to handle page fault"
#define NULL_POINTER "BUG: kernel NULL pointer dereference"
#define PANIC        "Kernel panic - not syncing: "

enum {
        TOP = CRASH_CHOICE_TOP,
        STALL = CRASH_CHOICE_STALL,
        HANG = CRASH_CHOICE_HANG,
        TRACE = CRASH_TRACE_ONLY,
        IRQ = CRASH_BEHIND_IRQ,
        LINE = CRASH_IN_LINE,
        LOCK = CRASH_AT_LOCK,
        BARE = CRASH_NO_FUNCTION,
        ACCESS = CRASH_TAKES_ACCESS,
        REST = CRASH_TAKES_REST,
        TAIL = CRASH_TAKES_TAIL,
        JOINS = CRASH_JOINS,
        WARNS = CRASH_WARNS,
        STOPS = CRASH_IS_PANIC,
};

#define KIND(phrase, also, name, title, left_out, choice, flags)                                             \
        { phrase "\0" also "\0" name "\0" title "\0" left_out, choice, flags }

/* By the first letter; of several rows with one phrase the first that fits. How a phrase may begin is in
 * begins_phrase(), too. */
static const struct crash_kind kinds[] = {
        KIND("Alignment trap: ", "", "oops", "alignment trap", "", TOP, 0),
        KIND("BUG: KASAN: ", "double-free", "KASAN", "KASAN: invalid-free", "kfree vunmap vfree", TOP, LINE),
        KIND("BUG: KASAN: ", "invalid-free", "KASAN", "KASAN: invalid-free", "kfree vunmap vfree", TOP, LINE),
        KIND("BUG: KASAN: ", "", "KASAN", "KASAN: *", TAG_FAULT, TOP, LINE | ACCESS),
        KIND("BUG: KMSAN: ", "", "KMSAN", "KMSAN: *", UNINITIALISED, TOP, LINE),
        KIND("BUG: KFENCE: ", "", "KFENCE", "KFENCE: *", "", TOP, LINE),
        KIND("BUG: KCSAN: ", "", "KCSAN", "KCSAN: *", "", TOP, LINE | WARNS),
        KIND("BUG: unable to handle kernel NULL pointer", "", "NULL pointer", NULL_POINTER, "", TOP, 0),
        KIND("BUG: kernel NULL pointer", "", "NULL pointer", NULL_POINTER, "", TOP, 0),
        KIND("BUG: Kernel NULL pointer", "", "NULL pointer", NULL_POINTER, "", TOP, 0),
        KIND("BUG: unable to handle ", "", "page fault", PAGE_FAULT, "", TOP, 0),
        KIND("BUG: Unable to handle ", "", "page fault", PAGE_FAULT, "", TOP, 0),
        KIND("BUG: soft lockup", "", "soft lockup", "soft lockup", "", STALL, 0),
        KIND("BUG: spinlock ", "", "lock bug", "BUG: spinlock *", "spin_ _lock _unlock", TOP, TRACE),
        KIND("BUG: rwlock ", "", "lock bug", "BUG: rwlock *", "spin_ _lock _unlock", TOP, TRACE),
        KIND("BUG: scheduling while atomic", "", "atomic", "BUG: scheduling while atomic", "schedule", TOP,
             TRACE | WARNS),
        KIND("BUG: sleeping function called from invalid context", "", "atomic",
             "BUG: sleeping function called from invalid context", "", TOP, TRACE | WARNS),
        KIND("BUG: using ", " in preemptible", "atomic", "BUG: using * in preemptible code",
             "preempt debug_ processor_id this_cpu", TOP, TRACE | WARNS),
        KIND("BUG: workqueue leaked lock or atomic", "", "atomic", "BUG: workqueue leaked lock or atomic", "",
             TOP, TRACE | WARNS),
        KIND("BUG: workqueue lockup", "", "workqueue lockup", "BUG: workqueue lockup", "", TOP, BARE | WARNS),
        KIND("BUG: lock held when returning to user space", "", "locking",
             "BUG: lock held when returning to user space", "", TOP, LOCK | WARNS),
        KIND("BUG: bad unlock balance", "", "locking", "BUG: bad unlock balance", "", TOP, LOCK | WARNS),
        KIND("BUG: held lock freed", "", "locking", "BUG: held lock freed", "", TOP, LOCK | WARNS),
        KIND("BUG: Invalid wait context", "", "locking", "BUG: invalid wait context",
             "lock_sock release_sock", TOP, TRACE | WARNS),
        KIND("BUG: Bad page map", "", "bad page", "BUG: bad page map", "", TOP, BARE),
        KIND("BUG: Bad page ", "", "bad page", "BUG: bad page state", PAGE_CALLS, TOP,
             TRACE | CRASH_PAGE_OWNER),
        KIND("BUG: Bad rss-counter state", "", "bad page", "BUG: bad rss-counter state", "", TOP,
             BARE | WARNS),
        KIND("BUG: non-zero ", " on freeing mm", "bad page", "BUG: non-zero page tables on freeing mm", "",
             TOP, BARE | WARNS),
        KIND("BUG: Dentry ", "still in use", "dentry", "BUG: dentry still in use", "", TOP, BARE | WARNS),
        KIND("BUG: memory leak", "", "memory leak", "memory leak", LEAK_CALLS, TOP,
             TRACE | CRASH_LEAK | WARNS),
        KIND("BUG: ", "stack guard page was hit", "stack overflow", "BUG: stack guard page was hit", "",
             STALL, 0),
        KIND("BUG: ", "still has locks held", "locking", "BUG: still has locks held", "", TOP, LOCK | WARNS),
        KIND("BUG ", "): ", "slab", "BUG: slab object is damaged", SLAB_CALLS, TOP, TRACE),
        KIND("CFI failure at ", "", "oops", "CFI failure", "", TOP, LINE),
        KIND("INFO: rcu", "detected", "RCU stall", "RCU stall", "apic_timer_interrupt rcu", STALL,
             IRQ | WARNS),
        KIND("INFO: task ", "can't die for more than", "hung task", "task that cannot die", "schedule", TOP,
             TRACE | WARNS),
        KIND("INFO: trying to register non-static key", "", "locking",
             "INFO: trying to register non-static key", "stack lock IRQ", TOP, TRACE | WARNS),
        KIND("INFO: possible circular locking", "", "deadlock", "possible deadlock", "", TOP, LOCK | WARNS),
        KIND("INFO: possible recursive locking", "", "deadlock", "possible deadlock", "", TOP, LOCK | WARNS),
        KIND("INFO: possible irq lock inversion", "", "deadlock", "possible deadlock", "", TOP, LOCK | WARNS),
        KIND("INFO: inconsistent lock state", "", "deadlock", "inconsistent lock state", "", TOP,
             TRACE | WARNS),
        KIND("INFO: suspicious RCU usage", "", "RCU usage", "suspicious RCU usage", "rcu kmem slab", TOP,
             TRACE | WARNS),
        KIND("Internal error: ", "[#", "oops", "internal error: *", "", TOP, JOINS),
        KIND(PANIC "stack-protector: ", "", "stack overflow", "kernel panic: stack is corrupted", "stack_chk",
             TOP, LINE | STOPS),
        KIND(PANIC "corrupted stack end", "", "stack overflow", "kernel panic: corrupted stack end",
             "schedule retint_kernel", STALL, TRACE | STOPS),
        KIND(PANIC "kernel stack overflow", "", "stack overflow", "kernel stack overflow", "bad_stack", STALL,
             TRACE | STOPS),
        KIND(PANIC "Kernel stack overflow", "", "stack overflow", "kernel stack overflow", "bad_stack", STALL,
             TRACE | STOPS),
        KIND(PANIC "Attempted to kill init!", "", "panic", "kernel panic: Attempted to kill init!", "", TOP,
             BARE | TRACE | STOPS),
        KIND(PANIC, "", "panic", "kernel panic: *", "", TOP, BARE | TRACE | STOPS | REST),
        KIND("Kernel BUG ", "", "BUG", "kernel BUG", "^skb_", TOP, 0),
        KIND("Machine Check: ", " Bank ", "machine check", "machine check: bank *", "", TOP,
             BARE | TAIL | WARNS),
        KIND("Machine Check Exception: ", " Bank ", "machine check", "machine check: bank *", "", TOP,
             BARE | TAIL),
        KIND("Missing ENDBR: ", "", "oops", "missing ENDBR", "", TOP, 0),
        KIND("Oops", "[#", "oops", "oops", "", TOP, JOINS),
        KIND("PANIC: early exception", "", "oops", "early exception", "", TOP, 0),
        KIND("PANIC: double fault", "", "double fault", "double fault", "", TOP, 0),
        KIND("UBSAN: Undefined behaviour", "", "UBSAN", "UBSAN: undefined-behaviour", "ubsan overflow", TOP,
             TRACE | WARNS),
        KIND("UBSAN: ", " in ", "UBSAN", "UBSAN: *", "ubsan overflow", TOP, TRACE | WARNS),
        KIND("UBSAN: ", " at ", "UBSAN", "UBSAN: *", "", TOP, LINE | WARNS),
        KIND("Unable to handle kernel NULL pointer", "", "NULL pointer", NULL_POINTER, "", TOP, 0),
        KIND("Unable to handle kernel ", "", "page fault", PAGE_FAULT, "", TOP, 0),
        KIND("Unhandled fault: ", "", "page fault", "unhandled fault", "", TOP, 0),
        KIND("WARNING: ", "lib/debugobjects.c:", "WARNING", "WARNING: ODEBUG bug", OBJECT_USERS, TOP, WARNS),
        KIND("WARNING: ", "mm/usercopy.c:", "usercopy", "WARNING: bad usercopy", "usercopy __check", TOP,
             WARNS),
        KIND("WARNING: ", "lib/kobject.c:", "WARNING", "WARNING: kobject bug", "kobject_", TOP, WARNS),
        KIND("WARNING: ", "fs/proc/generic.c:", "WARNING", "WARNING: proc registration bug", "proc_", TOP,
             WARNS),
        KIND("WARNING: ", "lib/list_debug.c:", "list", "WARNING: corrupted list", "", TOP, WARNS),
        KIND("WARNING: ", "lib/refcount.c:", "refcount", "WARNING: refcount bug", "refcount kobject_", TOP,
             WARNS),
        KIND("WARNING: ", "kernel/locking/lockdep.c:", "locking", "WARNING: locking bug",
             "lock_sock release_sock", TOP, WARNS),
        KIND("WARNING: lock held when returning to user space", "", "locking",
             "WARNING: lock held when returning to user space", "", TOP, LOCK | WARNS),
        KIND("WARNING: possible circular locking", "", "deadlock", "possible deadlock",
             "process_one_work flush_workqueue drain_workqueue destroy_workqueue", TOP, LOCK | WARNS),
        KIND("WARNING: possible recursive locking", "", "deadlock", "possible deadlock", "", TOP,
             LOCK | WARNS),
        KIND("WARNING: possible irq lock inversion", "", "deadlock", "possible deadlock", "", TOP,
             LOCK | WARNS),
        KIND("WARNING: ", "-unsafe lock order detected", "deadlock", "possible deadlock", "", TOP,
             TRACE | CRASH_LOCK_ORDER | WARNS),
        KIND("WARNING: inconsistent lock state", "", "deadlock", "inconsistent lock state", "", TOP,
             TRACE | WARNS),
        KIND("WARNING: suspicious RCU usage", "", "RCU usage", "suspicious RCU usage", "rcu kmem slab", TOP,
             TRACE | WARNS),
        KIND("WARNING: bad unlock balance", "", "locking", "WARNING: bad unlock balance", "", TOP,
             LOCK | WARNS),
        KIND("WARNING: held lock freed", "", "locking", "WARNING: held lock freed", "", TOP, LOCK | WARNS),
        KIND("WARNING: Nested lock was not taken", "", "locking", "WARNING: nested lock was not taken", "",
             TOP, WARNS),
        KIND("WARNING: ", "still has locks held", "locking", "WARNING: still has locks held", "", TOP,
             LOCK | WARNS),
        KIND("WARNING: kernel stack ", "has bad", "stack", "WARNING: kernel stack has a bad value", "", TOP,
             BARE | WARNS),
        KIND("WARNING: ", "mm/vmalloc.c:", "WARNING", "WARNING: zero-size vmalloc", "", TOP, WARNS),
        KIND("WARNING: ", " usb_submit_urb", "WARNING", "WARNING", USB_CALLS, TOP, WARNS),
        KIND("WARNING: CPU: ", "", "WARNING", "WARNING", "", TOP, WARNS),
        KIND("WARNING: at ", "", "WARNING", "WARNING", "", TOP, WARNS),
        KIND("WARNING: ", ", CPU#", "WARNING", "WARNING", "", TOP, WARNS),
        KIND("alignment check: ", "[#", "oops", "alignment check", "", TOP, 0),
        /* its task may be called anything, and so be on the line before */
        KIND("blocked for more than ", " seconds", "hung task", "hung task", "", HANG, TRACE | WARNS),
        KIND("control protection: ", "[#", "oops", "control protection", "", TOP, 0),
        KIND("divide error: ", "", "divide error", "divide error", "", TOP, 0),
        KIND("divide_error: ", "", "divide error", "divide error", "", TOP, 0),
        KIND("detected hard LOCKUP ", "", "hard lockup", "hard lockup", "", STALL, 0),
        KIND("general protection fault: ", "", "general protection fault", "general protection fault", "",
             TOP, 0),
        KIND("general protection fault, ", "", "general protection fault", "general protection fault", "",
             TOP, 0),
        KIND("ilc:", "[#", "oops", "program check", "", TOP, JOINS), /* s390 */
        KIND("int3: ", "[#", "oops", "int3", "", TOP, 0),
        KIND("invalid opcode: ", "", "oops", "invalid opcode", "", TOP, JOINS),
        KIND("invalid TSS: ", "[#", "oops", "invalid TSS", "", TOP, 0),
        KIND("kernel BUG at ", "mm/usercopy.c:", "usercopy", "BUG: bad usercopy", "usercopy __check", TOP,
             TRACE),
        KIND("kernel BUG at ", "lib/list_debug.c:", "list", "BUG: corrupted list", "", TOP, TRACE),
        KIND("kernel BUG at ", "", "BUG", "kernel BUG", "^skb_", TOP, 0),
        KIND("rust_kernel: panicked", "", "BUG", "Rust panic", "rust_begin_unwind", TOP, TRACE),
        KIND("segment not present: ", "[#", "oops", "segment not present", "", TOP, 0),
        KIND("stack segment: ", "", "stack segment", "stack segment fault", "", TOP, 0),
        KIND("unregister_netdevice: waiting for ", " to become free", "netdevice",
             "unregister_netdevice: waiting for a device to become free", "", TOP, BARE | WARNS),
};

/* What stands behind so many NULs. */
static const char *words_behind(const struct crash_kind *kind, unsigned count) {
        const char *words = kind->phrase;

        for (; count > 0; count--)
                words += text_length(words) + 1;
        return words;
}

const char *crash_kind_also(const struct crash_kind *kind) {
        return words_behind(kind, 1);
}

const char *crash_kind_name(const struct crash_kind *kind) {
        return words_behind(kind, 2);
}

const char *crash_kind_title(const struct crash_kind *kind) {
        return words_behind(kind, 3);
}

const char *crash_kind_left_out(const struct crash_kind *kind) {
        return words_behind(kind, 4);
}

/* So near behind a phrase is what belongs to it, and so often is it looked for in a line. */
#define ALSO_WITHIN 256
#define LOOKS_MAX   8

/* The first row whose phrase begins with this letter, or one behind it. */
static size_t first_row(uint8_t letter) {
        size_t first = 0, end = ARRAY_SIZE(kinds);

        while (first < end) {
                size_t middle = first + (end - first) / 2;

                if ((uint8_t) kinds[middle].phrase[0] < letter)
                        first = middle + 1;
                else
                        end = middle;
        }
        return first;
}

static const struct crash_kind *kind_at(struct bytes text, size_t at, unsigned *looks) {
        struct bytes near = bytes_first(text, at + ALSO_WITHIN);
        bool looked = false;

        for (size_t i = first_row(text.data[at]);
             i < ARRAY_SIZE(kinds) && kinds[i].phrase[0] == (char) text.data[at]; i++) {
                const struct crash_kind *kind = &kinds[i];
                const char *also;

                if (!crash_stands_at(text, at, kind->phrase))
                        continue;
                also = crash_kind_also(kind);
                if (!*also || crash_find(near, at, also) < near.size)
                        return kind;
                looked = true;
        }
        *looks += looked;
        return NULL;
}

/* Whether a phrase may begin with these two letters, however written: most bytes of a log begin none, and
 * cost no more than this. */
static bool begins_phrase(uint8_t first, uint8_t second) {
#define LETTER(c) (31 & (c)) /* of 64..127, in which all letters are */
#define BIT(c)    (UINT32_C(1) << LETTER(c))
        static const uint32_t seconds[32] = {
                [LETTER('a')] = BIT('l'),
                [LETTER('b')] = BIT('l') | BIT('u'),
                [LETTER('c')] = BIT('f') | BIT('o'),
                [LETTER('d')] = BIT('e') | BIT('i'),
                [LETTER('g')] = BIT('e'),
                [LETTER('i')] = BIT('l') | BIT('n'),
                [LETTER('k')] = BIT('e'),
                [LETTER('m')] = BIT('a') | BIT('i'),
                [LETTER('o')] = BIT('o'),
                [LETTER('p')] = BIT('a'),
                [LETTER('r')] = BIT('u'),
                [LETTER('s')] = BIT('e') | BIT('t'),
                [LETTER('u')] = BIT('b') | BIT('n'),
                [LETTER('w')] = BIT('a'),
        };

        return first >= 64 && first < 128 && second >= 64 && second < 128 &&
               seconds[LETTER(first)] & BIT(second);
}

const struct crash_kind *crash_kind_find(struct bytes text, size_t *ret_at) {
        const struct crash_kind *joining = NULL;
        unsigned looks = 0;

        for (size_t at = 0; at + 1 < text.size && looks < LOOKS_MAX; at++) {
                const struct crash_kind *kind = NULL;

                if (begins_phrase(text.data[at], text.data[at + 1]))
                        kind = kind_at(text, at, &looks);
                if (!kind || (joining && kind->flags & CRASH_JOINS))
                        continue;
                *ret_at = at;
                if (!(kind->flags & CRASH_JOINS))
                        return kind;
                joining = kind; /* "Oops: general protection fault" is the latter */
        }
        return joining;
}
