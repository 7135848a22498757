"""What the models answer, judged by what was measured: Normal is earned, and rules and models state one thing once."""

from heartguard.answers.concluding import conclude
from heartguard.answers.infarction import no_sign_of_infarction
from heartguard.answers.joined import JointStatement, joint_statements
from heartguard.answers.normal import NORMAL, NORMAL_LIMITS, why_not_normal
from heartguard.answers.subjects import LOOKED_FOR, NOT_LOOKED_FOR
from heartguard.answers.withdrawn import without_refuted

__all__ = [
    "LOOKED_FOR",
    "NORMAL",
    "NORMAL_LIMITS",
    "NOT_LOOKED_FOR",
    "JointStatement",
    "conclude",
    "joint_statements",
    "no_sign_of_infarction",
    "why_not_normal",
    "without_refuted",
]
