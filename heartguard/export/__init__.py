"""A Reading in the formats of other programs: WFDB, DICOM and FHIR beside CSV and JSON, and the folder they go to.

Reviewed readings become a labelled set for training.

Seconds that a page does not show for a lead are the format's own missing value: an empty cell in CSV, -32768 in WFDB
and in DICOM (which states it as the padding value), ``E`` in FHIR's sampled data.
"""

from heartguard.export.folder import OutputFolder
from heartguard.export.formats import FORMATS, Format
from heartguard.export.labelled_set import LabelledCase, labelled_case, labelled_page, labelled_set

__all__ = ["FORMATS", "Format", "LabelledCase", "OutputFolder", "labelled_case", "labelled_page", "labelled_set"]
