"""Records of a CSV file, whatever its columns are called, so that matching can be tried on any file."""

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

import babel

from services.kit.search import fold
from services.members.matching.record import Kind, Record

_HEADINGS = {
    "id": "rec id,record id,id,key,uuid,row id,编号,序号",
    "given": "given name,first name,forename,given,firstname,givenname,名,名字",
    "family": "surname,last name,family name,family,lastname,familyname,姓,姓氏",
    "born": "date of birth,dob,birth date,birthday,birthdate,born,出生日期,生日",
    "house": "street number,house number,number,门牌号",
    "street": "address 1,address 2,address,street,street address,address line 1,address line 2,addr,地址,住址,通讯地址",
    "postcode": "postcode,post code,zip,zip code,zipcode,postal code,邮编,邮政编码",
    "city": "city,suburb,town,place,locality,municipality,城市,市",
    "region": "state,region,province,subdivision,county,省,省份,州",
    "country": "country,country code,nation,国家,国别,国家地区",
    "email": "email,e mail,mail,email address,emails,电子邮件,邮箱,电子邮箱",
    "phone": "phone,telephone,tel,mobile,phone number,cell,phones,电话,手机,联系电话,手机号",
    "website": "website,web,url,homepage,site,host,domain,网址,网站",
    "wechat": "wechat,wechat id,weixin,微信,微信号",
    "belongs_to": "employer,affiliation,works for,unit,单位,工作单位,parent,parent id,head office,上级单位",
    "organisation": "organisation,organization,company,institution,机构,公司,组织",
}
_IDENTIFIERS = (
    "soc sec id,ssn,social security,passport,passport number,tax id,vat,vat number,wikidata,qid,isni,grid,ror,lei,duns,"
    "registration number,registration no,external id,统一社会信用代码,身份证号"
)
_NAMES = ("name", "alias", "acronym", "abbreviation", "title", "名称", "姓名", "简称", "名", "label")
_LARGEST_CELL = 100_000


def read_records(path: Path, kind: Kind | None = None) -> tuple[Kind, list[Record]]:
    """The records of a file, and what they are: persons where it has columns of persons."""
    csv.field_size_limit(_LARGEST_CELL)
    text = _text(path)
    try:
        dialect: type[csv.Dialect] = csv.Sniffer().sniff(text[:10_000], delimiters=",;\t|")
    except csv.Error:
        dialect = csv.excel
    rows = csv.reader(text.splitlines(), dialect, skipinitialspace=True)
    headings = [fold(one.replace("_", " ")) for one in next(rows, [])]
    columns = _columns(headings)
    found: Kind = kind or ("persons" if {"given", "family", "born"} & columns.keys() else "organisations")
    return found, list(_records(found, columns, headings, rows))


def _text(path: Path) -> str:
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030", errors="replace")


@cache
def _known() -> dict[str, str]:
    known = {fold(name): field for field, names in _HEADINGS.items() for name in names.split(",")}
    return {**known, **{fold(name): "identifier" for name in _IDENTIFIERS.split(",")}}


def _columns(headings: Sequence[str]) -> dict[str, list[int]]:
    """Field → the columns that hold it."""
    columns: dict[str, list[int]] = defaultdict(list)
    for place, heading in enumerate(headings):
        field = _known().get(heading) or _known().get(heading.rstrip(" 0123456789"))
        if field is None and any(word in heading for word in _NAMES):
            field = "name"
        if field is not None:
            columns[field].append(place)
    if "name" not in columns and "organisation" in columns and "family" not in columns:
        columns["name"] = columns.pop("organisation")
    return columns


def _records(
    kind: Kind, columns: Mapping[str, list[int]], headings: Sequence[str], rows: Iterator[list[str]]
) -> Iterator[Record]:
    for number, row in enumerate(rows, 1):

        def of(field: str, row: list[str] = row) -> list[str]:
            return [value for at in columns.get(field, ()) if at < len(row) and (value := row[at].strip())]

        def first(field: str) -> str:
            return next(iter(of(field)), "")

        if not any(cell.strip() for cell in row):
            continue
        identifiers = [f"{headings[at]}:{row[at].strip()}" for at in columns.get("identifier", ()) if at < len(row)]
        yield Record(
            id=first("id") or str(number),
            names=tuple(of("name")),
            family=first("family"),
            given=first("given"),
            born=first("born"),
            identifiers=tuple(identifiers),
            emails=_several(of("email")),
            phones=_several(of("phone")),
            websites=_several(of("website")),
            handles=tuple(f"wechat:{one}" for one in of("wechat")),
            address=" ".join([*of("house"), *of("street")]),
            postcode=first("postcode"),
            city=first("city"),
            region=first("region"),
            country=country_code(first("country")),
            belongs_to=tuple(of("belongs_to") + (of("organisation") if kind == "persons" else [])),
        )


def _several(cells: list[str]) -> tuple[str, ...]:
    """What stands in cells that may hold several values."""
    return tuple(one.strip() for cell in cells for one in cell.replace("；", ";").replace("、", ";").split(";") if one)


def country_code(written: str) -> str:
    """ISO 3166-1 of a country's name in English or Chinese, or of its code; empty when there is none such."""
    return _countries().get(fold(written), "") if written else ""


@cache
def _countries() -> dict[str, str]:
    import pycountry

    found: dict[str, str] = {}
    for country in pycountry.countries:
        for name in (country.name, getattr(country, "common_name", ""), country.alpha_2, country.alpha_3):
            found[fold(name)] = country.alpha_2
    for language in ("en", "zh", "zh_Hant"):
        for code, name in babel.Locale.parse(language).territories.items():
            if len(code) == 2 and code.isalpha():
                found[fold(name)] = code
    found |= {"usa": "US", "uk": "GB", "great britain": "GB", "prc": "CN", "p r china": "CN", "pr china": "CN"}
    found.pop("", None)
    return found
