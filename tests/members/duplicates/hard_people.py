"""Hard cases, written by hand: persons that are one, and some that are two."""

from typing import Any

from services.members.matching import Record

Pair = tuple[Record, Record]


def a(**known: Any) -> Record:
    """A record; its id is given when it is compared."""
    return Record(id="", **known)


ONE: list[Pair] = [
    (a(names=("王小明",), emails=("wxm@a.example",)), a(names=("Wang Xiaoming",), emails=("wxm@a.example",))),
    (a(names=("王小明",), phones=("+8613800138000",)), a(names=("Xiao-Ming WANG",), phones=("138-0013-8000",))),
    (a(names=("歐陽娜娜",), born="1990-02-03"), a(names=("Ouyang Nana",), born="1990-02-03")),
    (a(names=("欧阳娜娜",), born="1990-02-03"), a(names=("Nana Ou Yang",), born="1990-02-03")),
    (a(names=("吕丽",), born="1990-02-03"), a(names=("Lv Li",), born="1990-02-03")),
    (a(names=("吕丽",), born="1990-02-03"), a(names=("Lü Li",), born="1990-02-03")),
    (a(names=("吕丽",), born="1990-02-03"), a(names=("Lyu Li",), born="1990-02-03")),
    (a(names=("曾国栋",), phones=("+8613800138000",)), a(names=("Zeng Guodong",), phones=("13800138000",))),
    (a(names=("单雄信",), phones=("+8613800138000",)), a(names=("Shan Xiongxin",), phones=("13800138000",))),
    (a(names=("仇英",), born="1970-01-02"), a(names=("Qiu Ying",), born="1970-01-02")),
    (a(family="王", given="小明", born="1990-02-03"), a(family="小明", given="王", born="1990-02-03")),
    (a(family="Smith", given="John", born="1990-02-03"), a(family="John", given="Smith", born="1990-02-03")),
    (
        a(names=("José García",), emails=("jose.garcia@b.example",)),
        a(names=("Jose Garcia",), emails=("jose.garcia@b.example",)),
    ),
    (a(names=("José García López",), born="1980-05-06"), a(names=("Jose Garcia",), born="1980-05-06")),
    (
        a(names=("William Smith",), emails=("w.smith@b.example",)),
        a(names=("Bill Smith",), emails=("w.smith@b.example",)),
    ),
    (a(names=("William Smith",), born="1970-03-05"), a(names=("Bill Smith",), born="1970-03-05")),
    (a(names=("Robert Jones",), born="1970-03-05"), a(names=("Bob Jones",), born="1970-03-05")),
    (a(names=("Elizabeth Turner",), phones=("+447700900123",)), a(names=("Liz Turner",), phones=("+44 7700 900123",))),
    (a(names=("Katherine Moore",), born="1970-03-05"), a(names=("Catherine Moore",), born="1970-03-05")),
    (
        a(names=("Maria Rossi",), born="1985-07-08", emails=("maria@c.example",)),
        a(names=("Maria Bianchi",), born="1985-07-08", emails=("maria@c.example",)),
    ),
    (
        a(names=("Maria Rossi",), born="1985-07-08", phones=("+393331234567",)),
        a(names=("Maria Bianchi",), born="1985-07-08", phones=("+393331234567",)),
    ),
    (
        a(names=("Ingrid Hansen",), born="1985-07-08", address="12 Station Road", postcode="1234", city="Oslo"),
        a(names=("Ingrid Lindqvist",), born="1985-07-08", address="12 Station Road", postcode="1234", city="Oslo"),
    ),
    (a(names=("Ingrid Hansen",), born="1985-07-08"), a(names=("Ingrid Hansen-Lindqvist",), born="1985-07-08")),
    (a(names=("Dr. Hans Müller",), emails=("hm@x.example",)), a(names=("Hans Mueller",), emails=("hm@x.example",))),
    (a(names=("Prof. Dr. Hans Müller",), born="1960-01-05"), a(names=("Hans Muller",), born="1960-01-05")),
    (a(names=("Mr. John Smith",), born="1960-01-05"), a(names=("John Smith",), born="1960-01-05")),
    (a(names=("王伟先生",), phones=("13900139000",)), a(names=("王伟",), phones=("+8613900139000",))),
    (a(names=("王伟 教授",), phones=("13900139000",)), a(names=("王伟",), phones=("+8613900139000",))),
    (a(names=("J. R. Smith",), emails=("jrs@x.example",)), a(names=("John Robert Smith",), emails=("jrs@x.example",))),
    (a(names=("John R. Smith",), born="1960-01-05"), a(names=("John Smith",), born="1960-01-05")),
    (a(names=("O'Brien, Patrick",), born="1960-01-05"), a(names=("Patrick OBrien",), born="1960-01-05")),
    (a(names=("Jean-Pierre Dubois",), born="1960-01-05"), a(names=("Jean Pierre Dubois",), born="1960-01-05")),
    (a(names=("Jean-Pierre Dubois",), born="1960-01-05"), a(names=("J.-P. Dubois",), born="1960-01-05")),
    (a(names=("Ludwig van der Berg",), born="1960-01-05"), a(names=("Ludwig Vanderberg",), born="1960-01-05")),
    (a(names=("Srnith Johnn",), born="1960-01-05"), a(names=("John Smith",), born="1960-01-05")),
    (
        a(names=("张伟",), born="1960-01-05", phones=("13900139000",)),
        a(names=("章伟",), born="1960-01-05", phones=("13900139000",)),
    ),
    (a(names=("David Wang (王大卫)",), emails=("dw@x.example",)), a(names=("王大卫",), emails=("dw@x.example",))),
    (a(names=("王大卫", "David Wang"), emails=("dw@x.example",)), a(names=("Wang Dawei",), emails=("dw@x.example",))),
    (a(names=("David Wang",), emails=("dw@x.example",)), a(names=("王大卫",), emails=("dw@x.example",))),
    (a(names=("Muhammad Ali Khan",), born="1975-04-05"), a(names=("Mohammed Ali Khan",), born="1975-04-05")),
    (a(names=("Aleksandr Petrov",), born="1975-04-05"), a(names=("Alexander Petrov",), born="1975-04-05")),
    (a(names=("Nguyễn Văn An",), born="1975-04-05"), a(names=("Nguyen Van An",), born="1975-04-05")),
    (
        a(names=("Pemba Sherpa",), phones=("+9779812345678",)),
        a(names=("Pemba Dorje Sherpa",), phones=("+9779812345678",)),
    ),
    (
        a(names=("Smith John",), identifiers=("passport:123456789",)),
        a(names=("John Smith",), identifiers=("passport:123456789",)),
    ),
    (
        a(names=("刘洋",), emails=("liuyang@z.example",), belongs_to=("o1",)),
        a(names=("劉洋",), emails=("liuyang@z.example",), belongs_to=("o1",)),
    ),
    (
        a(names=("Li Na",), emails=("li.na@z.example",), belongs_to=("o1",)),
        a(names=("李娜",), emails=("li.na@z.example",), belongs_to=("o1",)),
    ),
    (a(names=("何雨桐",), belongs_to=("o1",)), a(names=("He Yutong",), belongs_to=("o1",))),
]
"""Written differently."""
TWO: list[Pair] = [
    (a(names=("王伟",), belongs_to=("o1",)), a(names=("王伟",), belongs_to=("o2",))),
    (a(names=("王伟",), born="1980-02-03"), a(names=("王伟",), born="1985-09-13")),
    (a(names=("张伟",), born="1960-01-05"), a(names=("章伟",), born="1972-06-07")),
    (
        a(names=("李静",), belongs_to=("o1",), phones=("+8685185550123",)),
        a(names=("李婧",), belongs_to=("o1",), phones=("+8685185550123",)),
    ),
    (a(names=("李静",)), a(names=("李婧",))),
    (a(names=("李静",), born="1980-02-03"), a(names=("李晶",), born="1980-12-07")),
    (a(names=("Li Jing",), emails=("lj1@z.example",)), a(names=("Li Jin",), emails=("lj2@z.example",))),
    (a(names=("Wang Fang",)), a(names=("Wang Yang",))),
    (a(names=("王芳",), belongs_to=("o1",)), a(names=("王方",), belongs_to=("o2",))),
    (
        a(names=("Claire Dubois",), born="1990-02-03", address="12 Station Road", postcode="1234", city="Lyon"),
        a(names=("Sophie Dubois",), born="1990-02-03", address="12 Station Road", postcode="1234", city="Lyon"),
    ),
    (
        a(family="张", given="小红", born="1990-02-03", address="中华北路12号", phones=("+8685112345678",)),
        a(family="张", given="小明", born="1990-02-03", address="中华北路12号", phones=("+8685112345678",)),
    ),
    (
        a(names=("Zhang Xiaohong",), born="1990-02-03", phones=("+8685112345678",)),
        a(names=("Zhang Xiaoming",), born="1990-02-03", phones=("+8685112345678",)),
    ),
    (
        a(names=("John Smith",), born="1950-02-03", address="12 Station Road", postcode="1234", city="Lyon"),
        a(names=("John Smith",), born="1980-05-13", address="12 Station Road", postcode="1234", city="Lyon"),
    ),
    (
        a(names=("John Smith Sr.",), address="12 Station Road", postcode="1234", city="Lyon"),
        a(names=("John Smith Jr.",), address="12 Station Road", postcode="1234", city="Lyon"),
    ),
    (
        a(names=("Anna Rossi",), phones=("+390612345678",), address="Via Roma 1"),
        a(names=("Marco Rossi",), phones=("+390612345678",), address="Via Roma 1"),
    ),
    (
        a(names=("Wang Wei",), belongs_to=("o1",), emails=("office@o.example",), phones=("+8685185550123",)),
        a(names=("Wang Lei",), belongs_to=("o1",), emails=("office@o.example",), phones=("+8685185550123",)),
    ),
    (a(names=("Daniel Weber",), born="1970-03-05"), a(names=("Daniela Weber",), born="1973-04-06")),
    (
        a(names=("Daniel Weber",), born="1970-03-05", address="Via Roma 1", city="Bozen"),
        a(names=("Daniela Weber",), born="1970-03-05", address="Via Roma 1", city="Bozen"),
    ),
    (a(names=("Maria Garcia",), country="ES"), a(names=("Maria Garcia",), country="PE")),
    (a(names=("Kim Min-jun",), country="KR"), a(names=("Kim Min-ju",), country="KR")),
    (a(names=("Pemba Sherpa",), belongs_to=("a",)), a(names=("Pasang Sherpa",), belongs_to=("a",))),
]
"""Namesakes, relatives and colleagues."""
