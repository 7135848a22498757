"""Run networks from LiteRT files (.tflite), as TensorFlow's converter writes them."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from heartguard.arrays import Floats

__all__ = ["LiteRtFile", "interpreter_class"]


class LiteRtFile:
    """The signatures of a LiteRT file, which are its functions; safe to share between threads.

    Parameters
    ----------
    content : bytes or Path
        A file is mapped into memory: the system may let go of its pages, as it can read them again.
    threads : int
        Processor cores to use.

    Examples
    --------
    >>> import numpy as np
    >>> from heartguard.weights import models_folder
    >>> file = LiteRtFile(models_folder() / "vgg16.tflite")
    >>> near = file.run("near", image=np.zeros((1, 8, 8, 1), np.float32))
    >>> near["pool2"].shape
    (1, 2, 2, 128)
    """

    def __init__(self, content: bytes | Path, threads: int = 2) -> None:
        given = {"model_path": str(content)} if isinstance(content, Path) else {"model_content": content}
        self._interpreter: Any = interpreter_class()(**given, num_threads=threads)
        self._signatures: dict[str, Any] = {}
        self._lock = threading.Lock()

    def run(self, signature: str, **inputs: Floats) -> dict[str, Floats]:
        """Return the outputs of a signature by name; inputs of another shape than the last ones resize it.

        Parameters
        ----------
        signature : str
        **inputs : ndarray, float32

        Raises
        ------
        ValueError
            If the file has no such signature, or not these inputs.
        """
        with self._lock:  # an interpreter holds one set of inputs
            if signature not in self._signatures:
                self._signatures[signature] = self._interpreter.get_signature_runner(signature)
            outputs: dict[str, Floats] = self._signatures[signature](**inputs)
            return outputs


def interpreter_class() -> Any:
    """Return LiteRT's interpreter, from whichever package brings it."""
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ModuleNotFoundError:  # Intel Macs, for which it has no wheel; TensorFlow carries the same interpreter
        from tensorflow.lite import Interpreter
    return Interpreter
