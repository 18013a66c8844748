"""Make `data/hotels.json`: made-up hotels, as many as CrossWOZ's hotel database of Beijing and in its layout.

Every name, address and number is invented and every name says so. Run `python -m deploy.demo.prepare.hotels`;
it writes the same bytes each time.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from deploy.demo import reserved

TARGET = Path(__file__).parents[1] / "data" / "hotels.json"
SIZE = 1_133

# fmt: off
PLACES = (
    "云岭", "青松", "望山", "溪谷", "白桦", "石门", "听泉", "杏林", "长亭", "归雁", "竹海", "雪峰",
    "晴川", "枫桥", "玉屏", "翠微", "临江", "星野", "南麓", "北坡", "东篱", "西窗", "鹿鸣", "鹤归",
    "兰溪", "梅坞", "桃源", "柳岸",
)
# fmt: on
KINDS = ("大酒店", "宾馆", "山舍", "客栈", "国际酒店", "商务酒店", "民宿", "饭店", "度假村", "青年旅舍")
BRANCHES = ("", "东门店", "西站店", "机场店", "南湖店")
CLASSES = ("经济型", "舒适型", "高档型", "豪华型")
STREETS = ("松涛路", "观景街", "登山巷", "驿站路", "晨曦街", "步道南路")
# fmt: off
FACILITIES = (
    "公共区域和部分房间提供wifi", "宽带上网", "会议室", "中式餐厅", "行李寄存", "叫醒服务",
    "接待外宾", "健身房", "租车",
)
# fmt: on


def hotels() -> Iterator[tuple[str, dict[str, Any]]]:
    """The entries, in file order."""
    for number in range(1, SIZE + 1):
        name = _name(number)
        yield (
            name,
            {
                "领域": "酒店",
                "名称": name,
                "酒店类型": CLASSES[number % len(CLASSES)],
                "地址": f"北京演示区{STREETS[number % len(STREETS)]}{number}号",
                "地铁": f"{PLACES[number % len(PLACES)]}地铁站{'ABCD'[number % 4]}口",
                "电话": _phones(number),
                "酒店设施": [facility for place, facility in enumerate(FACILITIES) if (number >> place) & 1],
                "价格": 200 + number * 37 % 1_400 if number % 50 else None,
                "评分": round(3.5 + number % 16 / 10, 1),
                "周边景点": [],
                "周边餐馆": [],
                "周边酒店": [],
            },
        )


def _name(number: int) -> str:
    rest, place = divmod(number - 1, len(PLACES))
    branch, kind = divmod(rest, len(KINDS))
    stem = f"{PLACES[place]}{KINDS[kind]}"
    return f"{stem}({BRANCHES[branch]})（演示）" if BRANCHES[branch] else f"{stem}（演示）"


def _phones(number: int) -> str:
    """One number, now and then two, one with an extension, one that can't exist, or none."""
    first = reserved.phone("CN", number)
    match number % 20:
        case 0:
            return ""
        case 5:
            return f"{first}；{reserved.phone('CN', number + 5_000)}"
        case 10:
            return f"{first}转{8_000 + number % 100}"
        case 15:
            return f"{first}、{reserved.invalid_phone(number)}"
        case _:
            return str(first)


def main() -> None:
    """Write the file."""
    TARGET.write_text(json.dumps(list(hotels()), ensure_ascii=False, indent=0) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
