"""All networks that a reading needs, loaded once and passed on explicitly."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from heartguard.classify import SignalModel, VggEngine, load_engine, load_signal_model
from heartguard.drawing import DRAWING_HEIGHT, DRAWING_VERSION, DRAWING_WIDTH
from heartguard.errors import ModelError
from heartguard.once import once
from heartguard.page import PageModels, load_page_models
from heartguard.quality import QualityModel, load_quality_model
from heartguard.trace import LineNetwork, load_line_network
from heartguard.weights import models_folder

__all__ = ["Models", "shared_models"]


@dataclass(frozen=True, eq=False)
class Models:
    """The networks of HeartGuard; safe to share between threads.

    Attributes
    ----------
    page : PageModels
        The structure network, which tells what every pixel of a picture shows, the print network, which reads words,
        and what tells which way up a picture is.
    line : LineNetwork
        Locates the steep and the shared parts of traced lines.
    quality : QualityModel
        Tells from the evidence on a reading how probably it is right.
    vgg16 : VggEngine
        The image model, on the canonical drawing: classes, findings and the out-of-distribution score.
    signal : SignalModel
        The signal model: trees on measured waves, and 1-D networks on the leads.

    Examples
    --------
    >>> models = Models.load()
    >>> sorted(models.ids)
    ['findings', 'line', 'novelty', 'print', 'signal', 'structure', 'vgg16']
    """

    page: PageModels
    line: LineNetwork
    quality: QualityModel
    vgg16: VggEngine
    signal: SignalModel

    @classmethod
    def load(cls, folder: Path | None = None) -> Models:
        """Load all networks of a models folder, or none.

        Parameters
        ----------
        folder : Path, optional
            By default the one that is shipped.

        Raises
        ------
        ModelError
            If a file is missing or altered, or belongs to other networks than those beside it; the sentence names it.
        """
        home = folder or models_folder()
        for name in ("vgg16.json", "findings.json", "novelty.json", "second.json"):
            if not (home / name).exists():
                raise ModelError(f"{name} is missing from the models folder.")
        vgg16 = load_engine(folder=home)
        signal = load_signal_model(home)
        if (vgg16.spec.drawing_version, *vgg16.spec.input_size) != (DRAWING_VERSION, DRAWING_HEIGHT, DRAWING_WIDTH):
            raise ModelError("vgg16.json in the models folder is for other drawings than this version makes.")
        if vgg16.finding_spec is None:
            raise ModelError(_unfit("findings.json"))
        if vgg16.ood_detector is None:
            raise ModelError(_unfit("novelty.json"))
        if signal is None or signal.spec.joint is None or signal.spec.joint.network_sha256 != vgg16.spec.sha256:
            raise ModelError(_unfit("second.json"))
        if set(signal.spec.classes) != set(vgg16.spec.classes):
            raise ModelError("second.json in the models folder names other classes than vgg16.json.")
        return cls(load_page_models(home), load_line_network(home), load_quality_model(home), vgg16, signal)

    @property
    def ids(self) -> dict[str, str]:
        """Identity of each network, its name and the start of its weights' digest, by its role."""
        findings, detector = self.vgg16.finding_spec, self.vgg16.ood_detector
        return {
            "structure": self.page.structure.identity,
            "print": self.page.print.identity,
            "line": self.line.identity,
            "vgg16": self.vgg16.spec.identity,
            "findings": findings.identity if findings is not None else "",
            "novelty": detector.identity if detector is not None else "",
            "signal": self.signal.spec.identity,
        }


def _unfit(name: str) -> str:
    return f"{name} in the models folder was made for other weights than vgg16.json names."


@once
def shared_models() -> Models:
    """Return the shipped networks, loaded once a process however many threads ask for them.

    Raises
    ------
    ModelError
        As `Models.load`.
    """
    return Models.load()
