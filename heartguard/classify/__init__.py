"""Drawing → Prediction: the specs of the models, the engines that run them, calibration and abstention."""

from heartguard.classify.architecture import CHANNEL_MEANS_BGR, HEAD_LEVELS, ROI_COUNT, roi_pooling_weights
from heartguard.classify.engine import Engine, Outputs, VggEngine, check_images, load_engine
from heartguard.classify.findings import FindingSpec
from heartguard.classify.int8_network import CUT_STRIDE, LAYERS, Int8Network
from heartguard.classify.onnx_graph import activation_graph, activation_name
from heartguard.classify.prediction import classify, prediction_set, probabilities
from heartguard.classify.signal_model import EnsembleSpec, SignalModel, SignalModelSpec, load_signal_model
from heartguard.classify.spec import ModelSpec, load_spec, save_spec
from heartguard.weights import Weights, models_folder, read_weights, write_weights

__all__ = [
    "CHANNEL_MEANS_BGR",
    "CUT_STRIDE",
    "HEAD_LEVELS",
    "LAYERS",
    "ROI_COUNT",
    "Engine",
    "EnsembleSpec",
    "FindingSpec",
    "Int8Network",
    "ModelSpec",
    "Outputs",
    "SignalModel",
    "SignalModelSpec",
    "VggEngine",
    "Weights",
    "activation_graph",
    "activation_name",
    "check_images",
    "classify",
    "load_engine",
    "load_signal_model",
    "load_spec",
    "models_folder",
    "prediction_set",
    "probabilities",
    "read_weights",
    "roi_pooling_weights",
    "save_spec",
    "write_weights",
]
