"""Given names that are one, titles that are none, and what tells a father from his son. Folded."""

from functools import cache


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ONE_NAME = """
alexander aleksandr alexandre alexandros alejandro alessandro aleksander alex sasha sandro
alexandra aleksandra alejandra alessandra alexa sandra
alfred al alf fred
amelia amelie emilia
andrew andy drew andreas andrei andrey andrzej andre andres
ann anna anne anne annie anya hannah ana
anthony tony antonio anton antoine
barbara barb babs
benjamin ben benny
bernard bernie bernhard
catherine katherine kathryn katharina katarina ekaterina caterina catalina kate katie kathy cathy kath katja katya
charles charlie chuck karl carl carlos carlo
christine christina kristin kristina kirsten chris tina chrissy
christopher chris kit christoph christophe cristobal
daniel dan danny
david dave davey davide
deborah debra deb debbie
dimitri dmitry dmitri dmitriy dima
dorothy dorothea dot dolly
edward ed eddie ted ned eduard eduardo edouard
eleanor elena helen helena ellen nell nellie eleonora
elizabeth elisabeth elisabetta elizaveta liz lizzie beth betty bess eliza lisa libby elspeth
frances fran francesca franziska francoise
francis frank francisco francesco francois franz
frederick frederic friedrich federico fred freddie fritz
gabriel gabe gabriele
geoffrey jeffrey geoff jeff
george georg georges jorge giorgio yuri
gerald gerry jerry gerard gerhard
gregory greg gregor
harold harry hal
henry harry hank heinrich henri enrico enrique
isabella isabel isabelle isobel bella izzy
jacqueline jackie
jacob jake jakob jacques jakub
james jim jimmy jamie jaime diego giacomo
jane janet jean joan jeanne giovanna juana
jennifer jen jenny
jessica jess jessie
joanna johanna jo joanne
john jack johnny jon johann johannes jean juan giovanni ivan jan hans ian sean
jonathan jon jonny
joseph joe joey josef jose giuseppe pepe
joshua josh
judith judy
kenneth ken kenny
laurence lawrence larry lorenzo laurent
leonard len lenny leonardo
louis lewis lou luis luigi ludwig
louise luisa luise lou
lucy lucia lucie
luke lucas luca lukas
madeleine madeline maddie magdalena
margaret maggie meg peggy marge margarita margarete marguerite margherita greta
mark marc marco marcus marcos markus
martin marty
mary maria marie molly polly mariya
matthew matt matteo mateo matthias mathieu
michael mike mick mickey michel miguel mikhail michele mihail
mohammed muhammad mohamed mohammad muhammed mohamad mohd
nadezhda nadia nadya
natalia natalie natalya natasha nathalie
nathan nathaniel nat nate
nicholas nick nicky nicolas nikolai nikolay niklas nicola nikolaus
olivia liv livia
pamela pam
patricia pat patty trish tricia
patrick pat paddy
paul paolo pablo pavel pawel
peter pete pedro pietro pierre petr piotr pyotr
philip phillip phil philippe felipe filippo
rebecca becky becca
richard rick dick rich ricky ricardo riccardo
robert rob bob bobby robbie roberto bert
ronald ron ronnie
rosemary rose rosie
samuel sam sammy
samantha sam sammie
sergei sergey sergio serge
sofia sophia sophie sofie zofia
stanley stan
stephanie steph stefanie
stephen steven steve stefan stephan esteban stefano stepan
susan sue susie suzanne susanna susanne
teresa theresa terry tess therese
theodore ted teddy theo fyodor
thomas tom tommy tomas tommaso
timothy tim timmy
valentina valentine val
victoria vicky vicki viktoria vittoria
vincent vince vincenzo vicente
vladimir volodymyr vova
walter wally walt
william bill billy will willy liam wilhelm guillermo guillaume guglielmo
yusuf youssef yousef
zachary zach zack
ahmed ahmad ahmet
ali aly
abdullah abdallah
hussein hussain husain hossein
hassan hasan
omar umar
mustafa mostafa
"""

TITLES = _words(
    """
    mr mrs ms miss mister madam madame mme mlle monsieur herr frau fraulein senor senora senorita sra signor signora
    dr drs prof professor doctor sir rev reverend eng ing dipl phd md msc mba ambassador amb
    """
)
"""Before or behind a name. Those that are names, too (He, Lord), or tell people apart (Sr) are not among them."""

GENERATIONS = {
    "jr": "junior", "jnr": "junior", "junior": "junior", "sr": "senior", "snr": "senior", "senior": "senior",
    "ii": "2", "iii": "3", "iv": "4",
}  # fmt: skip
"""Behind a name: which of the family's of that name."""

_HONORIFICS = _words(
    """
    先生 女士 小姐 太太 夫人 同志 老师 教授 副教授 博士 硕士 院士 律师 医生 医师 工程师 总经理 副总经理 董事长 总裁
    经理 主任 副主任 局长 副局长 处长 副处长 科长 厅长 副厅长 部长 副部长 院长 副院长 校长 馆长 会长 副会长 秘书长
    副秘书长 理事长 书记 市长 县长 省长 大使 总领事 领事 参赞 代表 阁下
    """
)
"""What is put behind a Chinese name."""
_LONGEST_FIRST = sorted(_HONORIFICS, key=len, reverse=True)


@cache
def _groups() -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = {}
    for number, line in enumerate(_ONE_NAME.split("\n")):
        for name in line.split():
            found.setdefault(name, set()).add(number)
    return {name: frozenset(numbers) for name, numbers in found.items()}


def one_name(left: str, right: str) -> bool:
    """Whether two given names are forms of one: short (Bill), or of another language (Aleksandr)."""
    groups = _groups()
    a, b = groups.get(left), groups.get(right)
    return a is not None and b is not None and not a.isdisjoint(b)


def is_given_name(word: str) -> bool:
    """Whether this is a given name that is known not to be Chinese."""
    return word in _groups()


def without_honorific(han: str) -> str:
    """王伟 for 王伟先生."""
    for title in _LONGEST_FIRST:
        if han.endswith(title) and len(han) - len(title) >= 2:
            return han.removesuffix(title)
    return han


def told_apart_by_gender(left: str, right: str) -> bool:
    """Daniel and Daniela, Mario and Maria: one letter, and a brother and a sister."""
    shorter, longer = sorted((left, right), key=len)
    if len(shorter) < 4:
        return False
    if len(longer) == len(shorter) + 1:
        return longer == f"{shorter}a" or (longer == f"{shorter}e" and shorter[-1] in "nlt")
    return len(left) == len(right) and left[:-1] == right[:-1] and {left[-1], right[-1]} == {"a", "o"}
