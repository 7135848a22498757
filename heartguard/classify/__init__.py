"""Drawing → Prediction: the model's own facts, the engines that run it, calibration and abstention."""

from heartguard.classify.engine import Engine, load_engine, models_folder
from heartguard.classify.prediction import classify, possible_classes, probabilities
from heartguard.classify.spec import ModelSpec, load_spec, save_spec
from heartguard.classify.weights import Weights, read_weights, write_weights

__all__ = [
    "Engine",
    "ModelSpec",
    "Weights",
    "classify",
    "load_engine",
    "load_spec",
    "models_folder",
    "possible_classes",
    "probabilities",
    "read_weights",
    "save_spec",
    "write_weights",
]
