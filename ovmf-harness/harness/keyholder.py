# SPDX-License-Identifier: BSD-2-Clause-Patent
"""The machine that has the secret key of sealed dumps: this one, and a directory of the scenario's."""

import json
import subprocess

from harness import check
from harness.machine import Result
from harness.scenario import Run


class Elsewhere:
    """Where the secret key is."""

    def __init__(self, test: Run):
        self._program = test.lab.userland.linux_tool
        self.directory = test.work / "elsewhere"
        self.directory.mkdir()

    def run(self, *arguments: str) -> Result:
        done = subprocess.run([self._program, "kdump", *arguments], cwd=self.directory, capture_output=True)
        return Result(" ".join(arguments), done.returncode, done.stdout, done.stderr)

    def make_key(self, name: str) -> dict[str, str]:
        made = self.run("keygen", name, "--json")
        check.status(made, 0)
        check.equal("the mode of the secret key", (self.directory / name).stat().st_mode & 0o777, 0o600)
        return json.loads(made.text)

    def unseal(self, sealed: bytes, key: str = "key") -> tuple[Result, bytes | None]:
        (self.directory / "dmesg.txt.sealed").write_bytes(sealed)
        result, opened = self.run("unseal", "--key", key, "dmesg.txt.sealed"), self.directory / "dmesg.txt"
        content = opened.read_bytes() if opened.exists() else None
        opened.unlink(missing_ok=True)
        check.equal("files left behind", [path.name for path in self.directory.glob("*.part")], [])
        return result, content
