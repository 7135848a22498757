"""Draw the traced leads over the straight page: ``python examples/draw_traces.py ecg.png traced.png``."""

import sys

import numpy as np
from PIL import Image, ImageDraw

from heartguard import read_ecg

COLOURS = ("#0072b2", "#d55e00", "#009e73")  # Okabe and Ito's, which colour-blind readers can tell apart


def main(path: str, picture: str) -> None:
    """Write the straight page with each lead's line in colour and its name beside it."""
    reading = read_ecg(path)
    drawn = Image.fromarray(reading.page.image)
    pen = ImageDraw.Draw(drawn)
    for number, segment in enumerate(reading.ecg.segments):
        colour = COLOURS[number % len(COLOURS)]
        columns = segment.x0 + np.arange(segment.y.size)
        known = np.isfinite(segment.y)
        line = [(float(x), float(y)) for x, y in zip(columns[known], segment.y[known], strict=True)]
        pen.line(line, fill=colour, width=2)
        pen.text((segment.panel.x0 + 4, segment.panel.baseline_y + 10), segment.panel.label, fill=colour, font_size=20)
    drawn.save(picture)
    print(f"{len(reading.ecg.segments)} lines: {picture}")


if __name__ == "__main__":
    main(*sys.argv[1:3])
