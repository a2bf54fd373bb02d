/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "crash/kind.h"
#include "base/arith.h"
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

/* Of several rows with one phrase the first that fits. How a phrase may begin is in begins_phrase(), too. */
static const struct crash_kind kinds[] = {
        /* clang-format off */
        { "Alignment trap: ", NULL, "oops", "alignment trap", NULL, TOP, 0 },
        { "BUG: KASAN: ", "double-free", "KASAN", "KASAN: invalid-free", "kfree vunmap vfree", TOP, LINE },
        { "BUG: KASAN: ", "invalid-free", "KASAN", "KASAN: invalid-free", "kfree vunmap vfree", TOP, LINE },
        { "BUG: KASAN: ", NULL, "KASAN", "KASAN: *", TAG_FAULT, TOP, LINE | ACCESS },
        { "BUG: KMSAN: ", NULL, "KMSAN", "KMSAN: *", UNINITIALISED, TOP, LINE },
        { "BUG: KFENCE: ", NULL, "KFENCE", "KFENCE: *", NULL, TOP, LINE },
        { "BUG: KCSAN: ", NULL, "KCSAN", "KCSAN: *", NULL, TOP, LINE | WARNS },
        { "BUG: unable to handle kernel NULL pointer", NULL, "NULL pointer", NULL_POINTER, NULL, TOP, 0 },
        { "BUG: kernel NULL pointer", NULL, "NULL pointer", NULL_POINTER, NULL, TOP, 0 },
        { "BUG: Kernel NULL pointer", NULL, "NULL pointer", NULL_POINTER, NULL, TOP, 0 },
        { "BUG: unable to handle ", NULL, "page fault", PAGE_FAULT, NULL, TOP, 0 },
        { "BUG: Unable to handle ", NULL, "page fault", PAGE_FAULT, NULL, TOP, 0 },
        { "BUG: soft lockup", NULL, "soft lockup", "soft lockup", NULL, STALL, 0 },
        { "BUG: spinlock ", NULL, "lock bug", "BUG: spinlock *", "spin_ _lock _unlock", TOP, TRACE },
        { "BUG: rwlock ", NULL, "lock bug", "BUG: rwlock *", "spin_ _lock _unlock", TOP, TRACE },
        { "BUG: scheduling while atomic", NULL, "atomic", "BUG: scheduling while atomic", "schedule", TOP,
          TRACE | WARNS },
        { "BUG: sleeping function called from invalid context", NULL, "atomic",
          "BUG: sleeping function called from invalid context", NULL, TOP, TRACE | WARNS },
        { "BUG: using ", " in preemptible", "atomic", "BUG: using * in preemptible code",
          "preempt debug_ processor_id this_cpu", TOP, TRACE | WARNS },
        { "BUG: workqueue leaked lock or atomic", NULL, "atomic", "BUG: workqueue leaked lock or atomic", NULL,
          TOP, TRACE | WARNS },
        { "BUG: workqueue lockup", NULL, "workqueue lockup", "BUG: workqueue lockup", NULL, TOP, BARE | WARNS },
        { "BUG: lock held when returning to user space", NULL, "locking",
          "BUG: lock held when returning to user space", NULL, TOP, LOCK | WARNS },
        { "BUG: bad unlock balance", NULL, "locking", "BUG: bad unlock balance", NULL, TOP, LOCK | WARNS },
        { "BUG: held lock freed", NULL, "locking", "BUG: held lock freed", NULL, TOP, LOCK | WARNS },
        { "BUG: Invalid wait context", NULL, "locking", "BUG: invalid wait context", "lock_sock release_sock",
          TOP, TRACE | WARNS },
        { "BUG: Bad page map", NULL, "bad page", "BUG: bad page map", NULL, TOP, BARE },
        { "BUG: Bad page ", NULL, "bad page", "BUG: bad page state", PAGE_CALLS, TOP,
          TRACE | CRASH_PAGE_OWNER },
        { "BUG: Bad rss-counter state", NULL, "bad page", "BUG: bad rss-counter state", NULL, TOP,
          BARE | WARNS },
        { "BUG: non-zero ", " on freeing mm", "bad page", "BUG: non-zero page tables on freeing mm", NULL, TOP,
          BARE | WARNS },
        { "BUG: Dentry ", "still in use", "dentry", "BUG: dentry still in use", NULL, TOP, BARE | WARNS },
        { "BUG: memory leak", NULL, "memory leak", "memory leak", LEAK_CALLS, TOP,
          TRACE | CRASH_LEAK | WARNS },
        { "BUG: ", "stack guard page was hit", "stack overflow", "BUG: stack guard page was hit", NULL, STALL,
          0 },
        { "BUG: ", "still has locks held", "locking", "BUG: still has locks held", NULL, TOP, LOCK | WARNS },
        { "BUG ", "): ", "slab", "BUG: slab object is damaged", SLAB_CALLS, TOP, TRACE },
        { "CFI failure at ", NULL, "oops", "CFI failure", NULL, TOP, LINE },
        { "INFO: rcu", "detected", "RCU stall", "RCU stall", "apic_timer_interrupt rcu", STALL, IRQ | WARNS },
        { "INFO: task ", "can't die for more than", "hung task", "task that cannot die", "schedule", TOP,
          TRACE | WARNS },
        { "INFO: trying to register non-static key", NULL, "locking",
          "INFO: trying to register non-static key", "stack lock IRQ", TOP, TRACE | WARNS },
        { "INFO: possible circular locking", NULL, "deadlock", "possible deadlock", NULL, TOP, LOCK | WARNS },
        { "INFO: possible recursive locking", NULL, "deadlock", "possible deadlock", NULL, TOP, LOCK | WARNS },
        { "INFO: possible irq lock inversion", NULL, "deadlock", "possible deadlock", NULL, TOP,
          LOCK | WARNS },
        { "INFO: inconsistent lock state", NULL, "deadlock", "inconsistent lock state", NULL, TOP,
          TRACE | WARNS },
        { "INFO: suspicious RCU usage", NULL, "RCU usage", "suspicious RCU usage", "rcu kmem slab", TOP,
          TRACE | WARNS },
        { "Internal error: ", "[#", "oops", "internal error: *", NULL, TOP, JOINS },
        { PANIC "stack-protector: ", NULL, "stack overflow", "kernel panic: stack is corrupted", "stack_chk",
          TOP, LINE | STOPS },
        { PANIC "corrupted stack end", NULL, "stack overflow", "kernel panic: corrupted stack end",
          "schedule retint_kernel", STALL, TRACE | STOPS },
        { PANIC "kernel stack overflow", NULL, "stack overflow", "kernel stack overflow", "bad_stack", STALL,
          TRACE | STOPS },
        { PANIC "Kernel stack overflow", NULL, "stack overflow", "kernel stack overflow", "bad_stack", STALL,
          TRACE | STOPS },
        { PANIC "Attempted to kill init!", NULL, "panic", "kernel panic: Attempted to kill init!", NULL, TOP,
          BARE | TRACE | STOPS },
        { PANIC, NULL, "panic", "kernel panic: *", NULL, TOP, BARE | TRACE | STOPS | REST },
        { "Kernel BUG ", NULL, "BUG", "kernel BUG", "^skb_", TOP, 0 },
        { "WARNING: ", "lib/debugobjects.c:", "WARNING", "WARNING: ODEBUG bug", OBJECT_USERS, TOP, WARNS },
        { "WARNING: ", "mm/usercopy.c:", "usercopy", "WARNING: bad usercopy", "usercopy __check", TOP, WARNS },
        { "WARNING: ", "lib/kobject.c:", "WARNING", "WARNING: kobject bug", "kobject_", TOP, WARNS },
        { "WARNING: ", "fs/proc/generic.c:", "WARNING", "WARNING: proc registration bug", "proc_", TOP, WARNS },
        { "WARNING: ", "lib/list_debug.c:", "list", "WARNING: corrupted list", NULL, TOP, WARNS },
        { "WARNING: ", "lib/refcount.c:", "refcount", "WARNING: refcount bug", "refcount kobject_", TOP,
          WARNS },
        { "WARNING: ", "kernel/locking/lockdep.c:", "locking", "WARNING: locking bug",
          "lock_sock release_sock", TOP, WARNS },
        { "WARNING: lock held when returning to user space", NULL, "locking",
          "WARNING: lock held when returning to user space", NULL, TOP, LOCK | WARNS },
        { "WARNING: possible circular locking", NULL, "deadlock", "possible deadlock",
          "process_one_work flush_workqueue drain_workqueue destroy_workqueue", TOP, LOCK | WARNS },
        { "WARNING: possible recursive locking", NULL, "deadlock", "possible deadlock", NULL, TOP,
          LOCK | WARNS },
        { "WARNING: possible irq lock inversion", NULL, "deadlock", "possible deadlock", NULL, TOP,
          LOCK | WARNS },
        { "WARNING: ", "-unsafe lock order detected", "deadlock", "possible deadlock", NULL, TOP,
          TRACE | CRASH_LOCK_ORDER | WARNS },
        { "WARNING: inconsistent lock state", NULL, "deadlock", "inconsistent lock state", NULL, TOP,
          TRACE | WARNS },
        { "WARNING: suspicious RCU usage", NULL, "RCU usage", "suspicious RCU usage", "rcu kmem slab", TOP,
          TRACE | WARNS },
        { "WARNING: bad unlock balance", NULL, "locking", "WARNING: bad unlock balance", NULL, TOP,
          LOCK | WARNS },
        { "WARNING: held lock freed", NULL, "locking", "WARNING: held lock freed", NULL, TOP, LOCK | WARNS },
        { "WARNING: Nested lock was not taken", NULL, "locking", "WARNING: nested lock was not taken", NULL,
          TOP, WARNS },
        { "WARNING: ", "still has locks held", "locking", "WARNING: still has locks held", NULL, TOP,
          LOCK | WARNS },
        { "WARNING: kernel stack ", "has bad", "stack", "WARNING: kernel stack has a bad value", NULL, TOP,
          BARE | WARNS },
        { "WARNING: ", "mm/vmalloc.c:", "WARNING", "WARNING: zero-size vmalloc", NULL, TOP, WARNS },
        { "WARNING: ", " usb_submit_urb", "WARNING", "WARNING", USB_CALLS, TOP, WARNS },
        { "WARNING: CPU: ", NULL, "WARNING", "WARNING", NULL, TOP, WARNS },
        { "WARNING: at ", NULL, "WARNING", "WARNING", NULL, TOP, WARNS },
        { "WARNING: ", ", CPU#", "WARNING", "WARNING", NULL, TOP, WARNS },
        { "Machine Check: ", " Bank ", "machine check", "machine check: bank *", NULL, TOP,
          BARE | TAIL | WARNS },
        { "Machine Check Exception: ", " Bank ", "machine check", "machine check: bank *", NULL, TOP,
          BARE | TAIL },
        { "Missing ENDBR: ", NULL, "oops", "missing ENDBR", NULL, TOP, 0 },
        { "Oops", "[#", "oops", "oops", NULL, TOP, JOINS },
        { "PANIC: early exception", NULL, "oops", "early exception", NULL, TOP, 0 },
        { "PANIC: double fault", NULL, "double fault", "double fault", NULL, TOP, 0 },
        { "UBSAN: Undefined behaviour", NULL, "UBSAN", "UBSAN: undefined-behaviour", "ubsan overflow", TOP,
          TRACE | WARNS },
        { "UBSAN: ", " in ", "UBSAN", "UBSAN: *", "ubsan overflow", TOP, TRACE | WARNS },
        { "UBSAN: ", " at ", "UBSAN", "UBSAN: *", NULL, TOP, LINE | WARNS },
        { "Unable to handle kernel NULL pointer", NULL, "NULL pointer", NULL_POINTER, NULL, TOP, 0 },
        { "Unable to handle kernel ", NULL, "page fault", PAGE_FAULT, NULL, TOP, 0 },
        { "Unhandled fault: ", NULL, "page fault", "unhandled fault", NULL, TOP, 0 },
        { "alignment check: ", "[#", "oops", "alignment check", NULL, TOP, 0 },
        /* its task may be called anything, and so be on the line before */
        { "blocked for more than ", " seconds", "hung task", "hung task", NULL, HANG, TRACE | WARNS },
        { "control protection: ", "[#", "oops", "control protection", NULL, TOP, 0 },
        { "divide error: ", NULL, "divide error", "divide error", NULL, TOP, 0 },
        { "divide_error: ", NULL, "divide error", "divide error", NULL, TOP, 0 },
        { "general protection fault: ", NULL, "general protection fault", "general protection fault", NULL,
          TOP, 0 },
        { "general protection fault, ", NULL, "general protection fault", "general protection fault", NULL,
          TOP, 0 },
        { "detected hard LOCKUP ", NULL, "hard lockup", "hard lockup", NULL, STALL, 0 },
        { "ilc:", "[#", "oops", "program check", NULL, TOP, JOINS }, /* s390 */
        { "int3: ", "[#", "oops", "int3", NULL, TOP, 0 },
        { "invalid opcode: ", NULL, "oops", "invalid opcode", NULL, TOP, JOINS },
        { "invalid TSS: ", "[#", "oops", "invalid TSS", NULL, TOP, 0 },
        { "kernel BUG at ", "mm/usercopy.c:", "usercopy", "BUG: bad usercopy", "usercopy __check", TOP, TRACE },
        { "kernel BUG at ", "lib/list_debug.c:", "list", "BUG: corrupted list", NULL, TOP, TRACE },
        { "kernel BUG at ", NULL, "BUG", "kernel BUG", "^skb_", TOP, 0 },
        { "rust_kernel: panicked", NULL, "BUG", "Rust panic", "rust_begin_unwind", TOP, TRACE },
        { "segment not present: ", "[#", "oops", "segment not present", NULL, TOP, 0 },
        { "stack segment: ", NULL, "stack segment", "stack segment fault", NULL, TOP, 0 },
        { "unregister_netdevice: waiting for ", " to become free", "netdevice",
          "unregister_netdevice: waiting for a device to become free", NULL, TOP, BARE | WARNS },
        /* clang-format on */
};

/* So near behind a phrase is what belongs to it, and so often is it looked for in a line. */
#define ALSO_WITHIN 256
#define LOOKS_MAX   8

static const struct crash_kind *kind_at(struct bytes text, size_t at, unsigned *looks) {
        struct bytes near = bytes_first(text, at + ALSO_WITHIN);
        bool looked = false;

        for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
                const struct crash_kind *kind = &kinds[i];

                if (kind->phrase[0] != (char) text.data[at] || !crash_stands_at(text, at, kind->phrase))
                        continue;
                if (!kind->also || crash_find(near, at, kind->also) < near.size)
                        return kind;
                looked = true;
        }
        *looks += looked;
        return NULL;
}

/* Whether a phrase begins with these two: most bytes of a log do not, and cost no more than this. */
static bool begins_phrase(uint8_t first, uint8_t second) {
#define LETTER(c) (63 & (c)) /* of 64..127, in which all letters are */
#define BIT(c)    (UINT64_C(1) << LETTER(c))
        static const uint64_t seconds[64] = {
                [LETTER('A')] = BIT('l'),
                [LETTER('B')] = BIT('U'),
                [LETTER('C')] = BIT('F'),
                [LETTER('I')] = BIT('N') | BIT('n'),
                [LETTER('K')] = BIT('e'),
                [LETTER('M')] = BIT('a') | BIT('i'),
                [LETTER('O')] = BIT('o'),
                [LETTER('P')] = BIT('A'),
                [LETTER('U')] = BIT('B') | BIT('n'),
                [LETTER('W')] = BIT('A') | BIT('a'),
                [LETTER('a')] = BIT('l'),
                [LETTER('b')] = BIT('l'),
                [LETTER('c')] = BIT('o'),
                [LETTER('d')] = BIT('e') | BIT('i'),
                [LETTER('g')] = BIT('e'),
                [LETTER('i')] = BIT('l') | BIT('n'),
                [LETTER('k')] = BIT('e'),
                [LETTER('r')] = BIT('u'),
                [LETTER('s')] = BIT('e') | BIT('t'),
                [LETTER('u')] = BIT('n'),
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
