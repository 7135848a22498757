"""HeartGuard in the browser: ``streamlit run streamlit_app.py``."""

import streamlit as st

from heartguard.ui.shared.frame import PAGES

st.navigation(
    [
        st.Page(script, title=name, icon=icon, default=script == "pages/read.py")
        for script, (name, icon) in PAGES.items()
    ],
    position="hidden",
).run()
