"""Contact details that can belong to nobody: reserved domains, and numbers set aside for fiction."""

# Ranges that regulators (ACMA, Bundesnetzagentur, ARCEP, Ofcom, PTS, NANPA) keep free for drama.
_FICTIONAL = {
    "AU": ("+61 2 5550 {:04d}", 0, 10_000),
    "DE": ("+49 30 23125 {:03d}", 0, 1_000),
    "FR": ("+33 1 99 00 {:04d}", 0, 10_000),
    "GB": ("+44 20 7946 0{:03d}", 0, 1_000),
    "SE": ("+46 8 465 004 {:02d}", 0, 100),
    "US": ("+1 202-555-{:04d}", 100, 100),
}

# Mainland China keeps no such range; a subscriber number there never starts with 0, so these are nobody's.
_CHINESE = "{area}-0000{:04d}"

# Ofcom's range for no place at all; no numbering plan has it, so it counts as invalid.
_NOWHERE = "+44 1632 960{:03d}"


def phone(country: str, number: int, area: str = "010") -> str | None:
    """A number nobody can have, as people there write it; None where no such range is known."""
    if country == "CN":
        return _CHINESE.format(number % 10_000, area=area)
    if country not in _FICTIONAL:
        return None
    written, first, size = _FICTIONAL[country]
    return written.format(first + number % size)


def invalid_phone(number: int) -> str:
    """A number nobody can have that does not count as valid either."""
    return _NOWHERE.format(number % 1_000)


def email(name: str) -> str:
    """An address under a domain that RFC 2606 reserves."""
    return f"{name}@example.org"


def website(name: str) -> str:
    """A site under a domain that RFC 2606 reserves."""
    return f"https://{name}.example.org"
