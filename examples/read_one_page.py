"""Read one page and print the answer: ``python examples/read_one_page.py ecg.png``."""

import sys

from heartguard import read_ecg
from heartguard.errors import HeartGuardError


def main(path: str) -> None:
    """Print class, probabilities, rate and intervals of one page, or why it cannot be read."""
    try:
        reading = read_ecg(path)
    except HeartGuardError as error:
        sys.exit(f"{path} cannot be read. {error}")
    prediction, measured = reading.prediction, reading.measurements
    print("Answer       ", "not sure" if prediction.abstained else prediction.label)
    for name, probability in prediction.probabilities.items():
        print(f"  {name:<10} {probability:.1%}")
    for name, value, unit in (
        ("Heart rate", measured.heart_rate_bpm, "/min"),
        ("PR", measured.pr_ms, "ms"),
        ("QRS", measured.qrs_ms, "ms"),
        ("QT", measured.qt_ms, "ms"),
    ):
        print(f"{name:<13}", "not measured" if value is None else f"{value:.0f} {unit}")
    print(f"Quality       {reading.quality:.0%}")


if __name__ == "__main__":
    main(sys.argv[1])
