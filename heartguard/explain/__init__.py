"""Attribution of an answer: maps, Shapley values, a sentence, counterfactuals, and the tests that they must pass."""

from heartguard.explain.by_time import Band, time_bands
from heartguard.explain.cam import class_map
from heartguard.explain.counterfactuals import Counterfactual, counterfactual
from heartguard.explain.evidence import Evidence, map_evidence
from heartguard.explain.game import ExplanationCancelledError
from heartguard.explain.maps import MAP_METHODS, MapMaker, MapMethod
from heartguard.explain.network import ActivationRecord, InspectableNetwork, inspect_network
from heartguard.explain.on_page import map_on_page, map_on_upload
from heartguard.explain.owen_values import PIXEL_EVALUATIONS, PixelShap, pixel_shap
from heartguard.explain.sentence import evidence_sentence
from heartguard.explain.shapley import DEFAULT_EVALUATIONS, Shapley, lead_shap, wave_shap
from heartguard.explain.validated import (
    LEAD_SHAP,
    PIXEL_SHAP,
    is_validated,
    shap_installed,
    validated_maps,
    validation_results,
)
from heartguard.explain.waves import WAVES, known_waves

__all__ = [
    "DEFAULT_EVALUATIONS",
    "LEAD_SHAP",
    "MAP_METHODS",
    "PIXEL_EVALUATIONS",
    "PIXEL_SHAP",
    "WAVES",
    "ActivationRecord",
    "Band",
    "Counterfactual",
    "Evidence",
    "ExplanationCancelledError",
    "InspectableNetwork",
    "MapMaker",
    "MapMethod",
    "PixelShap",
    "Shapley",
    "class_map",
    "counterfactual",
    "evidence_sentence",
    "inspect_network",
    "is_validated",
    "known_waves",
    "lead_shap",
    "map_evidence",
    "map_on_page",
    "map_on_upload",
    "pixel_shap",
    "shap_installed",
    "time_bands",
    "validated_maps",
    "validation_results",
    "wave_shap",
]
