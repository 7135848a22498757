# HeartGuard as a server: docs/deploy.md says how it is run. Not built by its authors: no base image was at hand.
FROM python:3.11-slim

# Hugging Face runs containers as user 1000. The folder of the history is made here so that a new volume belongs to it.
RUN useradd --create-home --uid 1000 heartguard \
    && mkdir /data && chown heartguard:heartguard /data

WORKDIR /source
COPY pyproject.toml README.md LICENSE streamlit_app.py ./
COPY .streamlit/config.toml .streamlit/config.toml
COPY heartguard heartguard
COPY models models
COPY assets assets
COPY pages pages
COPY benchmarks/results benchmarks/results
RUN pip install --no-cache-dir '.[explain,history,report,signin]' && rm -rf /source

WORKDIR /home/heartguard
USER heartguard
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD \
    ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4)"]
CMD ["heartguard", "app", "--host", "0.0.0.0", "--port", "8501"]
