"""What columns are called, in Chinese (simplified and traditional), English and French, and what is meant by it.

A word is compared without case, width, accents, spaces and punctuation, and in simplified characters.
"""

import re
import unicodedata
from functools import cache

from services.kit.search import fold

_PARTS = re.compile(r"[/／|()（）\[\]【】\n]+|(?<=[\u4e00-\u9fff])\s*(?=[A-Za-z])|(?<=[A-Za-z])\s*(?=[\u4e00-\u9fff])")

# Meaning → headings. A meaning is no field of a record yet: which field it becomes depends on what is imported.
MEANINGS: dict[str, str] = {
    "id": "id; uuid; 系统编号; 记录id; record id",
    "external_id": (
        "external id; ext id; 编号; 单位编号; 会员编号; 会员号; 会员证号; 客户编号; 代码; 单位代码; 机构代码; "
        "member id; member no; member number; membership no; membership number; code; ref; reference; "
        "organisation id; organization id; org id; company id; customer id; person id; contact id; 外部编号; "
        "外部id; 原系统编号; 人员编号; 工号; no of member; uid; account id; legacy id; old id; source id"
    ),
    "wikidata": "wikidata; qid; wikidata id; 维基数据",
    "credit_code": ("统一社会信用代码; 社会信用代码; 信用代码; uscc; unified social credit code; 税号; 纳税人识别号"),
    "identifiers": "identifiers; 标识; 标识符",
    "name": (
        "name; names; 名称; 会员名称; 会员; 全称; member; member name; display name; display; 名字; "
        "title of organisation; name of member; 简称; denomination; nom complet"
    ),
    "organisation_name": (
        "单位名称; 机构名称; 企业名称; 公司名称; 会员单位; 会员单位名称; 组织名称; organisation name; "
        "organization name; org name; company name; institution; institution name; 社团名称; 景区名称; 酒店名称; "
        "单位全称; 企业全称; name of organisation; name of organization; name of institution; employer name; "
        "nom de l organisation; nom de l organisme; nom de l entreprise; nom de la societe; raison sociale; "
        "nom de l etablissement"
    ),
    "person_name": (
        "姓名; 人名; 联系人姓名; full name; fullname; person; person name; contact name; fn; 代表姓名; 嘉宾姓名; "
        "nom et prenom; nom et prenoms; prenom et nom; nom du contact"
    ),
    "name_zh": (
        "chinese name; name in chinese; name zh; names zh; name cn; 中文名; 中文名称; 中文姓名; 单位中文名称; "
        "名称 中文; 姓名 中文; 中文; 中文全称; 中文名字; chinese; name chinese; 机构中文名; cn name; zh name"
    ),
    "name_zh_hant": "names zh hant; name zh hant; 繁体名称; 繁体中文名称; traditional chinese name",
    "name_en": (
        "english name; name in english; name en; names en; 英文名; 英文名称; 英文姓名; 单位英文名称; 名称 英文; "
        "姓名 英文; 英文; 外文名; 外文名称; name english; english; 英文全称; 机构英文名; en name; 拼音; "
        "姓名拼音; pinyin"
    ),
    "family_name": "family name; last name; surname; lastname; 姓; 姓氏; n family; family; nom; nom de famille",
    "given_name": "given name; first name; firstname; forename; 名; n given; given; prenom; prenoms",
    "kind": (
        "kind; type; 类型; 类别; 单位类型; 机构类型; 会员类型; 性质; 单位性质; category; organisation type; "
        "organization type; 机构性质; 单位类别; categorie; type d organisation; type d organisme; nature"
    ),
    "country": (
        "country; nation; state or country; 国家; 国别; 所在国; 国家地区; 国家或地区; country region; "
        "country or region; nationality; 国籍; country code; 国家代码; adr country; 所在国家; 所属国家; "
        "pays; nationalite; code pays"
    ),
    "subdivision": "subdivision; province code; 省份代码; iso 3166 2",
    "city": "city; town; 城市; 所在城市; 所在地; 地市; 市; adr city; locality; ville; commune; localite",
    "address": (
        "address; street; street address; 地址; 通讯地址; 详细地址; 联系地址; 办公地址; 单位地址; "
        "postal address; mailing address; adr; 住址; adresse; adresse postale; rue"
    ),
    "postcode": "postcode; post code; postal code; zip; zip code; 邮编; 邮政编码; code postal",
    "website": "website; web; url; homepage; site; 网址; 官网; 网站; 主页; web site; 官方网站; site web; site internet",
    "emails": (
        "email; e mail; emails; mail; 邮箱; 电子邮箱; 电子邮件; 电邮; 邮件; 邮箱地址; email address; "
        "e mail address; 电子信箱; 联系邮箱; other emails; courriel; email 2; 备用邮箱; "
        "adresse e mail; adresse email; adresse electronique; courrier electronique; mel"
    ),
    "phones": (
        "phone; phones; tel; telephone; mobile; cell; cellphone; mobile phone; phone number; 电话; 手机; "
        "联系电话; 手机号; 手机号码; 电话号码; 办公电话; 固定电话; 座机; 移动电话; 联系方式; tel no; "
        "contact number; mobile number; telephone number; 单位电话; 行动电话; handphone; work phone; 固话; "
        "传真电话; 总机; portable; numero de telephone; telephone portable; telephone mobile"
    ),
    "wechat": "wechat; weixin; 微信; 微信号; wechat id; impp wechat; x wechat",
    "tags": "tags; tag; labels; 标签; categories; 分组; 标记; keywords; etiquettes; mots cles",
    "languages": "languages; language; 语言; 语种; lang; spoken languages; 工作语言; langue; langues; langues parlees",
    "birth_date": (
        "birth date; birthday; date of birth; dob; 出生日期; 生日; bday; 出生年月; 出生年月日; "
        "date de naissance; ne le; nee le"
    ),
    "diet": "diet; dietary; dietary requirements; dietary needs; 饮食; 饮食要求; 饮食禁忌; 忌口; 餐饮要求",
    "health": "health; medical; allergies; 健康状况; 健康; 过敏; 过敏史; special needs; 特殊需求",
    "requirements": "requirements",
    "passport": (
        "passport; passport no; passport number; passeport; numero de passeport; 护照; 护照号; 护照号码; "
        "证件号码; 护照编号"
    ),
    "passport_country": "passport country; issuing country; passport issued by; 护照签发国; 签发国; 护照国别; 护照国家",
    "passport_expires_on": (
        "passport expires on; passport expiry; passport expiry date; expiry date; date of expiry; 护照有效期; "
        "护照有效期至; 护照到期日; 有效期至"
    ),
    "letter_salutation": "salutations; letter salutation; 信函称呼; 称呼",
    "assistant_phone": "assistant phone; assistant tel; 秘书电话; 助理电话; 联系秘书电话",
    "assistant_email": "assistant email; assistant e mail; 秘书邮箱; 助理邮箱",
    "emergency_phone": (
        "emergency phone; emergency contact number; emergency contact phone; 紧急联系电话; 紧急联系人电话"
    ),
    "private_phone": "private phone; home phone; personal phone; 家庭电话; 私人电话; 住宅电话; 宅电",
    "private_email": "private email; personal email; home email; 私人邮箱; 个人邮箱",
    "whatsapp": "whatsapp; whats app; whatsapp number",
    "former_name": (
        "former name; former names; formerly; previous name; old name; 曾用名; 曾用名称; 原名; 原名称; 旧称; 前称"
    ),
    "key_member_reason": "key member; key member reason; 重点会员; 重点会员原因; 重点会员理由",
    "key_member_starts_on": "key member since; key member from; 重点会员起始日期; 重点会员开始日期",
    "key_member_ends_on": "key member until; 重点会员截止日期; 重点会员结束日期",
    "organisation": (
        "organisation; organization; company; employer; 单位; 工作单位; 所在单位; 所属单位; 任职单位; 公司; "
        "机构; org; affiliation; affiliation organisation; 服务单位; 就职单位; organisme; societe; "
        "entreprise; employeur; etablissement"
    ),
    "organisation_id": "affiliation organisation id",
    "role": (
        "role; title; job title; position; 职务; 职位; 职称; 岗位; 头衔; affiliation role; designation; "
        "fonction; poste; titre"
    ),
    "role_en": "title in english; role in english; 英文职务; 英文职位",
    "starts_on": (
        "starts on; start date; from; since; 开始日期; 任职日期; 入职日期; 到任日期; affiliation starts on; "
        "任职时间; 起始日期; date de debut; depuis"
    ),
    "ends_on": (
        "ends on; end date; until; to; 结束日期; 离任日期; 离职日期; affiliation ends on; 终止日期; "
        "截止日期; date de fin; jusqu au"
    ),
    "primary": (
        "primary; is primary; main; is main; primary role; main role; primary position; main position; main job; "
        "primary affiliation; main affiliation; 主要任职; 是否主要任职; 主要职务; 是否主要职务; 主要岗位; 主要单位; "
        "是否主要单位; 主职; 是否主职; 主要职位; 是否主要职位; 是否主要; 首要职务; 是否首要; affiliation primary; "
        "fonction principale; poste principal; principal; principale"
    ),
    "represents": ("represents; 代表国; 派遣国; 所代表国家; sending country; sending state; country represented"),
    "stands_in": "stands in; 驻在国; host country; receiving state; receiving country",
    "contact_cadence_days": "contact cadence days; 联系周期; contact cadence; cadence",
    "description": "description; about; 简介; 介绍; 单位简介; profile; presentation",
    "description_zh": "description zh; 中文简介",
    "description_en": "description en; 英文简介",
    "title": "courtesy title; prefix; n prefix; 称谓; salutation; 敬称; honorific; 尊称; civilite",
}

# Columns of lists that are nobody's field: known, so that a header is recognised, and left out.
IGNORED = (
    "序号; no; num; number; #; 行号; row; 备注; note; notes; remark; remarks; comment; comments; created at; "
    "updated at; version; status; 状态; fax; 传真; 性别; gender; sex; 部门; department; reason; 日期; date; "
    "法人; 法定代表人; 联系人; contact; contact person; 入会时间; 入会日期; 注册资本; 年龄; 省份; 省; province; "
    "state; 地区; 区域; region; org unit; remarques; observations; commentaire; commentaires; "
    "statut; sexe; service; departement; telecopie; "
    "numero; date d adhesion"
)


def heading(text: str) -> str:
    """What two spellings of a heading have in common."""
    text = unicodedata.normalize("NFKC", text)
    text = re.sub(r"[（(\[【].*?[）)\]】]", " ", text) if not re.match(r"^\s*[（(\[【]", text) else text
    return fold(re.sub(r"[*＊:：_./\\-]+", " ", text)).replace(" ", "")


def meaning_of(text: str) -> str | None:
    """What a heading stands for, or None."""
    table = _table()
    key = heading(text)
    if key in table:
        return table[key] or None
    # "单位名称 Name of organisation": two languages in one heading, or what stands in brackets.
    for part in re.split(
        r"[/／|()（）\[\]【】\n]+|(?<=[\u4e00-\u9fff])\s*(?=[A-Za-z])|(?<=[A-Za-z])\s*(?=[\u4e00-\u9fff])", text
    ):
        if part.strip() and (found := table.get(heading(part))):
            return found
    return None


def is_known(text: str) -> bool:
    """Whether a text is a heading that tables use."""
    return heading(text) in _table() or meaning_of(text) is not None


@cache
def _table() -> dict[str, str]:
    table = {heading(word): "" for word in IGNORED.split("; ")}
    for meaning, words in MEANINGS.items():
        for word in (meaning, *words.split("; ")):
            table.setdefault(heading(word), meaning)
    return table
