"""The inputs of the baselines, beside that of the signal model."""

from __future__ import annotations

from heartguard.arrays import Floats
from heartguard.drawing import draw
from heartlab.baselines.pictures import page_picture, random_features, vgg_features
from heartlab.data.page_set import Pages
from heartlab.train.signal.residual import TAUGHT, ResidualRecipe, make_records, residual_features, teach
from heartlab.train.signal.views import SAME, SIGNALS, WAVES, View
from heartlab.train.signal_drawings import load_signal_set

__all__ = ["VIEWS"]


def _seed_pictures(pages: Pages) -> Floats:
    return vgg_features(page_picture(path) for path in pages.labelled.table["path"])


def _random_network(name: str) -> View:
    def make(pages: Pages) -> Floats:
        return random_features(name, (draw(segments).image for segments in pages.segments()))

    return View(name, f"drawing at half size, {SAME}", make)


def _residual(pages: Pages) -> Floats:
    recipe = ResidualRecipe()
    records = make_records(pages.cache, load_signal_set(pages.cache), recipe)
    taught = teach(pages.cache / TAUGHT.format(recipe.seed), records, recipe)
    return residual_features(taught, SIGNALS.load(pages))


_SEED_SEES = "the page itself: all its seconds, its own band, layout, lead names and separators"
"""Description of the seed's input for the leaderboard."""

VIEWS: dict[str, View] = {
    view.name: view
    for view in (
        WAVES,
        SIGNALS,
        View("resnet1d", f"signals at 125 Hz, {SAME}; taught on 2,096 records before", _residual),
        View("seed-vgg16", _SEED_SEES, _seed_pictures),
        _random_network("resnet50"),
        _random_network("inceptionv3"),
    )
}
"""The inputs of all baselines, by name."""
