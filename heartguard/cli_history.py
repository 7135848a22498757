"""``heartguard history``: what the operator of a history asks for."""

from __future__ import annotations

import argparse
import getpass
from typing import TYPE_CHECKING

from heartguard.errors import HeartGuardError

if TYPE_CHECKING:
    from heartguard.history import History

__all__ = ["DESCRIPTION", "EPILOG", "add_arguments"]

DESCRIPTION = """\
The history that the app keeps where the environment says so: HEARTGUARD_HISTORY=on (an SQLite file), or the address of
a database; HEARTGUARD_HISTORY_DAYS: days after which readings are deleted (365)."""
"""Shown by ``heartguard history --help``."""

EPILOG = """\
examples:
  HEARTGUARD_HISTORY=on heartguard app
  HEARTGUARD_HISTORY=postgresql+psycopg://heartguard@db/heartguard heartguard app
  heartguard history status
  heartguard history audit --last 20
  heartguard history delete-patient 4711
  heartguard history expire

Every act is a line of the audit trail, which the database itself keeps from being changed."""
"""Shown below the options."""


def add_arguments(history: argparse.ArgumentParser) -> None:
    """Add the commands of ``heartguard history``."""
    acts = history.add_subparsers(title="acts", metavar="ACT", required=True)
    acts.add_parser("status", help="how many readings are kept, and for how long").set_defaults(run=_status)
    audit = acts.add_parser("audit", help="who did what, the newest first")
    audit.add_argument("--last", type=int, default=50, metavar="N", help="lines (default: 50)")
    audit.set_defaults(run=_audit)
    deleting = acts.add_parser("delete-patient", help="delete all readings and reviews of a patient")
    deleting.add_argument("number", metavar="NUMBER", help="as it was given in the app")
    deleting.set_defaults(run=_delete)
    acts.add_parser("expire", help="delete what is older than the retention period").set_defaults(run=_expire)


def _opened() -> History:
    from heartguard.history import history_settings

    settings = history_settings()
    if settings is None:
        raise HeartGuardError("No history is kept: HEARTGUARD_HISTORY is not set.")
    try:
        from heartguard.history import History
    except ImportError as error:
        raise HeartGuardError("The history needs its extra: pip install 'heartguard[history]'.") from error
    return History(settings)


def _status(_args: argparse.Namespace) -> int:
    history = _opened()
    print(f"{history.count()} readings are kept, each for {history.settings.days} days.")
    return 0


def _audit(args: argparse.Namespace) -> int:
    for line in _opened().audit(args.last):
        about = " ".join(filter(None, (line["reading_id"], line["patient_id"], line["detail"])))
        print(f"{line['number']:>6}  {line['at']:%Y-%m-%d %H:%M:%S}  {line['who']:<12} {line['did']:<9} {about}")
    return 0


def _delete(args: argparse.Namespace) -> int:
    count = _opened().delete_patient(args.number, who=getpass.getuser())
    print(f"Deleted: the patient and {count} readings. The audit trail keeps that it was done.")
    return 0


def _expire(_args: argparse.Namespace) -> int:
    print(f"Deleted: {_opened().expire()} readings older than the retention period.")
    return 0
