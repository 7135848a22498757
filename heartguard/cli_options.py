"""The options of ``heartguard read``, and what they are turned into."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from heartguard.errors import OutputError
from heartguard.leads import GAINS_MM_PER_MV, ORDERS, ROWS, SHAPES, SPEEDS_MM_PER_S
from heartguard.patient import MOST_YEARS, SEXES
from heartguard.printed import lead_named

if TYPE_CHECKING:
    from heartguard.values import Corrections

__all__ = ["DESCRIPTION", "EPILOG", "STDIN", "add_arguments", "check_formats", "corrections_of", "file_like_option"]

DESCRIPTION = """\
Read ECG pages: PNG, JPEG, HEIC, WebP, TIFF, BMP, JPEG 2000, PPM, PDF, or DICOM (one picture, a PDF or waveforms in it);
and ECGs as signals: WFDB (.hea with .dat or .mat beside it, or both in a ZIP), the XML of aECG, MUSE, CardioSoft,
Philips and Mortara. The type is found from the content. A file that cannot be read is rejected with the reason, and the
next one is read."""
"""Shown by ``heartguard read --help``."""

EPILOG = """\
exit status:
  0  every file was read        3  some file was rejected
  1  an answer or its signals could not be written
  2  the command was not understood

examples:
  heartguard read ecg.png
  heartguard read ./-ecg.png                  a name that begins with a dash
  curl ... | heartguard read -                what comes through a pipe
  heartguard read scans/*.png --json --out signals > readings.jsonl
  heartguard read ecg.png --out files --formats csv,wfdb,dicom,fhir
  heartguard read ecg.png --out files --formats pdf,txt --language de
  heartguard read --together limb.png chest.png        two pages of one ECG

Every page gets an answer of its own, and so does each of several ECGs on one page; --together reads the pages of one
ECG. DIR/<name>.csv holds the signals of the first ECG of a file in the last run, and
DIR/<name>-2.csv those of the second; a file that was there with others is kept as DIR/<name>.older.csv.
Seconds that a page does not show are empty in CSV, missing values in WFDB and DICOM, E in FHIR."""
"""Shown below the options."""

STDIN = "-"
"""Name of standard input, by convention."""

_FORMATS = ("pdf", "html", "txt", "csv", "json", "wfdb", "dicom", "fhir")
"""Keys of `heartguard.export.FORMATS`, which the help must not import: it loads numpy."""

_LANGUAGES = ("en", "de")
"""As `heartguard.report.printed.LANGUAGES`, for the same reason."""


def add_arguments(read: argparse.ArgumentParser) -> None:
    """Add the options of ``heartguard read``."""
    read.add_argument(
        "files", nargs="+", metavar="FILE", help="picture, PDF, DICOM or signal file of an ECG; - for what is piped in"
    )
    read.add_argument(
        "--json", action="store_true", help="print one JSON object a line for each file, and nothing else"
    )
    read.add_argument("--out", type=Path, metavar="DIR", help="write what was read of each file to DIR/<name>.csv")
    read.add_argument(
        "--formats",
        type=_formats,
        metavar="LIST",
        help=f"what --out writes, of {', '.join(_FORMATS)}, with commas between (default: csv)",
    )
    read.add_argument(
        "--page",
        type=_page_number,
        metavar="N",
        help="only this page of a PDF or TIFF, or these 10 s of signals, from 1 (default: every page with an ECG)",
    )
    read.add_argument(
        "--together",
        action="store_true",
        help="read all files, and all pages of documents, as one ECG: limb leads on one page, chest leads on another",
    )
    report = read.add_argument_group("report", "for the formats pdf, html and txt")
    report.add_argument("--language", choices=_LANGUAGES, default="en", help="language of the report (default: en)")
    report.add_argument(
        "--deidentify",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="blank all print beside the traces in the picture of the page: it may name the patient (default: yes)",
    )
    patient = read.add_argument_group("patient", "for the limits that depend on age or sex")
    patient.add_argument("--age", type=_age, metavar="YEARS", help="age of the patient")
    patient.add_argument("--sex", choices=SEXES, help="sex of the patient")
    by_hand = read.add_argument_group("set by hand", "what HeartGuard otherwise finds by itself")
    by_hand.add_argument(
        "--layout",
        choices=(*SHAPES, ROWS),
        help=f"arrangement: rows x columns + rhythm strips; {ROWS!r}: every row is a lead of its own",
    )
    by_hand.add_argument("--order", choices=list(ORDERS), help="order of the limb leads")
    by_hand.add_argument("--speed", type=float, choices=SPEEDS_MM_PER_S, help="paper speed, mm/s")
    by_hand.add_argument("--gain", type=float, choices=GAINS_MM_PER_MV, help="gain, mm/mV")
    by_hand.add_argument(
        "--turn", type=int, choices=(0, 90, 180, 270), help="turn the picture clockwise, degrees; 0 leaves it as it is"
    )
    by_hand.add_argument("--mirror", action="store_true", help="exchange left and right, after the turn")
    by_hand.add_argument(
        "--lead",
        type=_lead_by_hand,
        action="append",
        metavar="NAME=LEAD",
        help="name a lead, such as 'row 1=V1', 'V3=V3R' or 'strip 1=V5'; may be given several times",
    )


def file_like_option(arguments: Sequence[str]) -> str | None:
    """Return a sentence where a word that would be taken for an option is the name of a file; None where none is."""
    for word in arguments[: arguments.index("--")] if "--" in arguments else arguments:
        if word.startswith("-") and word != STDIN and Path(word).is_file():
            return f"the file {word!r} begins with a dash and would be taken for an option: write './{word}' instead"
    return None


def check_formats(args: argparse.Namespace) -> None:
    """Raise a named error before anything is read where formats cannot be written."""
    from heartguard.export import FORMATS

    if args.formats is None:
        return
    if args.out is None:
        raise OutputError("--formats says what is written to a folder. Give the folder with --out DIR.")
    missing = [name for name in args.formats if not FORMATS[name].available]
    if missing:
        extras = ",".join(sorted({FORMATS[name].extra for name in missing}))
        raise OutputError(
            f"{', '.join(missing)}: a library that writes it is not installed. Run: pip install 'heartguard[{extras}]'"
        )


def corrections_of(args: argparse.Namespace) -> Corrections:
    """Return what was set by hand."""
    from heartguard.values import Corrections

    set_by_hand = args.mirror or args.turn is not None
    return Corrections(
        (args.turn or 0) // 90,
        None,
        args.layout,
        args.order,
        args.speed,
        args.gain,
        args.mirror if set_by_hand else None,
        tuple(args.lead or ()),
    )


def _page_number(text: str) -> int:
    with contextlib.suppress(ValueError):
        if int(text) >= 1:
            return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no page number; pages count from 1")


def _age(text: str) -> float:
    with contextlib.suppress(ValueError):
        if 0 <= float(text) <= MOST_YEARS:
            return float(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no age between 0 and {MOST_YEARS} years")


def _lead_by_hand(text: str) -> tuple[str, str]:
    name, equals, lead = (part.strip() for part in text.partition("="))
    if not (name and equals and lead_named(lead) == lead):
        raise argparse.ArgumentTypeError(f"{text!r} names no lead; write it as 'row 1=V1'")
    return name, lead


def _formats(text: str) -> tuple[str, ...]:
    """Return formats by their words, each once."""
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",")))
    unknown = next((name for name in names if name not in _FORMATS), None)
    if unknown is not None:
        raise argparse.ArgumentTypeError(f"{unknown!r} is no format; choose among {', '.join(_FORMATS)}")
    return names
