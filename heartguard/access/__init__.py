"""Who may use the app where the operator switched the sign-in on: roles, what each may do, and who has which.

Nothing here knows Streamlit or a sign-in service: a person is what the service says of an account (`person_of`).
"""

from heartguard.access.person import Person, is_recent, person_of
from heartguard.access.rules import RIGHTS, SECTION, AccessRules, Right, Role, access_rules

__all__ = [
    "RIGHTS",
    "SECTION",
    "AccessRules",
    "Person",
    "Right",
    "Role",
    "access_rules",
    "is_recent",
    "person_of",
]
