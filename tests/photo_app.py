"""The camera alone; says what arrived in Python."""

from io import BytesIO

import streamlit as st
from PIL import Image

from heartguard.ui.read.camera import photograph_page

photo = photograph_page("camera-0", ("jpg", "png"))
if photo is not None:
    picture = Image.open(BytesIO(photo.getvalue()))
    st.write(f"Arrived: {photo.name}, {picture.format}, {picture.width} x {picture.height}")
