"""`python -m deploy.scaffold members sites`: write the rooms of a new feature, with tests that pass.

What it writes is a start: names and a note, readable, searchable, by staff. It never changes a file that exists; the
edits that remain are printed.
"""

import importlib.resources
import re
import subprocess
import sys
from pathlib import Path
from string import Template

from deploy.refusal import Refusal

_FEATURE = re.compile(r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$")
_ROOT = Path(__file__).parent.parent


def words_of(service: str, feature: str) -> dict[str, str]:
    """What the templates call the feature, from its plural: `hiking_routes` → `HikingRoute`, `hiking-routes` …"""
    if not _FEATURE.match(feature) or not feature.endswith("s") or feature.endswith("ss"):
        raise Refusal(f"A feature is named by a plural in snake_case, such as hiking_routes; {feature!r} is none.")
    singular = singular_of(feature)
    word = singular.replace("_", " ")
    article = "an" if word[0] in "aeiou" else "a"
    return {
        "service": service,
        "plural": feature,
        "singular": singular,
        "path": feature.replace("_", "-"),
        "Class": "".join(part.capitalize() for part in singular.split("_")),
        "word": word,
        "Word": word.capitalize(),
        "words": feature.replace("_", " "),
        "Words": feature.replace("_", " ").capitalize(),
        "a_word": f"{article} {word}",
        "A_word": f"{article.capitalize()} {word}",
        "a_singular": f"{article}_{singular}",
    }


def singular_of(plural: str) -> str:
    """`sites` → `site`, `galleries` → `gallery`, `series` → `series`."""
    if plural.endswith("series"):
        return plural
    if plural.endswith("ies") and len(plural) > len("pies"):
        return f"{plural[:-3]}y"
    if plural.endswith(("ches", "shes", "sses", "xes")):
        return plural[:-2]
    return plural[:-1]


def rooms(words: dict[str, str]) -> dict[str, str]:
    """Template → where what it makes belongs."""
    service, singular, plural = words["service"], words["singular"], words["plural"]
    feature, tests = f"services/{service}/features/{plural}", f"tests/{service}/{plural}"
    return {
        "contract": f"services/contracts/{service}/{singular}.py",
        "table": f"services/{service}/tables/{singular}.py",
        "feature": f"{feature}/__init__.py",
        "queries": f"{feature}/queries.py",
        "actions": f"{feature}/actions.py",
        "routes": f"{feature}/routes.py",
        "bodies": f"{tests}/bodies.py",
        "test_create": f"{tests}/test_create_{singular}.py",
        "test_list": f"{tests}/test_list_{plural}.py",
        "test_update": f"{tests}/test_update_{singular}.py",
    }


def write(root: Path, service: str, feature: str) -> list[Path]:
    """Write the rooms under `root`; answers their paths. `Refusal` when there is no such service, or a room exists."""
    services = sorted(path.parent.name for path in (root / "services").glob("*/main.py"))
    if service not in services:
        raise Refusal(f"There is no service {service!r}; there are {', '.join(services)}.")
    words = words_of(service, feature)
    places = {template: root / place for template, place in rooms(words).items()}
    for place in places.values():
        if place.exists():
            raise Refusal(f"{place.relative_to(root)} exists already.")
    templates = importlib.resources.files("deploy") / "scaffolding"
    for template, place in places.items():
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(Template((templates / f"{template}.py.txt").read_text()).substitute(words))
    (root / "tests" / service / feature / "__init__.py").touch()
    written = sorted(places.values())
    # The order of imports and the breaks of lines depend on the names.
    for command in (["check", "--quiet", "--select", "I", "--fix"], ["format", "--quiet"]):
        subprocess.run([sys.executable, "-m", "ruff", *command, *written], check=True, cwd=root)
    return written


def remaining(words: dict[str, str]) -> str:
    """The edits that are left to a person, in the order that works."""
    service, singular, plural, row = words["service"], words["singular"], words["plural"], f"{words['Class']}Row"
    return f"""
Still to do:
 1. services/{service}/tables/__init__.py
        from services.{service}.tables.{singular} import {row}
    and "{row}" in __all__.
 2. services/{service}/app.py
        from services.{service}.features.{plural}.routes import routes as {plural}
    and {plural} in features=[…].
 3. gateway/table.py
        "{words["path"]}": "{service}",
 4. make migration s={service} m="Add {words["words"]}", then read what it wrote.
 5. make test args=tests/{service}/{plural}
 6. Make it yours: fields in the contract and the row, filters and sorts with their indexes, which rows partners see
    (queries.py), which values are personal (`personal` of the row), a scope of its own if it needs one
    (services/contracts/scopes.py).
 7. python -m deploy.reference; a line in CHANGELOG.md.
"""


def main(arguments: list[str]) -> int:
    """Write, and say what was written and what remains."""
    if len(arguments) != 2:
        print("usage: python -m deploy.scaffold SERVICE FEATURE", file=sys.stderr)
        return 2
    service, feature = arguments
    try:
        written = write(_ROOT, service, feature)
    except Refusal as refusal:
        print(f"scaffold: {refusal}", file=sys.stderr)
        return 1
    for path in written:
        print(path.relative_to(_ROOT))
    print(remaining(words_of(service, feature)), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
