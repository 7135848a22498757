"""Straight page → words: lead names, paper speed and gain, where they are printed."""

from heartguard.page.print.meaning import agreed_values, leads_in_text, names_on, values_by_line, values_on
from heartguard.page.print.network import PrintNetwork, load_print_network
from heartguard.page.print.reading import read_print
from heartguard.page.print.words import PrintedName, PrintedScale, PrintedValue, Word

__all__ = [
    "PrintNetwork",
    "PrintedName",
    "PrintedScale",
    "PrintedValue",
    "Word",
    "agreed_values",
    "leads_in_text",
    "load_print_network",
    "names_on",
    "read_print",
    "values_by_line",
    "values_on",
]
