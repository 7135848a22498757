"""Thousands of files: read by several processes or a cluster, into tables that a killed run goes on with."""

from heartguard.batch.rows import read_rows
from heartguard.batch.run import Progress, files_in, run_batch
from heartguard.batch.table import ResultTable

__all__ = ["Progress", "ResultTable", "files_in", "read_rows", "run_batch"]
