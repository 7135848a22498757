"""``heartguard train <member>``: one model of the family by fold, and under the seed's leaky protocol beside it."""

from __future__ import annotations

import argparse
import logging

from heartguard.lab.cross_validation import page_set
from heartguard.lab.datasets import load_pages
from heartguard.lab.family.members import MEMBERS
from heartguard.lab.family.protocol import answers_by_fold, answers_with_leakage
from heartguard.lab.family.views import Pages, load_view
from heartguard.lab.page_traces import load_traces, trace_pages

log = logging.getLogger(__name__)


def load_family_pages(args: argparse.Namespace) -> Pages:
    """Return the labelled pages with their traces."""
    traces = load_traces(args.traces) if args.traces else trace_pages(args.cache, args.threads)
    return Pages(page_set(load_pages(), traces), traces, args.cache)


def run(args: argparse.Namespace) -> int:
    """Cross-validate one member and re-enact the seed's protocol with it; return the exit status."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    _limit_threads(args.threads)
    _train(args.model, load_family_pages(args), args)
    return 0


def run_all(args: argparse.Namespace) -> int:
    """Do what `run` does for every member that has no answers yet; return the exit status."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    _limit_threads(args.threads)
    pages = load_family_pages(args)
    for name in MEMBERS:
        if not (args.results / f"oof-{name}.csv").exists():
            _train(name, pages, args)
    return 0


def _train(name: str, pages: Pages, args: argparse.Namespace) -> None:
    member = MEMBERS[name]
    view = load_view(member.view, pages)
    args.results.mkdir(parents=True, exist_ok=True)
    if member.reenacted:
        answers_with_leakage(member, view, pages.labelled).to_csv(args.results / f"leaky-{name}.csv", index=False)
    answers_by_fold(member, view, pages.labelled).to_csv(args.results / f"oof-{name}.csv", index=False)
    log.info("%s: answers kept in %s", name, args.results)


def _limit_threads(threads: int) -> None:
    import torch

    torch.set_num_threads(threads)
