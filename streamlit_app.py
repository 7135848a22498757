"""HeartGuard in the browser: ``streamlit run streamlit_app.py``."""

import streamlit as st

from heartguard.ui.shared.frame import PAGES

# Without icons: the links have theirs, and for that of a page the browser would ask a server of icons.
st.navigation(
    [st.Page(script, title=name, default=script == "pages/read.py") for script, (name, _) in PAGES.items()],
    position="hidden",
).run()
