"""Made-up names in the proportions that an alliance's records have them, for measuring search."""

import random
from collections.abc import Iterator

# Shares of the population, in thousandths, of the commonest surnames, and rarer ones with readings of their own.
_SURNAMES = {
    "王": 71, "李": 70, "张": 66, "刘": 51, "陈": 45, "杨": 31, "黄": 22, "赵": 20, "吴": 19, "周": 18,
    "徐": 15, "孙": 14, "马": 13, "朱": 12, "胡": 12, "郭": 11, "何": 11, "林": 10, "高": 10, "罗": 9, "郑": 9,
    "梁": 8, "谢": 7, "宋": 7, "唐": 7, "许": 6, "韩": 6, "邓": 6, "冯": 6, "曹": 6, "彭": 5, "曾": 5, "肖": 5,
    "田": 5, "董": 5, "潘": 4, "袁": 4, "蔡": 4, "蒋": 4, "余": 4, "于": 4, "杜": 4, "叶": 4, "程": 4, "魏": 4,
    "苏": 4, "吕": 4, "丁": 3, "任": 3, "卢": 3, "姚": 3, "沈": 3, "钟": 3, "姜": 3, "崔": 3, "谭": 3, "陆": 3,
    "范": 3, "汪": 3, "廖": 3, "石": 3, "金": 3, "韦": 2, "贾": 2, "夏": 2, "付": 2, "方": 2, "邹": 2, "熊": 2,
    "白": 2, "孟": 2, "秦": 2, "邱": 2, "侯": 2, "江": 2, "尹": 2, "黎": 2, "欧阳": 1, "司马": 1, "单": 1,
    "仇": 1, "解": 1, "查": 1, "翟": 1, "覃": 1,
}  # fmt: skip
_GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英文国建华志玉红春梅兰凤洁琳素云莲雪荣爱妹香月瑞凡佳嘉琼珍莉晶妍茜"
    "秋珊锦黛青倩婷婉娴颖露瑶怡琴薇菁梦岚馨艺咏澜悦昭爽希欣晓枫芸亚非俊峰力东辉利清飞彬富顺信子浩亮政谦奇固轮翰朗"
    "宏言若鸣斌栋维克伦翔旭鹏泽晨士以致树炎德行时泰盛雄琛冠策腾榕风航弘义兴良海山仁波宁福生龙元全胜学祥才发武新永健"
)
_FAMILY_NAMES = [
    "Müller", "Schmidt", "Weiß", "Jäger", "Dupont", "Lefèvre", "Béranger", "Garçon", "García", "Núñez",
    "Ibáñez", "Peña", "Łukasiewicz", "Wójcik", "Dvořák", "Novák", "Çelik", "Yılmaz", "Öztürk", "Åkesson",
    "Sørensen", "Østergård", "Þórsson", "Nguyễn", "Trần", "Đặng", "Sherpa", "Tamang", "Gurung", "Thapa",
    "Wangchuk", "Dorji", "Suharto", "Wijaya", "Santoso", "Lim", "Lee", "Li", "Kim", "Park", "Smith", "Johnson",
    "Brown", "O'Brien", "McDonald", "Rossi", "Bianchi", "d'Ivoire", "Papadopoulos", "Ivanov", "Petrova",
    "Silva", "Gonçalves", "Gómez", "Fernández", "Hernández", "Kovács", "Szabó", "Popescu", "Ionescu", "Hansen",
    "Lindqvist", "Liang", "Lindner",
]  # fmt: skip
_FIRST_NAMES = [
    "Jürgen", "Anna", "Zoë", "François", "Élodie", "José", "María", "Ángel", "Łukasz", "Zofia", "Jiří",
    "Tomáš", "Ayşe", "İbrahim", "Åsa", "Bjørn", "Søren", "Guðrún", "Minh", "Tenzin", "Pasang", "Karma", "Dewi",
    "Budi", "Wei", "Grace", "Lina", "Linda", "Liam", "Lisa", "Olivia", "John", "Sarah", "Giulia", "Marco",
    "Nikos", "Olga", "Dmitri", "João", "Ana", "Lúcia", "Péter", "Zsófia", "Ion", "Elena", "Lars", "Ingrid",
    "Renée", "Noël", "Chloé", "Beyoncé", "Siân", "Seán",
]  # fmt: skip
_PLACES = {
    "贵州": "Guizhou", "贵阳": "Guiyang", "遵义": "Zunyi", "重庆": "Chongqing", "四川": "Sichuan",
    "成都": "Chengdu", "云南": "Yunnan", "西藏": "Tibet", "黄山": "Huangshan", "张家界": "Zhangjiajie",
    "乐山": "Leshan", "桂林": "Guilin", "北京": "Beijing", "上海": "Shanghai", "厦门": "Xiamen",
    "六盘水": "Liupanshui", "安顺": "Anshun", "黔东南": "Qiandongnan", "长白山": "Changbaishan",
    "庐山": "Lushan", "峨眉山": "Emeishan", "丽江": "Lijiang", "大理": "Dali", "巴厘岛": "Bali",
    "尼泊尔": "Nepal", "不丹": "Bhutan", "瑞士": "Switzerland", "法国": "France", "日本": "Japan",
    "泰国": "Thailand", "梵净山": "Fanjingshan", "荔波": "Libo", "西江": "Xijiang", "绿城": "Lvcheng",
}  # fmt: skip
_STYLES = {
    "国际": "International", "金辉": "Jinhui", "山地": "Mountain", "恒华": "Henghua", "天龙": "Tianlong",
    "文化": "Culture", "南方": "Southern", "中央": "Central", "阳光": "Sunshine", "绿色": "Green",
    "东方": "Oriental", "龙湖": "Longhu", "银河": "Galaxy", "万里": "Wanli", "利民": "Limin", "": "",
}  # fmt: skip
_KINDS = {
    "旅游局": "Tourism Bureau", "旅游协会": "Tourism Association",
    "旅游发展有限公司": "Tourism Development Co., Ltd.", "旅游集团": "Tourism Group",
    "国际旅行社": "International Travel Service", "大酒店": "Grand Hotel", "度假酒店": "Resort Hotel",
    "景区管理委员会": "Scenic Area Administration", "文化和旅游厅": "Department of Culture and Tourism",
    "山地旅游联盟": "Mountain Tourism Alliance", "旅游学院": "Tourism College", "日报社": "Daily",
    "大使馆": "Embassy", "博物馆": "Museum",
}  # fmt: skip


def generated_names(count: int, seed: int = 2) -> Iterator[list[str]]:
    """The names of this many rows, the same for the same seed: people (two thirds) and organisations."""
    chance = random.Random(seed)
    romanise = _Romanise()
    surnames, shares = list(_SURNAMES), list(_SURNAMES.values())
    for _ in range(count):
        draw = chance.random()
        if draw < 0.45:
            surname = chance.choices(surnames, shares)[0]
            given = "".join(chance.choices(_GIVEN, k=1 if chance.random() < 0.15 else 2))
            latin = f"{romanise(given)} {romanise(surname)}" if chance.random() < 0.5 else None
            yield [
                surname + given,
                *([latin or f"{romanise(surname)} {romanise(given)}"] if chance.random() < 0.7 else []),
            ]
        elif draw < 0.65:
            firsts = chance.sample(_FIRST_NAMES, k=1 if chance.random() < 0.8 else 2)
            yield [" ".join([*firsts, chance.choice(_FAMILY_NAMES)])]
        else:
            place, style, kind = chance.choice([*_PLACES]), chance.choice([*_STYLES]), chance.choice([*_KINDS])
            number = str(chance.randrange(1, 400)) if chance.random() < 0.5 else ""
            english = " ".join(filter(None, [_PLACES[place], _STYLES[style], number, _KINDS[kind]]))
            yield [place + style + number + kind, english]


class _Romanise:
    def __call__(self, text: str) -> str:
        from pypinyin import lazy_pinyin

        return "".join(lazy_pinyin(text)).capitalize()
