"""Drawing → Prediction: the specs of the models, the engines that run them, calibration and abstention."""

from heartguard.classify.architecture import CHANNEL_MEANS_BGR, HEAD_LEVELS, LAYERS, ROI_COUNT, roi_pooling_weights
from heartguard.classify.backbone import NEAR_REACH_PX, NEAR_STRIDE, Backbone, LiteRtBackbone
from heartguard.classify.elsewhere import LIKENESS, ElsewhereSpec
from heartguard.classify.engine import Engine, Outputs, VggEngine, check_images, load_engine
from heartguard.classify.findings import FindingSpec
from heartguard.classify.prediction import classify, prediction_set, probabilities
from heartguard.classify.signal_model import SignalModel, load_signal_model
from heartguard.classify.signal_spec import EnsembleSpec, NormalSpec, SignalModelSpec
from heartguard.classify.spec import ModelSpec, load_spec, save_spec
from heartguard.weights import Weights, models_folder, read_weights, write_weights

__all__ = [
    "CHANNEL_MEANS_BGR",
    "HEAD_LEVELS",
    "LAYERS",
    "LIKENESS",
    "NEAR_REACH_PX",
    "NEAR_STRIDE",
    "ROI_COUNT",
    "Backbone",
    "ElsewhereSpec",
    "Engine",
    "EnsembleSpec",
    "FindingSpec",
    "LiteRtBackbone",
    "ModelSpec",
    "NormalSpec",
    "Outputs",
    "SignalModel",
    "SignalModelSpec",
    "VggEngine",
    "Weights",
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
