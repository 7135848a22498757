"""Drawing → Prediction: the model's own facts, the engines that run it, calibration and abstention."""

from heartguard.classify.architecture import CHANNEL_MEANS_BGR, HEAD_LEVELS, REGIONS, region_weights
from heartguard.classify.engine import Engine, Outputs, VggEngine, check_images, load_engine
from heartguard.classify.findings import FindingSpec
from heartguard.classify.light_network import CUT_STRIDE, LAYERS, LightNetwork
from heartguard.classify.onnx_graph import activation_graph, activation_name
from heartguard.classify.prediction import classify, possible_classes, probabilities
from heartguard.classify.second_opinion import JointFacts, SecondModel, SecondSpec, load_second
from heartguard.classify.spec import ModelSpec, load_spec, save_spec
from heartguard.weights import Weights, models_folder, read_weights, write_weights

__all__ = [
    "CHANNEL_MEANS_BGR",
    "CUT_STRIDE",
    "HEAD_LEVELS",
    "LAYERS",
    "REGIONS",
    "Engine",
    "FindingSpec",
    "JointFacts",
    "LightNetwork",
    "ModelSpec",
    "Outputs",
    "SecondModel",
    "SecondSpec",
    "VggEngine",
    "Weights",
    "activation_graph",
    "activation_name",
    "check_images",
    "classify",
    "load_engine",
    "load_second",
    "load_spec",
    "models_folder",
    "possible_classes",
    "probabilities",
    "read_weights",
    "region_weights",
    "save_spec",
    "write_weights",
]
