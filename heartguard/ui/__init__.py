"""The app: Streamlit components and Altair charts, the only place in the package that imports streamlit.

Nothing is imported here, so that the first page opens without numerical libraries.
"""

__all__: list[str] = []
