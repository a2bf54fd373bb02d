# SPDX-License-Identifier: BSD-2-Clause-Patent
"""What the checks that are Python scripts share: each runs, and the last lines are those that are added up."""


class Skipped(Exception):
    """What a check needs is not here."""


def run_all(checks, subject):
    """Hands the subject to each check; the exit status. What fails raises, and must not hide the next."""
    failed = skipped = 0
    for check in checks:
        try:
            check(subject)
        except Skipped as reason:
            print(f"{check.__name__}: skipped: {reason}")
            skipped += 1
        except Exception as error:
            print(f"{check.__name__}: {error}")
            failed += 1
    if skipped:
        print(f"{skipped} skipped")
    print(f"{len(checks) - failed - skipped} passed, {failed} failed")
    return 1 if failed else 0
