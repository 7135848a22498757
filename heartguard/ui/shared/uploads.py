"""Files that a widget received."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

__all__ = ["let_go"]


def let_go(files: Sequence[UploadedFile]) -> None:
    """Remove files from their uploader: the tab holds them now, within the bounds of all tabs."""
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    context: Any = get_script_run_ctx()
    for file in files if context is not None else ():
        context.uploaded_file_mgr.remove_file(context.session_id, file.file_id)
