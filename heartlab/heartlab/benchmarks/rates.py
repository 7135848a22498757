"""Heart rate of every clinic page against the rate that its recorder printed.

    heartlab bench rates [--pages N]

Needs the shared data (see README). Writes ``benchmarks/results/rates.csv``: one row a set and layout, and beside it the
pages that miss the printed rate by more than 5/min. Some prints are plainly wrong:
``benchmarks/printed-rates-wrong.csv`` lists those among the misses where counting the complexes by eye contradicts the
print by more than 10/min. The figures stand against the prints as they are; those without the listed pages are given in
columns of their own.
"""

from __future__ import annotations

import argparse
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pandas as pd
from tqdm import tqdm

from heartguard.errors import HeartGuardError
from heartguard.intake import open_upload
from heartguard.measure import measure
from heartguard.page import find_page
from heartguard.trace import trace
from heartlab.checkout import CHECKOUT
from heartlab.data.datasets import load_pages, originals
from heartlab.data.page_traces import reading_networks
from heartlab.data.tables import write_table

WRONG_PRINTS = CHECKOUT / "benchmarks" / "printed-rates-wrong.csv"
"""Pages whose printed rate is wrong."""


def read_rate(path: Path) -> tuple[bool, float, str]:
    """Return whether the page was read, its rate (NaN if unknown), and its layout or the reason of the refusal."""
    import cv2

    cv2.setNumThreads(1)
    try:
        page_models, line = reading_networks()
        page = find_page(open_upload(path), page_models)
        rate = measure(trace(page, line)).heart_rate_bpm
    except HeartGuardError as error:
        return False, float("nan"), type(error).__name__
    return True, float("nan") if rate is None else rate, page.layout.name


def summarise(pages: pd.DataFrame, of: str, wrong: set[str]) -> list[dict[str, object]]:
    """Rows of the table: all layouts, then each; `wrong` are the pages whose printed rate is not to be believed."""
    rows: list[dict[str, object]] = []
    for layout, part in [("all", pages), *pages.groupby("layout")]:
        printed = part[part["hr_printed"].notna()]
        error = (printed["rate"] - printed["hr_printed"]).abs()
        known = error.notna()
        credible = error[~printed["page_id"].isin(wrong)]
        rows.append(
            {
                "set": of,
                "layout": layout,
                "pages": len(part),
                "read_percent": round(100 * part["read"].mean(), 2),
                "pages_with_printed_rate": len(printed),
                "rate_measured_percent": round(100 * known.mean(), 2),
                "within_5_per_min_percent": round(100 * float((error <= 5).mean()), 2),
                "mean_absolute_error_per_min": round(float(error[known].mean()), 2),
                "median_absolute_error_per_min": round(float(error[known].median()), 2),
                "wrong_prints": len(error) - len(credible),
                "without_them_within_5_per_min_percent": round(100 * float((credible <= 5).mean()), 2),
                "without_them_mean_absolute_error_per_min": round(float(credible.mean()), 2),
            }
        )
    return rows


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of this benchmark."""
    parser.add_argument("--pages", type=int, help="only so many, drawn at random")


def run(args: argparse.Namespace) -> None:
    """Read all pages on two cores."""
    limit, wrong = args.pages, set(pd.read_csv(WRONG_PRINTS)["page_id"])
    rows: list[dict[str, object]] = []
    for of, pages in (("originals", originals()), ("pages", load_pages())):
        pages = pages.sample(limit, random_state=0) if limit and limit < len(pages) else pages.copy()
        with ProcessPoolExecutor(2) as pool:
            results = list(tqdm(pool.map(read_rate, pages["path"], chunksize=8), total=len(pages), desc=of))
        pages["read"], pages["rate"], pages["read_as"] = zip(*results, strict=True)
        rows += summarise(pages, of, wrong)
        worst = pages.assign(error=(pages["rate"] - pages["hr_printed"]).abs())
        worst = worst[(worst["error"] > 5) | ~worst["read"] | (worst["rate"].isna() & worst["hr_printed"].notna())]
        columns = ["page_id", "layout", "read_as", "hr_printed", "rate", "error"]
        write_table(worst[columns].round(1).sort_values("page_id"), f"rates-misses-{of}")
    print(write_table(rows, "rates").to_string(index=False))
