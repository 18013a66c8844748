"""Which records are about the same organisation or person: pure functions on plain records, no database.

Records that share a key (`keys`) are compared; each comparison yields evidence in bits (Fellegi and Sunter: the
logarithm of how much likelier it is for one and the same than for two), rare agreement counts more than common
agreement, and the sum makes the score.
"""

from services.members.matching.evidence import LIKELY, Evidence, Pair, score_of
from services.members.matching.frequencies import Counted, Frequencies
from services.members.matching.pairs import match
from services.members.matching.record import Kind, Record
from services.members.matching.resources import compare, prepare

__all__ = [
    "LIKELY",
    "Counted",
    "Evidence",
    "Frequencies",
    "Kind",
    "Pair",
    "Record",
    "compare",
    "match",
    "prepare",
    "score_of",
]
