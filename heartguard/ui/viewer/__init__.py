"""The one viewer of the app: a component of Streamlit with its script, its styles and what Python sends to it."""

from heartguard.ui.viewer.component import (
    mount_corners,
    mount_measurements,
    mount_statements,
    mount_tab,
    mount_viewer,
    send_picture,
)

__all__ = ["mount_corners", "mount_measurements", "mount_statements", "mount_tab", "mount_viewer", "send_picture"]
