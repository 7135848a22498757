"""Files that ship: the int8 file of the classifier, the sample pages, the normal beat."""
