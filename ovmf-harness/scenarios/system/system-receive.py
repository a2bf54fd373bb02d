# SPDX-License-Identifier: BSD-2-Clause-Patent
"""A Debian that collects sealed logs: systemd starts the service for each that comes, as a user of its own, which has
to be able to flush what it stores; a log that is not as it was sent is refused, and told in the journal.
"""

from harness import aftermath, check
from harness.scenario import Run
from harness.settings import ROOT

_DELIVERY = ROOT / "tests/fuzz/corpus/delivery/whole"
_SEND = """
send() {
        bash -c 'exec 3<> /dev/tcp/127.0.0.1/7867; cat "$1" >&3; head -n 1 <&3' - "$1"
}
run start systemctl start pstore-fw-receive.socket
run stored send /run/whole
run refused send /run/changed
run tree find /var/lib/pstore-fw-received/ -mindepth 1 -printf '%P %m %U\\n'
run list pstore-fw list --source kdump:/var/lib/pstore-fw-received/web-7
# The service ends behind its answer.
sleep 2
run journal journalctl --quiet --output=cat --unit='pstore-fw-receive@*'
run failed systemctl --failed --plain --no-legend
"""


def run(test: Run) -> None:
    whole = _DELIVERY.read_bytes()
    files = {"whole": whole, "changed": whole[:-1] + bytes([whole[-1] ^ 1])}
    with test.step("a sealed log comes to the socket, and is stored"):
        seen = aftermath.machine(test).linux(_SEND, files, bound_s=aftermath.BOUND_S).results
        check.status(seen["start"], 0)
        check.equal("the answer", seen["stored"].text, "stored\n")
        stored = [line.split() for line in seen["tree"].text.splitlines()]
        check.equal("what is there, and who may read it", sorted((path.split("/")[-1], mode) for path, mode, _ in stored),
                    [("20251130T070000Z-kdump-panic1", "700"), ("dmesg.txt.sealed", "600"), ("manifest.json", "600"),
                     ("web-7", "700")])
        check.true("it is a user's of its own", all(int(owner) >= 61184 for _, _, owner in stored))
        check.matches("list says what it is", seen["list"].text, "kdump unseal")
    with test.step("one that was changed is refused"):
        check.matches("the answer", seen["refused"].text, "^refused: sha256: ")
        check.matches("the journal", seen["journal"].text, r"(?s)from 127\.0\.0\.1: .*/web-7/20251130T.*sha256: the log has another")
        check.equal("services that failed", seen["failed"].text, "")
