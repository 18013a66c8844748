"""What kinds of organisations and counterparts are called."""

from functools import cache

from services.kit.search import fold

_ORGANISATIONS = {
    "destination_authority": (
        "destination authority; dmo; tourism authority; tourism board; 旅游局; 文旅局; 文旅厅; 旅游主管部门; "
        "文化和旅游局; 目的地管理机构; 旅游目的地"
    ),
    "scenic_area": ("scenic area; scenic spot; attraction; park; 景区; 风景区; 风景名胜区; 旅游景区; 景点; 度假区"),
    "hotel": "hotel; resort; lodge; 酒店; 饭店; 宾馆; 民宿; 度假村",
    "travel_agency": "travel agency; travel agent; tour operator; agency; 旅行社; 旅游公司; 国际旅行社",
    "media_outlet": "media outlet; media; press; newspaper; 媒体; 报社; 杂志社; 电视台; 新闻媒体",
    "association": ("association; society; federation; ngo; 协会; 学会; 联盟; 联合会; 商会; 社会组织; 社团; 行业协会"),
    "university": ("university; college; school; academy; institute; 大学; 学院; 高校; 院校; 研究院; 研究所; 科研机构"),
    "enterprise": (
        "enterprise; company; corporation; business; firm; 企业; 公司; 集团; 企业单位; 民营企业; 国有企业; 有限公司"
    ),
    "government_body": (
        "government body; government; ministry; public authority; 政府机构; 政府; 政府部门; 机关; 事业单位; "
        "机关单位; 行政机关"
    ),
    "international_organisation": ("international organisation; international organization; igo; 国际组织; 国际机构"),
    "other": "other; others; misc; 其他; 其它",
}
_COUNTERPARTS = {
    "embassy": "embassy; 大使馆; 使馆",
    "high_commission": "high commission; 高级专员公署; 高专署",
    "apostolic_nunciature": "apostolic nunciature; nunciature; 圣座大使馆",
    "permanent_mission": "permanent mission; 常驻代表团; 常驻使团",
    "delegation": "delegation; 代表团",
    "interests_section": "interests section; 利益代表处",
    "consulate_general": "consulate general; 总领事馆; 总领馆",
    "consulate": "consulate; 领事馆; 领馆",
    "vice_consulate": "vice consulate; 副领事馆",
    "consular_agency": "consular agency; 领事代理处",
    "honorary_consulate": "honorary consulate; 名誉领事馆",
    "representative_office": "representative office; 代表处; 办事处",
    "trade_office": "trade office; 商务处; 贸易办事处",
    "ministry": "ministry; 部委; 部; 外交部",
    "government_body": "government body; government; 政府机构; 政府部门",
    "tourism_agency": "tourism agency; tourism board; tourist office; 旅游局; 旅游局驻华办事处; 旅游推广机构",
    "cooperation_unit": "cooperation unit; partner; 合作单位; 合作伙伴",
    "international_organisation": "international organisation; international organization; 国际组织",
    "other": "other; others; 其他; 其它",
}


def kind_of(resource: str, label: str) -> str | None:
    """The kind that a label stands for; None for one that is not known."""
    return _table(resource).get(_key(label))


@cache
def _table(resource: str) -> dict[str, str]:
    words = _COUNTERPARTS if resource == "counterparts" else _ORGANISATIONS
    return {_key(label): kind for kind, labels in words.items() for label in (kind, *labels.split("; "))}


def _key(label: str) -> str:
    return fold(label.replace("_", " ")).replace(" ", "")
