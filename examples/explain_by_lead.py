"""Print which leads speak for the answer: ``python examples/explain_by_lead.py ecg.png``.

The map explains VGG16, the image model. The signal model, which has three quarters of the joint answer, has no map.
"""

import sys

from heartguard import Models, read_ecg
from heartguard.explain import MapMaker, evidence_sentence, map_evidence


def main(path: str) -> None:
    """Print each lead's share of the evidence for the most probable class, the greatest first."""
    models = Models.load()
    prediction = read_ecg(path, models=models).prediction
    if prediction.drawing is None:
        sys.exit("The reading keeps no drawing to explain.")
    heat = MapMaker(models.vgg16).heat_map("cam", prediction, prediction.label)
    evidence = map_evidence(heat, prediction.drawing)
    print(evidence_sentence(evidence, prediction.label))
    for lead, share in sorted(evidence.shares().items(), key=lambda item: -item[1]):
        print(f"{lead:<7}{share:5.0%} {'#' * round(40 * share)}")


if __name__ == "__main__":
    main(sys.argv[1])
