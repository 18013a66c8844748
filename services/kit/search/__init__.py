"""Finding names across scripts, spellings and orders on plain PostgreSQL.

A row carries a key made from its names (`Searchable`, `search_document`), a query becomes one `tsquery` for each degree
of match (`search_query`), and a list statement uses `matches` and `rank` with the values of `search_parameters`.
"""

from services.kit.search.best_first import best_first
from services.kit.search.columns import Searchable, is_outdated, matches, rank, search_parameters
from services.kit.search.document import RULE_VERSION, search_document
from services.kit.search.folding import fold
from services.kit.search.found_by import FoundBy
from services.kit.search.prose import folded_prose, has_words
from services.kit.search.query import SearchQuery, search_query

__all__ = [
    "RULE_VERSION",
    "FoundBy",
    "SearchQuery",
    "Searchable",
    "best_first",
    "fold",
    "folded_prose",
    "has_words",
    "is_outdated",
    "matches",
    "rank",
    "search_document",
    "search_parameters",
    "search_query",
]
