"""The models of earlier projects on the same folds: what each sees, how it is built, and two protocols."""

from heartguard.lab.family.members import MEMBERS, Classifier, Member
from heartguard.lab.family.protocol import answers_by_fold, answers_with_leakage
from heartguard.lab.family.views import VIEWS, View, load_view

__all__ = [
    "MEMBERS",
    "VIEWS",
    "Classifier",
    "Member",
    "View",
    "answers_by_fold",
    "answers_with_leakage",
    "load_view",
]
