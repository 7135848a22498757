"""``heartlab train <member>``: one baseline by fold, and under the seed's leaky protocol for comparison."""

from __future__ import annotations

import argparse
import logging

from heartlab.baselines.members import MEMBERS
from heartlab.baselines.protocol import answers_with_leakage
from heartlab.baselines.views import VIEWS
from heartlab.data.answers import LEAKY, answers_path, write_answers
from heartlab.data.page_set import Pages, load_traced_pages
from heartlab.train.by_fold import answers_by_fold

__all__ = ["run", "run_all"]

log = logging.getLogger(__name__)


def run(args: argparse.Namespace) -> int:
    """Cross-validate one member and re-enact the seed's protocol with it; return the exit status."""
    _limit_threads(args.threads)
    _train(args.model, load_traced_pages(args), args)
    return 0


def run_all(args: argparse.Namespace) -> int:
    """Do what `run` does for every member that has no answers yet; return the exit status."""
    _limit_threads(args.threads)
    pages = load_traced_pages(args)
    for name in MEMBERS:
        if not answers_path(args.results, name).exists():
            _train(name, pages, args)
    return 0


def _train(name: str, pages: Pages, args: argparse.Namespace) -> None:
    member = MEMBERS[name]
    seen = VIEWS[member.view].load(pages)
    if member.reenacted:
        write_answers(answers_with_leakage(member, seen, pages.labelled), args.results, name, LEAKY)
    write_answers(answers_by_fold(name, member.build, seen, pages.labelled), args.results, name)
    log.info("%s: answers kept in %s", name, args.results)


def _limit_threads(threads: int) -> None:
    import torch

    torch.set_num_threads(threads)
