"""HeartGuard in the browser: ``streamlit run streamlit_app.py``."""

import streamlit as st

from heartguard.ui.frame import set_up

set_up()
st.navigation(
    [
        st.Page("pages/read.py", title="Read an ECG", icon=":material/ecg_heart:", default=True),
        st.Page("pages/about.py", title="How it works and how good it is", icon=":material/fact_check:"),
    ],
    position="top",
).run()
