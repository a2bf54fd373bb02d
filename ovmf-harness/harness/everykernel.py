# SPDX-License-Identifier: BSD-2-Clause-Patent
"""What has to hold on each kernel: an oops and a panic of it, stored compressed and as they are, travel like
any other record, and so do long ones (kmsg_bytes=60000, the whole log of a boot)."""

from harness import check, erstfile, events, guestmodule
from harness.backend import ERST, Backend
from harness.scenario import Run

# An option of the mount, as kernels before 6.2 have no other way.
_LONG = "mount -o remount,kmsg_bytes=60000 /sys/fs/pstore\n"
_DEFAULT_KMSG_BYTES = 10240
_UNCOMPRESSED = "pstore.compress=none"


def _check_compression(backend: Backend, stored: dict[str, bytes], expected: bool) -> None:
    found = {each: backend.compressed(each, record) for each, record in stored.items()}
    check.equal("which records are compressed", found, dict.fromkeys(found, expected))


def _check_long(found: list[events.Event]) -> None:
    """More than kmsg_bytes lets pass by default, and that by more than the last record."""
    for event in found:
        most = _DEFAULT_KMSG_BYTES + max(map(len, event.stored.values()))
        check.true(f"{event.why}{event.count} is long: {event.stored_bytes} bytes", event.stored_bytes > most)


def travel(run: Run, backend: Backend) -> None:
    oops = guestmodule.oops(run.lab)
    # Room for four events.
    stores = {"erst": bytes(4 * erstfile.SIZE)} if backend is ERST else backend.only
    machine = run.machine(**stores)
    with run.step("an oops and a panic, compressed"):
        compressed = events.panic(machine, backend, _LONG, oops=oops)
        _check_compression(backend, compressed, True)
    with run.step("an oops and a panic, not compressed"):
        plain = events.panic(machine, backend, _LONG, _UNCOMPRESSED, oops)
        _check_compression(backend, plain, False)
    with run.step("Linux reboots and shows them all in pstore"):
        found = events.read_with_linux(machine, backend, [compressed, plain])
        _check_long(found[2:])
    with run.step("the application dumps them byte for byte, clears"):
        events.dump_and_clear(machine, backend, found)
    with run.step("Linux reboots; its pstore is empty"):
        events.find_nothing_with_linux(machine)
