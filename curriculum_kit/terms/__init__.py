"""Which labels must not stand beside each other: two names of one structure, a whole and its part.

Reads labels and a table of anatomical terms, the project's own (`anatomy.tsv`) and one of the user's; gives relations
between labels. `near_equal` lists what the tables may lack, for the user to decide; nothing is merged on its own.
"""

from curriculum_kit.terms.near import near_equal
from curriculum_kit.terms.relation import Relation
from curriculum_kit.terms.resolver import Clashes, Terms

__all__ = ["Clashes", "Relation", "Terms", "near_equal"]
