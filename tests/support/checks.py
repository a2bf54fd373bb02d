# SPDX-License-Identifier: BSD-2-Clause-Patent
"""What the checks that are Python scripts share: each runs, and the last line is the one that is added up."""


def run_all(checks, subject):
    """Hands the subject to each check; the exit status. What fails raises, and must not hide the next."""
    failed = 0
    for check in checks:
        try:
            check(subject)
        except Exception as error:
            print(f"{check.__name__}: {error}")
            failed += 1
    print(f"{len(checks) - failed} passed, {failed} failed")
    return 1 if failed else 0
