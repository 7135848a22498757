"""Files that ship: the light file of the classifier, the sample pages, the normal beat."""
