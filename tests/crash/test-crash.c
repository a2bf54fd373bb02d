/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "base/units.h"
#include "crash/crash.h"
#include "crash/taint.h"
#include "tests/support/test.h"

static struct crash crash;

static const char *title_of(const char *log) {
        return crash_read(text_view(log), &crash) ? crash.title : "none";
}

static void assert_view(struct bytes view, const char *expected) {
        assert_int_equal(view.size, strlen(expected));
        assert_memory_equal(view.data, expected, view.size);
}

/* --- the kinds ---------------------------------------------------------------------------------- */

#define TRACE(a, b)                                                                                          \
        "Call Trace:\n <TASK>\n dump_stack_lvl+0x1/0x2\n ? maybe+0x1/0x2\n " a "+0x10/0x20\n " b             \
        "+0x30/0x40\n do_syscall_64+0x5/0x6\n entry_SYSCALL_64_after_hwframe+0x7/0x8\n </TASK>\n"
#define PLACE(function) "RIP: 0010:" function "+0x1e/0xc0\n"

static const struct {
        const char *log, *title;
} kinds[] = {
        { "BUG: unable to handle page fault for address: ffffb000\n#PF: supervisor read\n" PLACE(
                  "nfs_readdir"),
          "BUG: unable to handle page fault in nfs_readdir" },
        { "BUG: unable to handle kernel paging request at ffffb000\nIP: [<ffffffff81000000>] "
          "nfs_readdir+0x1/0x2\n",
          "BUG: unable to handle page fault in nfs_readdir" },
        { "BUG: kernel NULL pointer dereference, address: 0000000000000010\nOops: 0002 [#1] SMP\n" PLACE(
                  "strlen") TRACE("vprintk_emit", "bar"),
          "BUG: kernel NULL pointer dereference in bar" },
        { "Unable to handle kernel NULL pointer dereference at virtual address 0008\nInternal error: Oops: 1 "
          "[#1] SMP\npc : foo_probe+0x1c/0x40 [foo]\nlr : bar+0x1/0x2\nCall trace:\n foo_probe+0x1c/0x40 "
          "[foo]\n",
          "BUG: kernel NULL pointer dereference in foo_probe" },
        { "Unable to handle kernel paging request at virtual address 0\nInternal error: Oops: 5 [#1] SMP "
          "ARM\n"
          "PC is at 0x0\nBacktrace: \n[<80001000>] (foo) from [<80002000>] (bar+0x1/0x2)\n",
          "BUG: unable to handle page fault in foo" },
        { "BUG: Unable to handle kernel data access on read at 0x8\nNIP [c000000000001000] "
          "foo+0x1/0x2\nLR [c000000000002000] bar+0x1/0x2\n",
          "BUG: unable to handle page fault in foo" },
        { "Oops: general protection fault, probably for non-canonical address 0xdead: 0000 [#1] SMP\n" PLACE(
                  "foo"),
          "general protection fault in foo" },
        { "int3: 0000\ninvalid opcode: 0000 [#1] SMP\n" PLACE("foo"), "invalid opcode in foo" },
        { "Oops: 0002 [#1] PREEMPT SMP\n" PLACE("foo"), "oops in foo" },
        { "divide error: 0000 [#1]\n" PLACE("foo"), "divide error in foo" },
        { "traps: PANIC: double fault, error_code: 0x0\n" PLACE("foo"), "double fault in foo" },
        { "kernel BUG at fs/foo.c:12!\ninvalid opcode: 0000 [#1] SMP\n" PLACE("foo.isra.0"),
          "kernel BUG in foo" },
        { "kernel BUG at lib/list_debug.c:53!\n" PLACE("__list_del_entry_valid") TRACE("list_del_x", "foo"),
          "BUG: corrupted list in foo" },
        { "kernel BUG at mm/usercopy.c:84!\n" PLACE("usercopy_abort") TRACE("__check_object_size", "foo"),
          "BUG: bad usercopy in foo" },
        { "WARNING: CPU: 0 PID: 1 at fs/foo.c:12 foo+0x1/0x2\n" PLACE("foo") TRACE("bar", "baz"),
          "WARNING in foo" },
        { "WARNING: fs/foo.c:12 at foo+0x1/0x2, CPU#1: init/1\n", "WARNING in foo" },
        { "WARNING: CPU: 0 PID: 1 at lib/refcount.c:25 refcount_warn_saturate+0x1/0x2\n" PLACE(
                  "refcount_warn_saturate") TRACE("kobject_get", "foo"),
          "WARNING: refcount bug in foo" },
        { "WARNING: possible recursive locking detected\ninit/1 is trying to acquire lock:\n"
          "ffff0 (&x->lock){+.+.}-{3:3}, at: foo+0x1/0x2\n",
          "possible deadlock in foo" },
        { "WARNING: possible circular locking dependency detected\na/1 is trying to acquire lock:\n"
          "ffff0 (&x){+.+.}, at: __flush_work+0x1/0x2\nbut task is already holding lock:\n"
          "ffff0 (&y){+.+.}, at: foo+0x1/0x2\n",
          "possible deadlock in foo" },
        { "WARNING: HARDIRQ-safe -> HARDIRQ-unsafe lock order detected\nwhich became HARDIRQ-irq-safe at:\n "
          "lock_acquire+0x1/0x2\n foo+0x1/0x2\n",
          "possible deadlock in foo" },
        { "BUG: memory leak\nunreferenced object 0xffff (size 8):\n  backtrace (crc 1):\n    "
          "kmalloc_trace+0x1/0x2\n    foo+0x1/0x2\n",
          "memory leak in foo" },
        { "WARNING: suspicious RCU usage\n" TRACE("lockdep_rcu_suspicious", "foo"),
          "suspicious RCU usage in foo" },
        { "BUG: KASAN: slab-use-after-free in memcpy+0x1/0x2\nRead of size 8 at addr ffff by task "
          "a/1\n" TRACE("kasan_report", "foo"),
          "KASAN: slab-use-after-free Read in foo" },
        { "BUG: KFENCE: out-of-bounds write in foo+0x1/0x2\n\nOut-of-bounds write at 0xffff:\n foo+0x1/0x2\n",
          "KFENCE: out-of-bounds write in foo" },
        { "UBSAN: array-index-out-of-bounds in fs/foo.c:1:2\nindex 8 is out of range\n" TRACE(
                  "ubsan_epilogue", "foo"),
          "UBSAN: array-index-out-of-bounds in foo" },
        { "INFO: task a:1 blocked for more than 120 seconds.\n" TRACE("__schedule", "foo"),
          "hung task in foo" },
        { "INFO: task a:1 blocked for more than 120 seconds.\nCall Trace:\n __schedule+0x1/0x2\n "
          "foo+0x1/0x2\n "
          "synchronize_rcu_expedited+0x1/0x2\n",
          "hung task in synchronize_rcu" },
        { "watchdog: BUG: soft lockup - CPU#1 stuck for 22s! [a:1]\n" PLACE("loop")
                  TRACE("looping", "foo_ioctl"),
          "soft lockup in foo_ioctl" },
        { "watchdog: Watchdog detected hard LOCKUP on cpu 1\n" PLACE("loop") TRACE("looping", "foo_ioctl"),
          "hard lockup in foo_ioctl" },
        { "rcu: INFO: rcu_sched self-detected stall on CPU\nCall Trace:\n <IRQ>\n "
          "rcu_sched_clock_irq+0x1/0x2\n "
          "asm_sysvec_apic_timer_interrupt+0x1/0x2\n </IRQ>\n" PLACE("loop") " foo_write+0x1/0x2\n "
                                                                             "vfs_write+0x1/0x2\n",
          "RCU stall in foo_write" },
        { "BUG: scheduling while atomic: a/1/0x00000002\n" TRACE("__schedule_bug", "foo"),
          "BUG: scheduling while atomic in foo" },
        { "BUG: sleeping function called from invalid context at mm/slab.h:1\n" TRACE("__might_resched",
                                                                                      "foo"),
          "BUG: sleeping function called from invalid context in foo" },
        { "BUG: Bad page state in process a  pfn:1\n" TRACE("bad_page", "foo"),
          "BUG: bad page state in foo" },
        { "Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)\n" TRACE(
                  "panic", "mount_root"),
          "kernel panic: VFS: Unable to mount root fs on unknown-block(0,0)" },
        { "Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000100\n",
          "kernel panic: Attempted to kill init!" },
        { "Kernel panic - not syncing: stack-protector: Kernel stack is corrupted in: foo+0x1/0x2\n",
          "kernel panic: stack is corrupted in foo" },
        { "mce: [Hardware Error]: CPU 3: Machine Check Exception: 5 Bank 5: be00000000800400\n",
          "machine check: bank 5" },
        { "int3: 0000 [#1] SMP\n" PLACE("foo"), "int3 in foo" },
        { "PANIC: early exception 0x0e IP 10:ffffffff82b4c1aa error 0 cr2 0xff\n" PLACE("foo"),
          "early exception in foo" },
        { "PANIC: early exception 0x0e IP 10:ffffffff82b4c1aa error 0 cr2 0xff\n[    0.000000] RIP: "
          "0010:foo+0x1/0x2\n[    0.000000] CPU: 0\n",
          "early exception in foo" },
        { "CFI failure at foo+0x1/0x2 (target: bar+0x0/0x2; expected type: 0x1)\ninvalid opcode: 0000 [#1] "
          "SMP\n" PLACE("foo"),
          "CFI failure in foo" },
        { "UBSAN: array index out of bounds at foo+0x1/0x2\nOops: invalid opcode: 0000 [#1] SMP\n" PLACE(
                  "foo") TRACE("bar", "baz"),
          "UBSAN: array index out of bounds in foo" },
        { "Internal error: synchronous external abort: 96000210 [#1] SMP\npc : foo+0x1/0x2\n",
          "internal error: synchronous external abort in foo" },
        { "Kernel panic - not syncing: Kernel stack overflow\nCall Trace:\n[<ffffffff80001000>] "
          "handle_bad_stack+0x1/0x2\n[<ffffffff80001000>] foo+0x1/0x2\n",
          "kernel stack overflow in foo" },
        { "watchdog: CPU 1 self-detected hard LOCKUP @ loop+0x1/0x2\nNIP [c000000000001000] "
          "loop+0x1/0x2\nCall Trace:\n[c000000003e5b8d0] [c000000000002000] foo_ioctl+0x1/0x2\n"
          "[c000000003e5b8d0] [c000000000002000] vfs_ioctl+0x1/0x2\n",
          "hard lockup in foo_ioctl" },
        { "watchdog: CPU 0 detected hard LOCKUP on other CPUs 1\n", "hard lockup" },
        { "BUG dentry (Tainted: G    B     ): Poison overwritten\n" TRACE("check_bytes_and_report.cold",
                                                                          "foo"),
          "BUG: slab object is damaged in foo" },
        { "kernel BUG at fs/xfs/xfs_message.c:102!\n" PLACE("assfail") TRACE("foo", "bar"),
          "kernel BUG in foo" },
        { "WARNING: CPU: 0 PID: 1 at lib/list_debug.c:53 __list_del_entry_valid+0x1/0x2\n" PLACE(
                  "__list_del_entry_valid") TRACE("foo", "bar"),
          "WARNING: corrupted list in foo" },
        { "general protection fault: 0000 [#1] SMP\n" PLACE("copy_user_generic_unrolled")
                  TRACE("rep_movs_alternative", "foo"),
          "general protection fault in foo" },
        { "illegal operation: 0001 ilc:1 [#1] SMP\nKrnl PSW : 0704c00180000000 000003ff80001000 "
          "(foo+0x1/0x2 [a])\n",
          "program check in foo" },
        { "INFO: task a\nb:1 blocked for more than 120 seconds.\n" TRACE("__schedule", "foo"),
          "hung task in foo" },
        /* what is read has its right to stand on another line */
        { "BUG: KASAN: wild-memory-access in foo+0x1/0x2\n\n\nRead of size 8 at addr ffff\n",
          "KASAN: wild-memory-access Read in foo" },
        { "Kernel panic - not syncing: a\x1b[31m\n", "kernel panic: a\\x1b[31m" },
        { "1764421861.5 kernel BUG at a.c:1!\n", "kernel BUG" },
        { "12.123456 kernel BUG at a.c:1!\n", "kernel BUG" },
};

static const struct {
        const char *log, *title;
} places[] = {
        /* of a program, before that of the kernel */
        { "WARNING: CPU: 0 PID: 1 at fs/foo.c:12\nRIP: 0033:0x47b7a0\nRIP: 0010:foo+0x1/0x2\n",
          "WARNING in foo" },
        /* of powerpc, the first of which is not sure */
        { "kernel BUG at fs/foo.c:12!\nCall Trace:\n[c000000000001000] [c000000000002000] bar+0x1/0x2 "
          "(unreliable)\n"
          "[c000000000001000] [c000000000002000] foo+0x1/0x2\n",
          "kernel BUG in foo" },
        { "INFO: task a:1 blocked for more than 120 seconds.\nCall Trace:\n __mutex_lock+0x1/0x2\n "
          "rtnl_lock+0x1/0x2\n foo+0x1/0x2\n",
          "hung task in rtnl_lock" },
        /* a panic that follows at once has the only trace */
        { "BUG: scheduling while atomic: a/1/0x00000002\nKernel panic - not syncing: scheduling while "
          "atomic\n" TRACE("__schedule_bug", "foo"),
          "BUG: scheduling while atomic in foo" },
        /* the address that was called has no name, and who called it has */
        { "BUG: kernel NULL pointer dereference, address: 0\nRIP: 0010:0x0\n" TRACE("foo", "bar"),
          "BUG: kernel NULL pointer dereference in foo" },
        /* of arm, as newer kernels write it: without a heading, and with the name of a module */
        { "BUG: sleeping function called from invalid context at mm/slab.h:1\n unwind_backtrace from "
          "show_stack+0x1/0x2\n show_stack from __might_resched+0x1/0x2\n __might_resched from foo+0x1/0x2\n",
          "BUG: sleeping function called from invalid context in foo" },
        { "BUG: sleeping function called from invalid context at mm/slab.h:1\n[<c010e6d0>] "
          "(unwind_backtrace) "
          "from [<c010b8a8>] (show_stack+0x1/0x2)\n[<c010b8a8>] (show_stack) from [<c010b8a8>] "
          "(foo+0x1/0x2)\n",
          "BUG: sleeping function called from invalid context in foo" },
        { "Unable to handle kernel NULL pointer dereference at virtual address 00000000\nPC is at 0x0\n"
          " foo.part.0 [a] from bar+0x1/0x2 [a]\n",
          "BUG: kernel NULL pointer dereference in foo" },
        { "Unable to handle kernel NULL pointer dereference at virtual address 00000000\nPC is at 0x0\n"
          "[<7f000000>] (foo [a]) from [<7f001000>] (bar+0x1/0x2 [a])\n",
          "BUG: kernel NULL pointer dereference in foo" },
        { "Unable to handle kernel NULL pointer dereference at virtual address 00000000\nPC is at 0x0\n"
          " it is called from bar+0x1/0x2\n from bar+0x1/0x2\n foo from nowhere, bar+0x1/0x2\n",
          "BUG: kernel NULL pointer dereference" },
        { "kernel BUG at fs/foo.c:12!\nRIP: 0023:foo+0x1/0x2\nRIP: 0010:bar+0x1/0x2\n", "kernel BUG in bar" },
        { "kernel BUG at fs/foo.c:12!\nCall Trace:\n <IRQ> [<ffffffff81000000>] foo+0x1/0x2\n",
          "kernel BUG in foo" },
        /* of another trace that is told with it */
        { "BUG: sleeping function called from invalid context at a.c:1\nCall Trace:\n "
          "__might_resched+0x1/0x2\nCall Trace:\n foo+0x1/0x2\n",
          "BUG: sleeping function called from invalid context" },
        /* the other processors were asked */
        { "[    1.000000][    C0] watchdog: Watchdog detected hard LOCKUP on cpu 1\n"
          "[    1.000000][    C1] RIP: 0010:early+0x1/0x2\n"
          "[    1.000000][    C0] Sending NMI from CPU 0 to CPUs 1:\n"
          "[    1.000000][    T9] RIP: 0010:other+0x1/0x2\n"
          "[    1.000000][    C1] RIP: 0010:foo+0x1/0x2\n",
          "hard lockup in foo" },
        /* behind the interrupts of arm64 before 5.12, and of powerpc */
        { "rcu: INFO: rcu_sched self-detected stall on CPU\nCall trace:\n tick_sched_timer+0x1/0x2\n "
          "el1_irq+0x1/0x2\n loop+0x1/0x2\n foo_write+0x1/0x2\n vfs_write+0x1/0x2\n",
          "RCU stall in foo_write" },
        { "rcu: INFO: rcu_sched self-detected stall on CPU\nCall Trace:\n[c000000000001000] "
          "[c000000000002000] tick_sched_timer+0x1/0x2\n--- interrupt: 900 at loop+0x1/0x2\n"
          "[c000000000001000] [c000000000002000] foo_write+0x1/0x2\n"
          "[c000000000001000] [c000000000002000] vfs_write+0x1/0x2\n",
          "RCU stall in foo_write" },
        { "CPU 0 Unable to handle kernel paging request at virtual address 4, epc == 80123456, ra == 8012\n"
          "epc   : 80123456 foo+0x1/0x2\nra    : 80123400 bar+0x1/0x2\n",
          "BUG: unable to handle page fault in foo" },
};

static void test_where_the_function_is(NO_STATE) {
        for (size_t i = 0; i < ARRAY_SIZE(places); i++)
                assert_string_equal(title_of(places[i].log), places[i].title);
}

static void test_lists_of_functions(NO_STATE) {
        static const char list[] = "any ^first last$ ^all$";

        assert_true(crash_frame_is_in(text_view("many"), list));
        assert_true(crash_frame_is_in(text_view("first_of"), list));
        assert_true(crash_frame_is_in(text_view("the_last"), list));
        assert_true(crash_frame_is_in(text_view("all"), list));
        assert_false(crash_frame_is_in(text_view("the_first"), list));
        assert_false(crash_frame_is_in(text_view("lasting"), list));
        assert_false(crash_frame_is_in(text_view("alloc"), list));
        assert_false(crash_frame_is_in(text_view("all"), ""));
}

static void test_each_kind(NO_STATE) {
        for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
                assert_string_equal(title_of(kinds[i].log), kinds[i].title);
}

static void test_no_crash_is_none(NO_STATE) {
        static const char *const logs[] = {
                "",
                "\n\n",
                "[    0.000000] Linux version 6.1.0 (a@b)\n[    1.000000] a boot without a word of it\n",
                "WARNING: Unprivileged eBPF is enabled with eIBRS on\n",
                "traps: a[1] general protection fault ip:1 sp:2 error:0 in a[3]\n",
                "a[1]: segfault at 0 ip 1 sp 2 error 4 in a\n",
                "INFO: lockdep is turned off.\n",
                "WARNING: a compiler's, of foo.c:12\n",
                "Nov 29 13:11:01 host sshd[1]: BUG: unable to handle page fault for address: 0\n",
                "Sun 2026-11-29 13:11:01 UTC host sshd[1]: BUG: unable to handle page fault\n",
                "1764421861.123456 host sshd[1]: BUG: unable to handle page fault for address: 0\n",
                "RIP: 0010:foo+0x1/0x2\nCall Trace:\n bar+0x1/0x2\n",
        };

        for (size_t i = 0; i < ARRAY_SIZE(logs); i++)
                assert_string_equal(title_of(logs[i]), "none");
}

/* A log of pstore keeps the end: what it is about may be before its beginning. */
static void test_the_end_of_a_panic_names_it(NO_STATE) {
        assert_string_equal(
                title_of(" bar+0x1/0x2\n---[ end Kernel panic - not syncing: No working init found. ]---\n"),
                "kernel panic: No working init found");
        assert_int_equal(crash.frame_count, 0);
}

/* --- the lines ---------------------------------------------------------------------------------- */

static void test_what_stands_before_a_line(NO_STATE) {
        static const char *const before[] = {
                "",
                "<4>",
                "[    1.234567] ",
                "<4>[    1.234567] ",
                "<4>[    1.234567][ T1234] ",
                "[    1.234567] [    C0] ",
                "4,1234,1234567,-;",
                "4,1234,1234567,-,caller=T1234;",
                "Nov 29 13:11:01 host kernel: ",
                "Nov 29 13:11:01 host kernel: [    1.234567] ",
                "2026-11-29T13:11:01.000000+00:00 host kernel: ",
                "debian login: [    1.234567] ",
                "[    1.234567] host kernel: ",
                "[Sun Nov 29 13:11:01 2026] ",
                "[2026-11-29 13:11:01.123] [    1.234567] ",
                "2026-11-29T13:11:01,123456+00:00 ",
                "** 3 printk messages dropped ** [    1.234567] ",
                "Sun 2026-11-29 13:11:01 UTC host kernel: ",
                "1764421861.123456 host kernel: ",
                "kern  :warn  : [    1.234567] ",
                "kern  :warn  : [Sun Nov 29 13:11:01 2026] ",
                "[Nov29 13:11] ",
                "[  +0.000012] ",
                "[    1.234 <    0.000012>] ",
        };
        char log[512];

        for (size_t i = 0; i < ARRAY_SIZE(before); i++) {
                snprintf(log, sizeof(log),
                         "%sBUG: kernel NULL pointer dereference, address: 0\r\n%sCPU: 2 PID: 7 Comm: a b "
                         "Tainted: "
                         "G        W  OE      6.1.0 #1\r\n%sHardware name: a machine\r\n%sRIP: "
                         "0010:foo+0x1/0x2\r\n",
                         before[i], before[i], before[i], before[i]);
                assert_string_equal(title_of(log), "BUG: kernel NULL pointer dereference in foo");
                assert_view(crash.process, "a b");
                assert_view(crash.kernel, "6.1.0");
                assert_view(crash.hardware, "a machine");
                assert_int_equal(crash.problem.has_time,
                                 strstr(before[i], "1234567,") || strstr(before[i], "1.234567"));
                assert_int_equal(crash.problem.time_us, crash.problem.has_time ? 1234567 : 0);
        }
}

static void test_what_looks_like_a_time_and_is_none(NO_STATE) {
        static const char *const before[] = {
                "[    1.5] ",
                "6,1234,9223372036854775808,-;",
                "6,1234,1234567,-,a-word-that-is-longer-than-what-stands-before-a-line-of-the-kernel-and-so-"
                "is-no-word-"
                "of-it-but-something-else-that-has-commas-and-then-after-all-of-that-a;",
                "a line of a hundred and sixty and eight bytes, behind which stands what looks like a time, "
                "as if a "
                "login had been before it, but it is too far into the line to be one .[    1.234567] ",
        };
        char log[512];

        assert_int_equal(strchr(before[3], '[') - before[3], 160 + strlen(" login: "));
        for (size_t i = 0; i < ARRAY_SIZE(before); i++) {
                snprintf(log, sizeof(log), "%skernel BUG at a.c:1!\n", before[i]);
                assert_string_equal(title_of(log), "kernel BUG");
                assert_false(crash.problem.has_time);
        }
}

/* Two processors at once: the trace of the other is no part of it. */
static void test_lines_of_another_processor(NO_STATE) {
        assert_string_equal(title_of("[    1.000000][   T10] WARNING: CPU: 0 PID: 10 at fs/a.c:1 a+0x1/0x2\n"
                                     "[    1.000000][   T20] general protection fault: 0000 [#1] SMP\n"
                                     "[    1.000000][   T20] RIP: 0010:b+0x1/0x2\n"
                                     "[    1.000000][   T10] RIP: 0010:a+0x1/0x2\n"),
                            "WARNING in a");
        assert_int_equal(crash.problem_count, 2);
}

/* --- what is told beside ------------------------------------------------------------------------ */

static const char whole[] =
        "<6>[    0.000000] Linux version 6.1.0-older (a@b)\n"
        "<1>[    4.694211] BUG: kernel NULL pointer dereference, address: 0000000000000010\n"
        "<4>[    4.695646] Oops: 0002 [#1] PREEMPT SMP NOPTI\n"
        "<4>[    4.695871] CPU: 3 PID: 100 Comm: init Tainted: G           OE      6.1.0-56-amd64 #1  "
        "Debian\n"
        "<4>[    4.696021] Hardware name: QEMU Standard PC, BIOS 0.0.0 02/06/2015\n"
        "<4>[    4.696021] RIP: 0010:boom.part.1+0x1e/0xc0 [peeroops]\n"
        "<4>[    4.696021] Code: 00 00\n"
        "<4>[    4.696021] Call Trace:\n"
        "<4>[    4.696021]  <TASK>\n"
        "<4>[    4.696021]  ? page_fault_oops+0x1/0x2\n"
        "<4>[    4.696021]  po_write+0x1a/0x20 [peer-top 0123abcd]\n"
        "<4>[    4.696021]  vfs_write+0xbe/0x410\n"
        "<4>[    4.696021]  __x64_sys_write+0x1/0x2\n"
        "<4>[    4.696021]  do_syscall_64+0x1/0x2\n"
        "<4>[    4.696021] RIP: 0033:0x47b7a0\n"
        "<4>[    4.696021]  </TASK>\n"
        "<4>[    4.750000] ---[ end trace 0000000000000000 ]---\n"
        "<0>[    5.291064] Kernel panic - not syncing: Fatal exception in interrupt\n"
        "<0>[    5.300000] ---[ end Kernel panic - not syncing: Fatal exception in interrupt ]---\n";

static void test_all_that_an_oops_tells(NO_STATE) {
        assert_string_equal(title_of(whole), "BUG: kernel NULL pointer dereference in boom");
        assert_view(crash.kernel, "6.1.0-56-amd64");
        assert_view(crash.hardware, "QEMU Standard PC, BIOS 0.0.0 02/06/2015");
        assert_view(crash.process, "init");
        assert_view(crash.taint, "G           OE");
        assert_true(crash.has_pid && crash.pid == 100 && crash.has_cpu && crash.cpu == 3);
        assert_int_equal(crash.problem.time_us, 4694211);
        assert_int_equal(crash.frame_count, 4);
        assert_view(crash.frames[0].text, "boom.part.1+0x1e/0xc0 [peeroops]");
        assert_view(crash.frames[1].text, "po_write+0x1a/0x20 [peer-top 0123abcd]");
        assert_view(crash.frames[3].function, "__x64_sys_write");
        assert_int_equal(crash.module_count, 2);
        assert_view(crash.modules[1], "peer-top");
        assert_int_equal(crash.problem_count, 2);
        assert_true(crash.problems[1].kind->flags & CRASH_IS_PANIC);
}

static void test_what_the_report_does_not_tell_the_boot_does(NO_STATE) {
        assert_string_equal(
                title_of("[    0.000000] Linux version 6.1.0 (a@b)\n[    0.000000] DMI: a machine\n"
                         "[    9.000000] Kernel panic - not syncing: x\n"
                         "[    0.000000] Linux version 6.2.0 (a@b)\n"),
                "kernel panic: x");
        assert_view(crash.kernel, "6.1.0");
        assert_view(crash.hardware, "a machine");
}

static void test_a_hung_task_is_not_who_tells_of_it(NO_STATE) {
        (void) title_of(
                "INFO: task jbd2/sda1-8:123 blocked for more than 120 seconds.\n      Tainted: G        W "
                "        6.1.0 #1\nCPU: 0 PID: 9 Comm: khungtaskd Not tainted 6.1.0\n");
        assert_view(crash.process, "jbd2/sda1-8");
        assert_int_equal(crash.pid, 123);
        assert_view(crash.taint, "G        W");
}

static void test_the_first_of_what_is_told_counts(NO_STATE) {
        (void) title_of(
                "kernel BUG at a.c:1!\nCPU: 0 PID: 9 Comm: b c Not tainted 6.1.0\nHardware name: one\n"
                "Hardware name: two\n");
        assert_view(crash.process, "b c");
        assert_view(crash.hardware, "one");
}

static void test_each_frame_and_module_is_told_once(NO_STATE) {
        (void) title_of("BUG: KASAN: use-after-free in foo+0x1/0x2 [a]\nCall Trace:\n dump_stack+0x1/0x2\n "
                        "foo+0x1/0x2 [a]\n "
                        "bar+0x1/0x2 [a]\n");
        assert_int_equal(crash.frame_count, 2);
        assert_int_equal(crash.module_count, 1);
        (void) title_of("WARNING: possible recursive locking detected\nffff (&x){+.+.}, at: foo+0x1/0x2\n"
                        "Call Trace:\n dump_stack+0x1/0x2\n foo+0x1/0x2\n");
        assert_int_equal(crash.frame_count, 1);
        (void) title_of("kernel BUG at a.c:1!\nBacktrace:\n foo from bar+0x1/0x2\n bar from baz+0x1/0x2\n");
        assert_int_equal(crash.frame_count, 3);
}

static void test_the_next_boot_is_another_story(NO_STATE) {
        (void) title_of("Kernel panic - not syncing: x\nLinux version 6.1.0\nCPU: 0 PID: 9 Comm: b Not "
                        "tainted 6.1.0\n");
        assert_int_equal(crash.process.size, 0);
        assert_int_equal(crash.kernel.size, 0);
}

static void test_newer_kernels_have_words_for_taint(NO_STATE) {
        (void) title_of("kernel BUG at a.c:1!\nTainted: [W]=WARN, [O]=OOT_MODULE\n"
                        "CPU: 0 UID: 0 PID: 9 Comm: b Tainted: G        W  O       6.14.0 #1\n");
        assert_view(crash.kernel, "6.14.0");
        assert_view(crash.taint, "G        W  O");
}

static void test_taint_has_words(NO_STATE) {
        assert_string_equal(crash_taint_words('O'), "a module from outside the kernel's tree");
        assert_null(crash_taint_words('z'));
        assert_true(crash_taint_letters(text_view("OE")));
        assert_false(crash_taint_letters(text_view("6.1.0")));
}

/* --- several ------------------------------------------------------------------------------------ */

static void test_the_first_is_the_one(NO_STATE) {
        assert_string_equal(title_of("[   10.000000] WARNING: CPU: 0 PID: 1 at a.c:1 first+0x1/0x2\n"
                                     "[   10.100000] Kernel panic - not syncing: panic_on_warn set ...\n"),
                            "WARNING in first");
        assert_int_equal(crash.problem_count, 2);
}

/* What a machine check left that was corrected, or that is of the boot before. */
static void test_a_machine_check_without_exception_only_warns(NO_STATE) {
        assert_string_equal(title_of("[   10.000000] mce: [Hardware Error]: CPU 3: Machine Check: 0 Bank 7: "
                                     "8c00004000010090\n"
                                     "[  100.000000] divide error: 0000 [#1]\n"),
                            "divide error");
        assert_string_equal(
                title_of("[   10.000000] mce: [Hardware Error]: CPU 3: Machine Check Exception: 5 "
                         "Bank 5: be00000000800400\n"
                         "[  100.000000] divide error: 0000 [#1]\n"),
                "machine check: bank 5");
}

static void test_a_warning_that_was_outlived_is_not(NO_STATE) {
        static const char log[] = "[   10.000000] WARNING: CPU: 0 PID: 1 at a.c:1 first+0x1/0x2\n"
                                  "[  100.000000] general protection fault: 0000 [#1] SMP\n"
                                  "[  100.000000] RIP: 0010:second+0x1/0x2\n"
                                  "[  190.000000] Kernel panic - not syncing: x\n";
        struct crash first;

        assert_string_equal(title_of(log), "general protection fault in second");
        assert_int_equal(crash.problem_count, 3);
        crash_read_problem(text_view(log), &crash.problems[0], &first);
        assert_string_equal(first.title, "WARNING in first");
}

static void test_a_warning_outlives_neither_a_warning_nor_its_boot(NO_STATE) {
        assert_string_equal(title_of("[  500.000000] WARNING: CPU: 0 PID: 1 at a.c:1 first+0x1/0x2\n"
                                     "[    3.000000] divide error: 0000 [#1]\n"),
                            "WARNING in first");
        assert_string_equal(title_of("[  500.000000] WARNING: CPU: 0 PID: 1 at a.c:1 first+0x1/0x2\n"
                                     "[  900.000000] WARNING: CPU: 0 PID: 1 at a.c:1 second+0x1/0x2\n"),
                            "WARNING in first");
}

static void test_more_problems_than_are_kept(NO_STATE) {
        char log[8192];
        size_t length = 0;

        for (unsigned i = 0; i < 30; i++)
                length += (size_t) snprintf(log + length, sizeof(log) - length,
                                            "[   1%u.000000] WARNING: CPU: 0 PID: 1 at a.c:1 f%u+0x1/0x2\n",
                                            i % 10, i);
        assert_string_equal(title_of(log), "WARNING in f0");
        assert_int_equal(crash.problem_count, 30);
}

/* --- the signature ------------------------------------------------------------------------------ */

static const char *signature_text(const char *log) {
        static char said[CRASH_SIGNATURE_TEXT_SIZE];
        struct text text = TEXT_ON(said);

        assert_true(crash_read(text_view(log), &crash));
        crash_put_signature_text(&crash, &text);
        assert_false(text.truncated);
        return said;
}

static void test_what_is_signed(NO_STATE) {
        assert_string_equal(signature_text(whole),
                            "BUG: kernel NULL pointer dereference\nboom\npo_write\nvfs_write\n");
}

static void test_another_build_and_machine_have_the_same(NO_STATE) {
        static const char other[] =
                "BUG: unable to handle kernel NULL pointer dereference at 0000000000000018\n"
                "IP: [<ffffffffa0001010>] boom+0x10/0x90 [other_name]\n"
                "Oops: 0000 [#3] SMP\n"
                "CPU: 1 PID: 4711 Comm: a Not tainted 4.19.0 #1\n"
                "Call Trace:\n"
                " [<ffffffffa0002020>] po_write.isra.7+0x1a/0x20\n"
                " [<ffffffff81002020>] ? wrong+0x1a/0x20\n"
                " [<ffffffff81002020>] vfs_write+0xbe/0x410\n";

        assert_string_equal(signature_text(other),
                            "BUG: kernel NULL pointer dereference\nboom\npo_write\nvfs_write\n");
}

/* arm64's trace begins with where the processor was. */
static void test_the_same_place_is_signed_once(NO_STATE) {
        assert_string_equal(signature_text("Unable to handle kernel paging request at virtual address 0\n"
                                           "pc : foo+0x1/0x2\nlr : bar+0x1/0x2\nCall trace:\n foo+0x1/0x2\n "
                                           "bar+0x1/0x2\n bar+0x1/0x2\n"),
                            "BUG: unable to handle page fault\nfoo\nbar\nbar\n");
        assert_int_equal(crash.frame_count, 3);
        (void) signature_text("Unable to handle kernel paging request at virtual address 0\n"
                              "pc : foo+0x1/0x2\nCall trace:\n foo+0x8/0x9\n");
        assert_int_equal(crash.frame_count, 2);
}

static void test_numbers_are_not_signed(NO_STATE) {
        assert_string_equal(
                signature_text(
                        "Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(8,1)\n"),
                "kernel panic: VFS: Unable to mount root fs on unknown-block(N,N)\n");
}

static void test_of_a_loop_only_who_called_is_signed(NO_STATE) {
        assert_string_equal(
                signature_text("watchdog: BUG: soft lockup - CPU#1 stuck for 22s! [a:1]\n" PLACE(
                        "loop") "Call Trace:\n looping+0x1/0x2\n foo_ioctl+0x1/0x2\n vfs_ioctl+0x1/0x2\n "
                                "ksys_foo+0x1/0x2\n"),
                "soft lockup\nfoo_ioctl\n");
}

/* --- what is not a log -------------------------------------------------------------------------- */

/* Lines between two others, so many of them. */
static const char *title_with(const char *first, const char *between, size_t count, const char *last) {
        size_t size = strlen(first) + count * strlen(between) + strlen(last) + 1;
        char *log = malloc(size), *end = stpcpy(log, first);
        static char title[CRASH_TITLE_SIZE];

        while (count-- > 0)
                end = stpcpy(end, between);
        strcpy(end, last);
        strcpy(title, title_of(log));
        free(log);
        return title;
}

#define HANG "INFO: task a:1 blocked for more than 120 seconds.\nCall Trace:\n"

static void test_what_is_too_far_away_is_not_looked_for(NO_STATE) {
        static const char place[] = "RIP: 0010:foo+0x1/0x2\n", wait[] = " rtnl_lock+0x1/0x2\n";
        char long_line[256];

        assert_string_equal(title_with("kernel BUG at a.c:1!\n", "\n", 4000, place), "kernel BUG in foo");
        assert_string_equal(title_with("kernel BUG at a.c:1!\n", "\n", 4100, place), "kernel BUG");
        memset(long_line, '.', sizeof(long_line));
        long_line[254] = '\n';
        long_line[255] = 0;
        assert_string_equal(title_with("kernel BUG at a.c:1!\n", long_line, 2000, place),
                            "kernel BUG in foo");
        assert_string_equal(title_with("kernel BUG at a.c:1!\n", long_line, 2100, place), "kernel BUG");
        assert_string_equal(title_with(HANG, " foo+0x1/0x2\n", 250, wait), "hung task in rtnl_lock");
        assert_string_equal(title_with(HANG, " foo+0x1/0x2\n", 260, wait), "hung task in foo");
        assert_string_equal(title_with("", ".", 2000, "kernel BUG at a.c:1!\n"), "kernel BUG");
        assert_string_equal(title_with("", ".", 2100, "kernel BUG at a.c:1!\n"), "none");
        assert_memory_equal(title_with("kernel BUG at a.c:1!\nRIP: 0010:", "f", 500,
                                       "+0x1/0x2\nCall Trace:\n bar+0x1/0x2\n"),
                            "kernel BUG in fff", 17);
        assert_string_equal(title_with("kernel BUG at a.c:1!\nRIP: 0010:", "f", 600,
                                       "+0x1/0x2\nCall Trace:\n bar+0x1/0x2\n"),
                            "kernel BUG in bar");
        (void) title_with("Linux version 6.1.0\n", long_line, 4000, "kernel BUG at a.c:1!\n");
        assert_int_equal(crash.kernel.size > 0, 1);
        (void) title_with("Linux version 6.1.0\n", long_line, 4200, "kernel BUG at a.c:1!\n");
        assert_int_equal(crash.kernel.size, 0);
}

/* A panic that comes much later has a story of its own. */
static void test_a_trace_of_a_later_panic_is_not_taken(NO_STATE) {
        static const char panic[] = "Kernel panic - not syncing: x\nCall Trace:\n foo+0x1/0x2\n";

        assert_string_equal(title_with("kernel BUG at a.c:1!\n", "\n", 10, panic), "kernel BUG in foo");
        assert_string_equal(title_with("kernel BUG at a.c:1!\n", "\n", 30, panic), "kernel BUG");
}

static void test_a_long_line_costs_no_more(NO_STATE) {
        size_t size = 8 * MIB;
        char *log = malloc(size);

        assert_non_null(log);
        for (size_t i = 0; i < size; i++)
                log[i] = "WARNING: "[i % 9];
        assert_false(crash_read(bytes_of(log, size), &crash));
        for (size_t i = 0; i < size; i += 2000)
                log[i] = '\n';
        assert_false(crash_read(bytes_of(log, size), &crash));
        free(log);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_each_kind),
                cmocka_unit_test(test_where_the_function_is),
                cmocka_unit_test(test_lists_of_functions),
                cmocka_unit_test(test_no_crash_is_none),
                cmocka_unit_test(test_the_end_of_a_panic_names_it),
                cmocka_unit_test(test_what_stands_before_a_line),
                cmocka_unit_test(test_what_looks_like_a_time_and_is_none),
                cmocka_unit_test(test_lines_of_another_processor),
                cmocka_unit_test(test_all_that_an_oops_tells),
                cmocka_unit_test(test_what_the_report_does_not_tell_the_boot_does),
                cmocka_unit_test(test_a_hung_task_is_not_who_tells_of_it),
                cmocka_unit_test(test_the_first_of_what_is_told_counts),
                cmocka_unit_test(test_each_frame_and_module_is_told_once),
                cmocka_unit_test(test_the_next_boot_is_another_story),
                cmocka_unit_test(test_newer_kernels_have_words_for_taint),
                cmocka_unit_test(test_taint_has_words),
                cmocka_unit_test(test_the_first_is_the_one),
                cmocka_unit_test(test_a_machine_check_without_exception_only_warns),
                cmocka_unit_test(test_a_warning_that_was_outlived_is_not),
                cmocka_unit_test(test_a_warning_outlives_neither_a_warning_nor_its_boot),
                cmocka_unit_test(test_more_problems_than_are_kept),
                cmocka_unit_test(test_what_is_signed),
                cmocka_unit_test(test_another_build_and_machine_have_the_same),
                cmocka_unit_test(test_the_same_place_is_signed_once),
                cmocka_unit_test(test_numbers_are_not_signed),
                cmocka_unit_test(test_of_a_loop_only_who_called_is_signed),
                cmocka_unit_test(test_what_is_too_far_away_is_not_looked_for),
                cmocka_unit_test(test_a_trace_of_a_later_panic_is_not_taken),
                cmocka_unit_test(test_a_long_line_costs_no_more),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
