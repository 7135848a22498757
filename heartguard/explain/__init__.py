"""What drove an answer: exact class-activation maps, on drawing and page, and SHAP with the leads as players."""

from heartguard.explain.cam import class_map, lead_shares
from heartguard.explain.on_page import map_on_page, map_on_upload
from heartguard.explain.players import DEFAULT_EVALUATIONS, ExplanationCancelledError, LeadShap, lead_shap

__all__ = [
    "DEFAULT_EVALUATIONS",
    "ExplanationCancelledError",
    "LeadShap",
    "class_map",
    "lead_shap",
    "lead_shares",
    "map_on_page",
    "map_on_upload",
]
