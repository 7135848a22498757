"""Drawing → Prediction: the model's own facts, the engines that run it, calibration and abstention."""

from heartguard.classify.engine import Engine, Outputs, VggEngine, load_engine
from heartguard.classify.findings import FindingSpec
from heartguard.classify.prediction import classify, possible_classes, probabilities
from heartguard.classify.second_opinion import JointFacts, SecondModel, SecondSpec, load_second
from heartguard.classify.spec import ModelSpec, load_spec, save_spec
from heartguard.weights import Weights, models_folder, read_weights, write_weights

__all__ = [
    "Engine",
    "FindingSpec",
    "JointFacts",
    "ModelSpec",
    "Outputs",
    "SecondModel",
    "SecondSpec",
    "VggEngine",
    "Weights",
    "classify",
    "load_engine",
    "load_second",
    "load_spec",
    "models_folder",
    "possible_classes",
    "probabilities",
    "read_weights",
    "save_spec",
    "write_weights",
]
