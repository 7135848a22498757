"""Ablations of the classifier, compared by cross-validation: each changes the shipped recipe in one respect."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np

from heartguard.arrays import Floats, Image
from heartguard.classify import probabilities
from heartguard.classify.architecture import HEAD_LEVELS, MAP_STRIDE, overlap
from heartguard.classify.signal_model import log_opinion_pool
from heartguard.drawing import DRAWING_HEIGHT, DRAWING_VERSION, DRAWING_WIDTH, cut_segments, preprocess, render
from heartguard.drawing.rendering import LINE_WIDTH_PX
from heartguard.leads import SAMPLING_RATE_HZ
from heartlab.data.kept import kept_array
from heartlab.data.page_set import Pages, PageSet
from heartlab.data.page_traces import PageTraces
from heartlab.data.signal_labels import CLASSES
from heartlab.metrics.folds import out_of_fold
from heartlab.train.signal.trees import TreeRecipe, Trees
from heartlab.train.signal.views import WAVES
from heartlab.train.signal_drawings import load_signal_set
from heartlab.train.vgg16.features import FeatureBank, build_bank, pooled_features, trained_blocks
from heartlab.train.vgg16.heads import HeadRecipe, LinearHead, Loss, cross_entropy, fit_head
from heartlab.train.vgg16.pretraining import PretrainingRecipe, pretrain
from heartlab.train.vgg16.vgg_torch import build_blocks, initial_weights, set_weights

__all__ = ["ABLATIONS", "Ablation", "AblationData"]

SHIFTS_S = (-0.12, 0.12)
"""Shifts in time of the drawings whose answers are averaged; chosen by hand."""

BAGS = 5
"""Heads that are averaged, each fitted to a bootstrap resample; chosen by hand."""

SHORT = 640
"""Drawings of the short stage 1 in which depths of freezing are compared."""

Drawings = Callable[[], Iterable[Image]]
_ROW = DRAWING_HEIGHT // 4
"""Height of a row of the drawing, pixels."""

_COLUMN = DRAWING_WIDTH // 4
"""Width of a column of the drawing, pixels."""


@dataclass(frozen=True, eq=False)
class AblationData:
    """The data of the ablations: pages, their traces, and the folder of ``heartlab train vgg16``."""

    cache: Path
    pages: PageSet
    traces: PageTraces
    shipped: HeadRecipe

    @cached_property
    def bank(self) -> FeatureBank:
        """Features of the shipped network."""
        return build_bank(self.cache, self.cache / "pretrained.pt", self.traces, self.shipped.copies)

    @cached_property
    def untrained(self) -> Path:
        """The network before stage 1."""
        import torch

        path = self.cache / "initial.pt"
        if not path.exists():
            blocks = build_blocks()
            set_weights(blocks, initial_weights())
            torch.save({"blocks": blocks.state_dict()}, path)
        return path

    def features(self, pretrained: Path, name: str, drawings: Drawings, regions: Floats | None = None) -> Floats:
        """Return the pooled features of other drawings of the pages, shape (pages, segments, 1024), cached."""
        key = hashlib.sha256(pretrained.read_bytes() + self.traces.signals.tobytes() + DRAWING_VERSION.encode())
        return kept_array(
            self.cache / f"recipe-{key.hexdigest()[:12]}-{name}.npy",
            lambda: pooled_features(trained_blocks(pretrained), np.stack(list(drawings())), regions),
        )

    def drawings(
        self, *, line_width: float = LINE_WIDTH_PX, zoom: float = 1.0, shift_s: float = 0.0
    ) -> Iterable[Image]:
        """Draw every page with another line width, size, or moved in time."""
        for row in range(len(self.traces.page_ids)):
            pieces = cut_segments(self.traces.ecg(row))
            if shift_s:
                pieces = replace(pieces, leads=_moved(pieces.leads, shift_s))
            segments = preprocess(pieces)
            yield render(segments.leads, segments.strip, line_width=line_width, zoom=zoom)

    def out_of_fold(self, fit: Callable[[Any], LinearHead], answer: Callable[[LinearHead, Any], Floats]) -> Floats:
        """Return out-of-fold logits, shape (pages, 4), of a way to fit and a way to answer given rows of pages."""
        return out_of_fold(
            self.pages.folds,
            lambda known, asked: answer(fit(np.flatnonzero(known & self.pages.readable)), np.flatnonzero(asked)),
        )

    def head_logits(self, bank: FeatureBank, recipe: HeadRecipe, loss: Loss = cross_entropy) -> Floats:
        """Return the out-of-fold logits of a head on a bank."""
        return self.out_of_fold(
            lambda rows: fit_head(bank, rows, self.pages.classes[rows], recipe, loss),
            lambda head, held: head.logits(bank.clean[held]),
        )


@dataclass(frozen=True)
class Ablation:
    """One row of the table: the component, its setting, and a function for its out-of-fold logits."""

    lever: str
    setting: str
    run: Callable[[AblationData], Floats]


def _head(lever: str, setting: str, **changes: Any) -> Ablation:
    return Ablation(lever, setting, lambda data: data.head_logits(data.bank, replace(data.shipped, **changes)))


def _loss(lever: str, setting: str, loss: Loss) -> Ablation:
    return Ablation(lever, setting, lambda data: data.head_logits(data.bank, data.shipped, loss))


def _view(setting: str, view: Callable[[Floats], Floats]) -> Ablation:
    def run(data: AblationData) -> Floats:
        bank = FeatureBank(view(data.bank.clean), [view(copy) for copy in data.bank.copies])
        return data.head_logits(bank, data.shipped)

    return Ablation("what the head sees", setting, run)


def _smoothed(share: float, logits: Any, labels: Any, weights: Any) -> Any:
    from torch.nn import functional as f

    return f.cross_entropy(logits, labels, weight=weights, label_smoothing=share)


def _focal(power: float, logits: Any, labels: Any, weights: Any) -> Any:
    """Focal loss (Lin et al., ICCV 2017)."""
    from torch.nn import functional as f

    log_share = f.log_softmax(logits, dim=1).gather(1, labels[:, None])[:, 0]
    weight = weights[labels]
    return -(weight * (1 - log_share.exp()) ** power * log_share).sum() / weight.sum()


def _one_against_rest(logits: Any, labels: Any, weights: Any) -> Any:
    from torch.nn import functional as f

    errors = f.binary_cross_entropy_with_logits(logits, f.one_hot(labels, logits.shape[1]).float(), reduction="none")
    weight = weights[labels]
    return (weight * errors.sum(dim=1)).sum() / weight.sum()


def _bagged(data: AblationData) -> Floats:
    """Average the heads of several bootstraps of the training pages; the average is one linear head again."""

    def fit(rows: Any) -> LinearHead:
        rng = np.random.default_rng(0)
        drawn = [rng.choice(rows, rows.size) for _ in range(BAGS)]
        heads = [fit_head(data.bank, bag, data.pages.classes[bag], data.shipped) for bag in drawn]
        return LinearHead(np.mean([h.kernel for h in heads], axis=0), np.mean([h.bias for h in heads], axis=0))

    return data.out_of_fold(fit, lambda head, held: head.logits(data.bank.clean[held]))


def _softened(targets: Floats, logits: Any, labels: Any, weights: Any) -> Any:
    """Cross entropy against shares instead of classes; `targets` are those of one drawing of each page."""
    import torch
    from torch.nn import functional as f

    soft = torch.from_numpy(targets).to(labels.device).repeat(len(labels) // len(targets), 1)
    weight = weights[labels]
    return -(weight * (soft * f.log_softmax(logits, dim=1)).sum(dim=1)).sum() / weight.sum()


def _distilled(data: AblationData) -> Floats:
    """Teach the head half by the labels, half by the joint answer of network and trees that have not seen the page.

    The teachers of a fold are cross-validated on its training pages alone.
    """
    waves = WAVES.load(Pages(data.pages, data.traces, data.cache))

    def fit(rows: Any) -> LinearHead:
        known = np.eye(len(CLASSES), dtype=np.float32)[data.pages.classes[rows]]
        targets = (known + _teachers(data, waves, rows)) / 2
        return fit_head(data.bank, rows, data.pages.classes[rows], data.shipped, partial(_softened, targets))

    return data.out_of_fold(fit, lambda head, held: head.logits(data.bank.clean[held]))


def _teachers(data: AblationData, waves: Floats, rows: Any) -> Floats:
    folds, classes = data.pages.folds[rows], data.pages.classes[rows]

    def answer(known: Any, asked: Any) -> Floats:
        train, held = rows[known], rows[asked]
        head = fit_head(data.bank, train, classes[known], replace(data.shipped, copies=1))
        network = probabilities(head.logits(data.bank.clean[held]))
        trees = Trees(TreeRecipe()).fit(waves[train], classes[known]).predict_proba(waves[held])
        return probabilities(log_opinion_pool(network, trees)).astype(np.float32)

    return out_of_fold(folds, answer)


def _test_time(views: Callable[[AblationData], list[Floats]]) -> Callable[[AblationData], Floats]:
    """Answer by the mean logits over several drawings of a page."""

    def run(data: AblationData) -> Floats:
        seen = [data.bank.clean, *views(data)]
        return data.out_of_fold(
            lambda rows: fit_head(data.bank, rows, data.pages.classes[rows], data.shipped),
            lambda head, held: np.mean([head.logits(view[held]) for view in seen], axis=0),
        )

    return run


def _shifted(data: AblationData) -> list[Floats]:
    return [
        data.features(data.cache / "pretrained.pt", f"shift{shift}", partial(data.drawings, shift_s=shift))
        for shift in SHIFTS_S
    ]


def _moved(leads: Floats, seconds: float) -> Floats:
    """Shift segments in time; samples from outside are missing."""
    samples = round(seconds * SAMPLING_RATE_HZ)
    moved = np.full_like(leads, np.nan)
    if samples > 0:
        moved[:, samples:] = leads[:, :-samples]
    else:
        moved[:, :samples] = leads[:, -samples:]
    return moved


def _without_copies(data: AblationData, clean: Floats) -> Floats:
    return data.head_logits(FeatureBank(clean, []), replace(data.shipped, copies=0))


def _drawn(lever: str, setting: str, **how: float) -> Ablation:
    """Draw differently for the network before stage 1, which has seen no drawing yet."""
    name = "-".join(f"{key}{value}" for key, value in how.items()) or "plain"
    return Ablation(
        lever,
        setting,
        lambda data: _without_copies(data, data.features(data.untrained, name, partial(data.drawings, **how))),
    )


def _tiled(columns: int) -> Ablation:
    """Put the sixteen stretches of 2.5 s of the drawing (the strip is four) into rows of `columns`."""
    rows = 16 // columns

    def tiles(data: AblationData) -> Iterable[Image]:
        for image in data.drawings():
            cut = image.reshape(4, _ROW, 4, _COLUMN).transpose(0, 2, 1, 3).reshape(rows, columns, _ROW, _COLUMN)
            yield cut.transpose(0, 2, 1, 3).reshape(rows * _ROW, columns * _COLUMN)

    def run(data: AblationData) -> Floats:
        seen = data.features(data.untrained, f"tiles-{columns}", partial(tiles, data), _tile_weights(rows, columns))
        return _without_copies(data, seen)

    return Ablation("lead layout, before stage 1", f"{rows} rows of {columns} x 2.5 s", run)


def _tile_weights(rows: int, columns: int) -> Floats:
    """Return how much of each map cell belongs to each tile, shape (16, map rows, map columns); each sums to 1."""
    down, across = (
        np.stack(
            [overlap(k * size / MAP_STRIDE, (k + 1) * size / MAP_STRIDE, n * size // MAP_STRIDE) for k in range(n)]
        )
        for n, size in ((rows, _ROW), (columns, _COLUMN))
    )
    tiles = np.einsum("ry,cx->rcyx", down, across).reshape(rows * columns, down.shape[1], across.shape[1])
    weights: Floats = (tiles / tiles.sum(axis=(1, 2), keepdims=True)).astype(np.float32)
    return weights


def _stage_1(setting: str, pretrained: Callable[[AblationData], Path]) -> Ablation:
    """Compare networks before the head, on the clean drawings alone."""

    def run(data: AblationData) -> Floats:
        return _without_copies(data, data.features(pretrained(data), "plain", data.drawings))

    return Ablation("stage 1, clean drawings alone", setting, run)


def _after(images: int, data: AblationData) -> Path:
    return data.cache / f"pretrained-{images}.pt"


def _frozen(blocks: int) -> Ablation:
    """Teach stage 1 shortly with some blocks at their initial weights."""

    def pretrained(data: AblationData) -> Path:
        home = data.cache / f"frozen-{blocks}"
        home.mkdir(parents=True, exist_ok=True)
        pretrain(home, load_signal_set(data.cache), PretrainingRecipe(images=(SHORT,), warm_up=10, frozen=blocks))
        return home / "pretrained.pt"

    shown = f"blocks 1 to {blocks}"
    trial = _stage_1(shown, pretrained)
    return replace(trial, lever=f"frozen depth, {SHORT} drawings of stage 1, clean drawings alone")


def _only(level: str) -> Callable[[Floats], Floats]:
    first = 0 if level == "level4" else HEAD_LEVELS["level4"]
    return lambda features: features[:, :, first : first + HEAD_LEVELS[level]]


def _whole_page(features: Floats) -> Floats:
    """Average the stretches by their area: twelve of 2.5 s and the strip of 10 s."""
    weights = np.array([1.0] * 12 + [4.0], np.float32) / 16
    pooled: Floats = np.einsum("nrd,r->nd", features, weights)[:, None]
    return pooled


ABLATIONS: tuple[Ablation, ...] = (
    _head("shipped recipe", "as in the model's spec"),
    *(_head("penalty of the coefficients", f"ridge {r}", ridge=r) for r in (0.1, 0.2, 0.8, 1.6)),
    *(_head("class weights", f"inverse frequency to the power {b}", balance=b) for b in (0.0, 0.5, 1.0)),
    *(_head("log frequency given back", f"{p}", prior=p) for p in (0.0, 0.5)),
    *(_head("augmented drawings of a page", f"{k}", copies=k) for k in (0, 1)),
    *(_loss("label smoothing", f"{s}", partial(_smoothed, s)) for s in (0.05, 0.1)),
    _loss("loss", "focal, power 2", partial(_focal, 2.0)),
    _loss("loss", "one against the rest", _one_against_rest),
    _view("block 5 alone", _only("level5")),
    _view("block 4 alone", _only("level4")),
    _view("one pool over the whole page", _whole_page),
    Ablation("weight averaging", f"mean of {BAGS} heads on bootstraps", _bagged),
    Ablation("ensemble distilled", "labels and joint answer, half and half", _distilled),
    Ablation("test time", "mean with three augmented drawings", _test_time(lambda data: data.bank.copies)),
    Ablation("test time", "mean with drawings moved by 0.12 s both ways", _test_time(_shifted)),
    _stage_1("none: the initial weights", lambda data: data.untrained),
    *(
        _stage_1(f"{images} drawings", partial(_after, images))
        for images in np.cumsum(PretrainingRecipe.images).tolist()
    ),
    *(_frozen(blocks) for blocks in (2, 3, 4)),
    *(_drawn("line width, before stage 1", f"{w} px", line_width=w) for w in (0.75, 2.0)),
    *(_drawn("drawing size, before stage 1", f"{z} times", zoom=z) for z in (0.7, 1.4)),
    *(_tiled(columns) for columns in (2, 1)),
)
"""Every row of the table."""
