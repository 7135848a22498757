"""What drove an answer: maps, Shapley values, a sentence and counterfactuals, and the tests that they must pass."""

from heartguard.explain.by_time import Band, time_bands
from heartguard.explain.cam import class_map
from heartguard.explain.counterfactuals import Counterfactual, counterfactual
from heartguard.explain.evidence import Evidence, map_evidence
from heartguard.explain.game import ExplanationCancelledError
from heartguard.explain.maps import MAP_METHODS, MapMaker, MapMethod
from heartguard.explain.network import OpenNetwork, Tape, open_network
from heartguard.explain.offered import LEAD_SHAP, PIXEL_SHAP, is_offered, offered_maps, shap_installed, trials_of
from heartguard.explain.on_page import map_on_page, map_on_upload
from heartguard.explain.owen_values import PIXEL_EVALUATIONS, PixelShap, pixel_shap
from heartguard.explain.sentence import evidence_sentence
from heartguard.explain.shapley import DEFAULT_EVALUATIONS, Shapley, lead_shap, wave_shap
from heartguard.explain.waves import WAVES, known_waves

__all__ = [
    "DEFAULT_EVALUATIONS",
    "LEAD_SHAP",
    "MAP_METHODS",
    "PIXEL_EVALUATIONS",
    "PIXEL_SHAP",
    "WAVES",
    "Band",
    "Counterfactual",
    "Evidence",
    "ExplanationCancelledError",
    "MapMaker",
    "MapMethod",
    "OpenNetwork",
    "PixelShap",
    "Shapley",
    "Tape",
    "class_map",
    "counterfactual",
    "evidence_sentence",
    "is_offered",
    "known_waves",
    "lead_shap",
    "map_evidence",
    "map_on_page",
    "map_on_upload",
    "offered_maps",
    "open_network",
    "pixel_shap",
    "shap_installed",
    "time_bands",
    "trials_of",
    "wave_shap",
]
