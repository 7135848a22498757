"""The registry of the baselines: each model of earlier projects by name, with its input and its builder."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from heartlab.baselines.networks import SignalNetwork
from heartlab.baselines.tabular import ESTIMATORS, linear_head, pipeline
from heartlab.train.by_fold import Builder


@dataclass(frozen=True)
class Member:
    """One baseline.

    Attributes
    ----------
    name : str
        Its name for ``heartlab train``.
    title : str
        Its title on the leaderboard.
    view : str
        Key of `heartlab.baselines.views.VIEWS`: its input.
    build : callable
        Takes a seed and returns an untrained `Classifier`; scaling, PCA and SMOTE are inside it.
    reenacted : bool
        Whether the seed's leaky protocol is shown with it; variants of one model would only repeat each other.
    """

    name: str
    title: str
    view: str
    build: Builder
    reenacted: bool = True


def _tabular() -> list[Member]:
    members = []
    for name, title in ESTIMATORS.items():
        for pca in (False, True):
            for smote in (False, True):
                steps = [step for step, used in (("pca", pca), ("smote", smote)) if used]
                build = partial(pipeline, name, pca=pca, smote=smote)
                shown = " + ".join([title, *(step.upper() for step in steps)])
                members.append(Member("-".join([name, *steps]), shown, "waves", build, not steps))
    return members


MEMBERS: dict[str, Member] = {
    member.name: member
    for member in (
        *_tabular(),
        *(
            Member(name, title, "signals", partial(SignalNetwork, name))
            for name, title in (("cnn1d", "1-D CNN"), ("lstm", "LSTM"), ("bilstm", "BiLSTM"))
        ),
        Member("resnet1d", "1-D residual network taught on records, frozen", "resnet1d", linear_head, reenacted=False),
        Member("seed-vgg16", "VGG16, frozen, on the seed's page picture", "seed-vgg16", linear_head),
        Member("resnet50", "ResNet50, random weights, frozen", "resnet50", linear_head),
        Member("inceptionv3", "InceptionV3, random weights, frozen", "inceptionv3", linear_head),
    )
}
"""All members by the name that ``heartlab train`` takes."""
