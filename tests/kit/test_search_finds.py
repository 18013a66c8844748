"""Which names a query finds, and in which order."""

from collections.abc import Iterator

import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session

from services.kit.search import fold
from tests.kit.search_data.table import PlaceRow, found, places

EXACT, SAME, BEGINNING, PARTIAL, INITIALS, FIRST_INITIALS = 6, 5, 4, 3, 2, 1


@pytest.fixture(scope="module")
def session(postgres_url: str) -> Iterator[Session]:
    with places(postgres_url) as engine, Session(engine) as session:
        yield session


def rank_of(session: Session, q: str, *names: str) -> int | None:
    """The rank of a row with these names, alone in the table, or None when it is not found."""
    session.execute(delete(PlaceRow))
    session.add(PlaceRow(names=list(names)))
    session.flush()
    hits = found(session, q)
    return hits[0][1] if hits else None


@pytest.mark.parametrize(
    ("q", "rank"),
    [
        ("何亚非", EXACT),
        ("何亞非", SAME),
        ("He Yafei", SAME),
        ("Yafei He", SAME),
        ("heyafei", SAME),
        ("yafeihe", SAME),
        ("HE, Ya-fei", SAME),
        ("he ya fei", SAME),
        ("hyf", INITIALS),
        ("h.y.f.", INITIALS),
        ("H Y F", INITIALS),
        ("hy", FIRST_INITIALS),
        ("何亚", BEGINNING),
        ("何", BEGINNING),
        ("heya", BEGINNING),
        ("yafei", BEGINNING),
        ("亚非", PARTIAL),
        ("亞非", PARTIAL),
        ("非", PARTIAL),
        ("fei he", PARTIAL),
        ("fei", PARTIAL),
        ("何非", None),
        ("雅非", None),
        ("afei", None),
    ],
)
def test_finds_a_chinese_person(session: Session, q: str, rank: int | None) -> None:
    assert rank_of(session, q, "何亚非") == rank


@pytest.mark.parametrize(
    ("q", "rank"),
    [("贵州", EXACT), ("貴州", SAME), ("guizhou", SAME), ("Gui Zhou", SAME), ("gz", INITIALS), ("贵", BEGINNING)],
)
def test_finds_a_place(session: Session, q: str, rank: int) -> None:
    assert rank_of(session, q, "贵州") == rank


@pytest.mark.parametrize(
    ("q", "rank"),
    [
        ("貴州省旅遊局", EXACT),
        ("贵州省旅游局", SAME),
        ("guizhou", BEGINNING),
        ("旅游", PARTIAL),
        ("旅游局", PARTIAL),
        ("省旅", PARTIAL),
        ("局", PARTIAL),
        ("lvyou", PARTIAL),
        ("lüyou", PARTIAL),
        ("luyouju", PARTIAL),
        ("lyuyou", PARTIAL),
        ("旅游 贵州", PARTIAL),
        ("lvyou guizhou", PARTIAL),
        ("贵州lvyou", PARTIAL),
        ("gzslyj", INITIALS),
        ("旅局", None),
    ],
)
def test_finds_an_office_by_any_part_of_its_name(session: Session, q: str, rank: int | None) -> None:
    assert rank_of(session, q, "貴州省旅遊局") == rank


@pytest.mark.parametrize(
    ("name", "q", "rank"),
    [
        ("Bali 旅游局", "bali旅游局", SAME),
        ("Bali 旅游局", "旅游局 bali", PARTIAL),
        ("Bali 旅游局", "bali lvyou", BEGINNING),
        ("Bali 旅游局", "lvyou bali", PARTIAL),
        ("Bali 旅游局", "bali", BEGINNING),
        ("2022北京", "beijing 2022", PARTIAL),
        ("G20峰会", "g20 fenghui", SAME),
        ("東京タワー", "东京", BEGINNING),
        ("東京タワー", "タワー", PARTIAL),
        ("김민수", "민수", PARTIAL),
        ("Ελλάδα", "ελλαδα", SAME),
        ("Чайковский", "чайковскии", SAME),
        ("काठमाडौं", "काठ", BEGINNING),
        ("กรุงเทพ", "เทพ", PARTIAL),
    ],
)
def test_finds_mixed_names_and_other_scripts(session: Session, name: str, q: str, rank: int) -> None:
    assert rank_of(session, q, name) == rank


@pytest.mark.parametrize(
    ("name", "q", "rank"),
    [
        ("Jürgen Müller", "jürgen müller", EXACT),
        ("Jürgen Müller", "Ｊürgen　Müller", EXACT),
        ("Jürgen Müller", "Jurgen Muller", SAME),
        ("Jürgen Müller", "Juergen Mueller", SAME),
        ("Jürgen Müller", "Müller, Jürgen", SAME),
        ("Jürgen Müller", "mullerjurgen", SAME),
        ("Jürgen Müller", "mueller", BEGINNING),
        ("Mueller", "Müller", SAME),
        ("Weiß", "WEISS", EXACT),
        ("Søren Østergård", "soren ostergard", SAME),
        ("Søren Østergård", "Soeren Oestergaard", SAME),
        ("Łukasz Wójcik", "lukasz wojcik", SAME),
        ("Đặng Minh", "dang minh", SAME),
        ("Þórsson", "thorsson", SAME),
        ("Æon", "aeon", SAME),
        ("Œuvre", "oeuvre", SAME),
        ("Çelik Işık", "celik isik", SAME),
        ("İbrahim", "ibrahim", SAME),
        ("Hawaiʻi", "hawaii", SAME),
        ("O'Brien", "obrien", SAME),
        ("O’Brien", "O'Brien", SAME),
        ("Côte d'Ivoire", "ivoire", BEGINNING),
        ("Côte d'Ivoire", "cote divoire", SAME),
        ("Anna Maria Rossi", "Rossi Anna Maria", SAME),
        ("Anna Maria Rossi", "maria rossi anna", SAME),
        ("Anna Maria Rossi", "rossi maria anna", PARTIAL),
        ("Anna Maria Rossi", "ros an", PARTIAL),
        ("International Mountain Tourism Alliance", "mountain", BEGINNING),
        ("International Mountain Tourism Alliance", "tourism mount", PARTIAL),
        ("International Mountain Tourism Alliance", "imta", INITIALS),
        ("Ministry of Culture and Tourism", "mct", INITIALS),
        ("Ministry of Culture and Tourism", "mocat", INITIALS),
        ("Ministry of Culture and Tourism", "tourism", PARTIAL),
        ("Lü Buwei", "lv buwei", SAME),
        ("Lü Buwei", "lyu buwei", SAME),
        ("Lyudmila", "lyud", BEGINNING),
        ("Silva", "silva", EXACT),
        ("Jürgen Müller", "urgen", None),
        ("Anna Maria Rossi", "anna verdi", None),
    ],
)
def test_finds_latin_names(session: Session, name: str, q: str, rank: int | None) -> None:
    assert rank_of(session, q, name) == rank


@pytest.mark.parametrize(
    ("name", "q"),
    [
        ("单雄信", "shan xiongxin"),
        ("曾国藩", "Zeng Guofan"),
        ("曾国藩", "guofan zeng"),
        ("仇英", "qiu ying"),
        ("解缙", "xie jin"),
        ("查良镛", "zha liangyong"),
        ("翟志刚", "zhai zhigang"),
        ("覃辉", "qin hui"),
        ("覃辉", "tan hui"),
        ("欧阳修", "xiu ouyang"),
        ("范徐丽泰", "litai fanxu"),
        ("吕布", "lv bu"),
        ("吕布", "lü bu"),
        ("吕布", "lu bu"),
        ("吕布", "lyu bu"),
        ("乾隆", "qianlong"),
        ("厦门", "xiamen"),
        ("重庆", "chongqing"),
        ("重慶銀行股份有限公司", "chongqing yinhang gufen youxian gongsi"),
        ("乐山大佛", "leshan dafo"),
        ("乐山大佛景区", "leshan dafo jingqu"),
        ("黄山", "hs"),
    ],
)
def test_reads_characters_as_names_do(session: Session, name: str, q: str) -> None:
    rank = rank_of(session, q, name)
    assert rank is not None
    assert rank >= (INITIALS if q == "hs" else SAME)


def test_finds_a_chinese_name_that_is_recorded_in_latin_letters_only(session: Session) -> None:
    assert rank_of(session, "何亚非", "Yafei He") == SAME
    assert rank_of(session, "何亚非", "何雅菲", "Yafei He") is None


def test_finds_by_any_of_the_names(session: Session) -> None:
    assert rank_of(session, "guiyang", "林城", "Guiyang") == EXACT
    assert rank_of(session, "林城", "林城", "Guiyang") == EXACT


def test_puts_the_best_match_first(session: Session) -> None:
    session.execute(delete(PlaceRow))
    names = ["Guo Zhi", "大贵州", "贵州省旅游局", "貴州", "Guizhou", "贵州"]
    session.add_all([PlaceRow(names=[name]) for name in names])
    session.flush()
    assert found(session, "贵州") == [
        ("贵州", EXACT),
        ("貴州", SAME),
        ("Guizhou", SAME),
        ("贵州省旅游局", BEGINNING),
        ("大贵州", PARTIAL),
    ]
    assert found(session, "gz") == [
        ("Guo Zhi", INITIALS),
        ("貴州", INITIALS),
        ("贵州", INITIALS),
        ("贵州省旅游局", FIRST_INITIALS),
    ]


@pytest.mark.parametrize("q", ["", " ", "!?", "\0", "🏔️", "\u200b"])
def test_without_letters_finds_nothing(session: Session, q: str) -> None:
    assert rank_of(session, q, "何亚非", "He Yafei") is None


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("何亞非", "何亚非"),
        ("  Ｈｅ，　YÀFĒI!  ", "he yafei"),
        ("Weiß & Søn", "weiss son"),
        ("苧", "苎"),
        ("٣ Hotel", "3 hotel"),
        ("🏔️", ""),
    ],
)
def test_folds_what_spellings_differ_in(text: str, folded: str) -> None:
    assert fold(text) == folded
