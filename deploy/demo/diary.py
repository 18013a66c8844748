"""The liaison department's diary, all made up: what was said with counterparts, and what is to be done."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Channel = Literal["meeting", "visit", "call", "email", "wechat"]

ENTRIES = 240
_FIRST_DAY = date(2024, 1, 8)
_CHANNELS: tuple[Channel, ...] = ("meeting", "call", "email", "visit", "wechat")
_SUBJECTS = (
    (
        "山地旅游日合作方案",
        "Proposal for Mountain Tourism Day",
        "商讨主题、内容与形式，对方将确认场地。",
        "Talked over theme, content and form; they will confirm the venue.",
    ),
    (
        "邀请参加年会",
        "Invitation to the annual conference",
        "转交邀请函，对方将回复出席级别。",
        "Handed over the invitation; they will say at which rank they attend.",
    ),
    (
        "旅游推广资料交换",
        "Exchange of promotion material",
        "双方约定每季度交换一次资料。",
        "Agreed to exchange material every quarter.",
    ),
    (
        "步道示范点考察",
        "Visit to a demonstration trail",
        "对方有意组织考察团，请我方提供行程建议。",
        "They wish to send a delegation and asked us for a programme.",
    ),
    (
        "媒体采访安排",
        "Press visit",
        "确认媒体名单与拍摄许可。",
        "Settled the list of media and the permits to film.",
    ),
    ("签证便利沟通", "Visa matters", "了解团组签证所需材料。", "Asked which papers a group visa needs."),
)
_TASKS = (
    ("寄送方案终稿", "Send the final proposal"),
    ("确认出席名单", "Confirm who attends"),
    ("提供行程建议", "Offer a programme"),
    ("回电", "Call back"),
    ("寄送资料", "Send the material"),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the diary. `counterpart` is a place in the list of counterparts that have contacts."""

    key: str
    counterpart: int
    day: date
    channel: Channel
    subject: dict[str, str]
    summary: dict[str, str]
    confidential: bool
    task: dict[str, str] | None
    due: date | None
    done: bool


def entries(counterparts: int) -> Iterator[Entry]:
    """The diary over that many counterparts, oldest first; every third entry leaves something to do."""
    for number in range(ENTRIES):
        day = _working_day(_FIRST_DAY + timedelta(days=number * 43 // 10))
        subject_zh, subject_en, summary_zh, summary_en = _SUBJECTS[number % len(_SUBJECTS)]
        task_zh, task_en = _TASKS[number % len(_TASKS)]
        due = _working_day(day + timedelta(days=14 + number % 30)) if number % 3 == 0 else None
        yield Entry(
            key=f"interaction-{number + 1:03d}",
            counterpart=number * 7 % counterparts,
            day=day,
            channel=_CHANNELS[number % len(_CHANNELS)],
            subject={"zh": subject_zh, "en": subject_en},
            summary={"zh": summary_zh, "en": summary_en},
            confidential=number % 17 == 0,
            task={"zh": task_zh, "en": task_en} if due else None,
            due=due,
            done=due is not None and number < ENTRIES - 60,
        )


def _working_day(day: date) -> date:
    """The day, or the Monday after it when it falls on a weekend."""
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)
