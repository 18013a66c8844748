"""Made-up residents with one damaged copy each, in the columns of febrl's files."""

import random
from datetime import date, timedelta

from services.members.matching import Record
from tests.members.duplicates.damage import listed, skewed, slip

COLUMNS = (
    "given_name", "surname", "street_number", "address_1", "address_2", "suburb", "postcode", "state",
    "date_of_birth", "soc_sec_id",
)  # fmt: skip
_MISSING = {
    "given_name": 0.05, "surname": 0.02, "street_number": 0.08, "address_1": 0.04, "address_2": 0.16, "suburb": 0.01,
    "postcode": 0.0, "state": 0.05, "date_of_birth": 0.09, "soc_sec_id": 0.0,
}  # fmt: skip
_GIVEN = listed(
    """
    emily jack isabella joshua lachlan thomas sophie joel benjamin william samuel james jessica daniel olivia liam
    nicholas matthew chloe ethan sarah hannah charlotte harrison alexandra jacob caitlin madison dylan georgia ruby
    mia luke grace cooper ella michael lucy zoe ryan noah alexander hayden tyler connor jayden amelia riley alyssa
    erin brianna kayla finn holly imogen jasmine angus bailey callum molly patrick sienna tahlia toby xavier zachary
    abbey adele blake claudia damien eliza flynn gabrielle hamish indiana jorja kiandra lara mikayla nathan oscar
    phoebe quinn rachel stephanie teagan victoria wilson yasmin zali brodie campbell darcy elki freya gemma heath
    isaac jed kobe
    """
)
_SURNAMES = listed(
    """
    smith white green clarke jones campbell brown ryan taylor morrison williams nguyen wilson thompson martin webb
    matthews lee mitchell walker johnson robinson hall young king wright hill scott harris lewis turner evans cooper
    ward bailey reid ross kelly murphy stewart fitzgerald george gibbs knight lowe mason noble osborne parkin
    quilliam renfrey sherriff tsoutas umback vincent wheatley xiourouppa yeoman zilm beattie chandler dangelo
    edmonds francis grosvenor heinrich ingham jolly kranz leslie mcgregor nimmo oconnor petersen rudd stubbs
    trevorrow uren vella weidenbach alderson brandis caporn dolan eglinton fergusson goode hawes irving jeffries
    klemm lombardi maynard nussbaum ottens pascoe roche sondergeld tiller varga waller bergin crook delacey esposito
    farrant gleeson hobson
    """
)
_ROADS = listed(
    """
    giblin tullaroop ramsay goldfinch maltby lines chauvel ellenborough burkitt macpherson dalrymple kinsella
    barrallier starke hingston companion atkinson paterson clubbe gungahlin holman knox livingston mulga namatjira
    oodgeroo carstensz britten jones dookie farnham grevillea harden impey jacka kalgoorlie langdon marr newdegate
    onslow
    """
)
_KINDS = ("street", "place", "circuit", "crescent", "close", "court", "avenue", "drive")
_PLACES = listed(
    """
    rosetta village, kellermans farm, willaroo, mirani, coaling, villa 2, brentwood park, the willows, rowethorpe,
    sandy creek, glenroy homestead, unit 7, warragul ret village, st lucia court, hillview, mount pleasant, the
    ranch, lot 12, ferndale, spring gully, kooltuo, belmont house, site 4, northgate towers, inverness
    """
)
_SUBURBS = listed(
    """
    toowoomba frankston burwood castle_hill bittern canterbury coolaroo garbutt hallora st_james mornington
    wollongong ipswich launceston geelong dubbo cairns mandurah bunbury whyalla wagga_wagga orange armidale ballarat
    bendigo shepparton warrnambool mildura echuca sale traralgon gosford maitland cessnock lismore ballina grafton
    taree
    """
)
_STATES = ("nsw", "vic", "qld", "wa", "sa", "tas", "act", "nt")

Resident = dict[str, str]


def residents(seed: int, originals: int = 500) -> tuple[list[Resident], set[tuple[str, str]]]:
    """Originals and one damaged copy of each, shuffled; and which two are one."""
    rng = random.Random(seed)
    rows: list[Resident] = []
    pairs: set[tuple[str, str]] = set()
    for number in range(originals):
        one = _original(rng)
        rows += [{"rec_id": f"rec-{number}-org", **one}, {"rec_id": f"rec-{number}-dup-0", **_copy(one, rng)}]
        pairs.add((f"rec-{number}-dup-0", f"rec-{number}-org"))
    rng.shuffle(rows)
    return rows, pairs


def _original(rng: random.Random) -> Resident:
    born = date(1900, 1, 1) + timedelta(days=rng.randrange(36_500))
    value = {
        "given_name": skewed(_GIVEN, rng),
        "surname": skewed(_SURNAMES, rng),
        "street_number": str(int(rng.paretovariate(0.7))),
        "address_1": f"{skewed(_ROADS, rng)} {skewed(list(_KINDS), rng)}",
        "address_2": skewed(_PLACES, rng),
        "suburb": skewed(_SUBURBS, rng).replace("_", " "),
        "postcode": str(rng.randrange(2000, 7300)),
        "state": skewed(list(_STATES), rng),
        "date_of_birth": born.strftime("%Y%m%d"),
        "soc_sec_id": str(rng.randrange(1_000_000, 9_999_999)),
    }
    return {name: "" if rng.random() < _MISSING[name] else value[name] for name in COLUMNS}


def _copy(one: Resident, rng: random.Random) -> Resident:
    copy = dict(one)
    for name in rng.sample(COLUMNS, rng.choice([1, 1, 2, 2, 3, 4])):
        if rng.random() < 0.15:
            copy[name] = ""
        elif name == "state":
            copy[name] = rng.choice(_STATES)
        else:
            copy[name] = slip(copy[name], rng)
    if rng.random() < 0.05:
        copy["given_name"], copy["surname"] = copy["surname"], copy["given_name"]
    if rng.random() < 0.04:
        copy["address_1"], copy["address_2"] = copy["address_2"], copy["address_1"]
    born = copy["date_of_birth"]
    if rng.random() < 0.04 and len(born) == 8:
        copy["date_of_birth"] = born[:4] + born[6:] + born[4:6]
    return copy


def as_record(row: Resident) -> Record:
    """A row as it is compared; its id tells nothing."""
    return Record(
        id=row["rec_id"],
        family=row["surname"],
        given=row["given_name"],
        born=row["date_of_birth"],
        identifiers=(f"soc_sec_id:{row['soc_sec_id']}",),
        address=" ".join(row[name] for name in ("street_number", "address_1", "address_2")),
        postcode=row["postcode"],
        city=row["suburb"],
        region=row["state"],
    )
