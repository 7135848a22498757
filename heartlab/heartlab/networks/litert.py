"""Networks of Keras as LiteRT files: TensorFlow's converter writes them, ai-edge-quantizer shrinks their weights."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from heartguard.arrays import Floats

__all__ = ["convolutions_of", "litert_file", "with_eight_bit_kernels", "with_half_precision"]


def convolutions_of(path: Path) -> list[tuple[Floats, Floats]]:
    """Return kernels, shape (h, w, in, out), and biases of a file's convolutions, in half precision or whole."""
    from ai_edge_litert.interpreter import Interpreter

    running = Interpreter(str(path))
    operations = running._get_ops_details()
    made_of = {op["outputs"][0]: op["inputs"][0] for op in operations if op["op_name"] == "DEQUANTIZE"}
    found = []
    for op in operations:
        if op["op_name"] == "CONV_2D":
            at = [made_of.get(int(number), int(number)) for number in op["inputs"][1:3]]
            kernel, bias = (np.asarray(running.get_tensor(number), np.float32) for number in at)
            found.append((np.ascontiguousarray(kernel.transpose(1, 2, 3, 0)), bias))
    return found


def litert_file(models: Mapping[str, Any], shapes: Mapping[str, tuple[int | None, ...]]) -> bytes:
    """Return Keras models as one LiteRT file in float32, a signature each.

    Parameters
    ----------
    models : mapping of str to keras.Model
        With one named input and a dict of outputs, by the name of the signature.
    shapes : mapping of str to tuple
        Of their inputs; None where a size may change from call to call.
    """
    import tensorflow as tf

    signatures = {name: _signature(model, shapes[name]) for name, model in models.items()}
    with tempfile.TemporaryDirectory() as folder:
        tf.saved_model.save(tf.Module(), folder, signatures=signatures)
        content: bytes = tf.lite.TFLiteConverter.from_saved_model(folder).convert()
    return content


def _signature(model: Any, shape: tuple[int | None, ...]) -> Any:
    """Return a model as a function whose weights are constants: as variables, no quantiser would see them."""
    import tensorflow as tf
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    wanted = tf.TensorSpec(shape, tf.float32, name=model.inputs[0].name)
    traced = tf.function(lambda values: model(values, training=False)).get_concrete_function(wanted)
    frozen, names = convert_variables_to_constants_v2(traced), sorted(traced.structured_outputs)
    named: Callable[[Any], Any] = lambda values: dict(zip(names, frozen(values), strict=True))  # noqa: E731
    return tf.function(named).get_concrete_function(wanted)


def with_eight_bit_kernels(content: bytes, kept: str) -> bytes:
    """Return a LiteRT file with 8-bit kernels, one scale for each output channel, for dynamic-range inference.

    Parameters
    ----------
    content : bytes
        In float32.
    kept : str
        Regular expression of the layers that stay in float32.
    """
    from ai_edge_quantizer.qtyping import TFLOperationName
    from ai_edge_quantizer.quantizer import Quantizer

    quantizer = Quantizer(content)
    quantizer.add_dynamic_config(regex=".*", operation_name=TFLOperationName.CONV_2D, num_bits=8)
    quantizer.update_quantization_recipe(kept, TFLOperationName.CONV_2D, algorithm_key="no_quantize")
    return bytes(quantizer.quantize().quantized_model)


def with_half_precision(content: bytes) -> bytes:
    """Return a LiteRT file whose kernels are stored as float16; all arithmetic stays in float32."""
    from ai_edge_quantizer import qtyping
    from ai_edge_quantizer.quantizer import Quantizer

    stored = qtyping.TensorQuantizationConfig(num_bits=16, dtype=qtyping.TensorDataType.FLOAT)
    config = qtyping.OpQuantizationConfig(weight_tensor_config=stored, compute_precision=qtyping.ComputePrecision.FLOAT)
    quantizer = Quantizer(content)
    for operation in (qtyping.TFLOperationName.CONV_2D, qtyping.TFLOperationName.FULLY_CONNECTED):
        quantizer.update_quantization_recipe(".*", operation, config, algorithm_key="float_casting")
    return bytes(quantizer.quantize().quantized_model)
