"""Baselines: the models of earlier projects on the same folds, their inputs, and two protocols."""

from heartlab.baselines.members import MEMBERS, Member
from heartlab.baselines.protocol import answers_with_leakage
from heartlab.baselines.views import VIEWS

__all__ = ["MEMBERS", "VIEWS", "Member", "answers_with_leakage"]
