"""Words of names and addresses that say little, or something special. Folded, as `kit.search.fold` writes them."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


LEGAL_FORMS = _words(
    """
    co company corp corporation inc incorporated ltd limited llc llp lp plc gmbh mbh ag kg kgaa ohg gbr ug ev eg
    sa sas sasu sarl srl spa snc sl slu bv nv vof ab as asa oy oyj aps pte pty pvt private sdn bhd kk yk doo dd
    sro kft zrt ltda eirl cv spzoo jsc pjsc ooo oao zao tov ood ead holding holdings group private kaisha gk
    """
)
SMALL = _words(
    """
    a an and at da das de del della den der des di do dos du e el et for in la las le les los of on or the to und
    van von y zu zur
    """
)
ALIKE = {
    "centre": "center", "dept": "department", "univ": "university", "universitat": "university",
    "universite": "university", "universidad": "university", "assn": "association", "assoc": "association",
    "intl": "international", "int": "international", "natl": "national", "nat": "national", "mgmt": "management",
    "dev": "development", "admin": "administration", "govt": "government", "gov": "government", "min": "ministry",
    "inst": "institute", "comm": "commission", "org": "organization", "organisation": "organization",
    "theatre": "theater",
    "mt": "mount", "st": "saint", "tourist": "tourism", "travels": "travel", "tech": "technology", "bro": "brothers",
    "mus": "museum", "soc": "society", "fed": "federation", "acad": "academy", "ctr": "center", "bldg": "building",
    "prov": "province", "provincial": "province", "municipal": "city", "municipality": "city",
    "peking": "beijing", "tsinghua": "qinghua", "canton": "guangzhou", "macao": "macau",
    "agencies": "agency", "spot": "area", "administrative": "administration", "tours": "tour", "treks": "trekking",
    "trek": "trekking", "expeditions": "expedition", "adventures": "adventure", "chinese": "china",
    "svc": "service", "svcs": "service", "mfg": "manufacturing", "hosp": "hospital",
}  # fmt: skip
"""Spellings and short forms of one word."""

GENERIC = _words(
    """
    academy administration agency alliance area association authority board building bureau business center
    chamber china chinese city club college commerce commission committee community conference convention
    cooperation
    council county country culture cultural department development district economic education enterprise
    environment exchange exhibition expo federation forum foundation garden general global government heritage
    hospital hotel hotels house institute international investment journal league limited management media
    ministry mount mountain mountains municipal museum national nature news office operator organization park people
    promotion province provincial public radio region regional research resort restaurant scenic school science
    service services site society spa sports state studio system technology television tour tourism tours trade
    trading travel tv union university valley village world
    embassy consulate hostel inn lodge guesthouse trekking expedition adventure holiday holidays club agency bank
    airline airlines airport daily
    """
)
"""Words that many names share."""
DROPPED = _words("hotel agency service city province website enterprise")
"""Words that say what it is and are as often left out."""
ONE_IN_TRANSLATION = {
    "travel": "tourism", "tour": "tourism", "touristic": "tourism", "board": "bureau", "authority": "bureau",
    "administration": "bureau", "department": "bureau", "office": "bureau", "commission": "committee",
    "society": "association", "federation": "association", "cultural": "culture", "sport": "sports",
    "mountaineering": "mountain", "mountains": "mountain", "centre": "center", "spot": "area", "resort": "area",
    "financial": "finance", "economic": "economics", "economy": "economics", "airline": "airlines", "press": "daily",
    "newspaper": "daily",
}  # fmt: skip
"""Words that translators choose between, and the one that is compared."""
LEFT_OUT_IN_TRANSLATION = _words("city province development national state")

NUMBERS = {
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8",
    "nine": "9", "ten": "10", "first": "1", "second": "2", "third": "3", "fourth": "4", "fifth": "5", "sixth": "6",
    "1st": "1", "2nd": "2", "3rd": "3", "4th": "4", "5th": "5", "6th": "6", "i": "1", "ii": "2", "iii": "3",
    "iv": "4", "vi": "6", "vii": "7", "viii": "8", "no": "",
}  # fmt: skip
MARKERS = _words(
    """
    north south east west northern southern eastern western northeast northwest southeast southwest central upper
    lower inner outer new old junior senior branch subsidiary division chapter affiliate
    """
)
"""Words that tell one of several apart: a branch, a part, a direction."""

HAN_LEGAL_FORMS = (
    "有限责任公司", "股份有限公司", "集团有限公司", "控股有限公司", "有限公司", "有限合伙", "股份公司", "合伙企业",
    "责任公司", "集团公司", "总公司", "公司", "集团", "控股", "股份", "企业", "株式会社", "有限会社",
)  # fmt: skip
HAN_BRANCH = ("分公司", "分社", "分行", "分店", "分会", "分校", "分院", "分局", "分部", "支行", "子公司", "办事处")
HAN_EMPTY = frozenset("省市县的之和与及暨")
"""Characters that may be left out of a name without another being meant."""
HAN_MARKERS = frozenset("东南西北中上下内外新老旧一二三四五六七八九十第甲乙丙丁分子支0123456789")
HAN_SHORT_FORMS = (
    ("文化广电和旅游", "文广旅"), ("文化广电旅游", "文广旅"), ("文化和旅游", "文旅"), ("文化旅游", "文旅"),
    ("广播电视", "广电"), ("发展和改革", "发改"), ("发展改革", "发改"), ("人民政府", "政府"),
    ("外事办公室", "外办"), ("管理委员会", "管委会"), ("委员会", "委"), ("风景名胜区", "景区"), ("风景旅游区", "景区"),
    ("旅游风景区", "景区"), ("旅游景区", "景区"), ("风景区", "景区"), ("中国旅行社", "中旅"), ("国际旅行社", "国旅"),
    ("旅游投资", "旅投"), ("旅游发展", "旅发"), ("大酒店", "酒店"), ("国际大酒店", "国际酒店"), ("饭店", "酒店"),
    ("宾馆", "酒店"), ("中华人民共和国", "中国"), ("国旅总社", "国旅"), ("旅行社总社", "旅行社"),
    ("特别行政区政府", ""), ("特别行政区", ""), ("驻中国", "驻华"), ("刚果民主共和国", "刚果金"),
    ("刚果共和国", "刚果布"), ("日报社", "日报"),
    ("晚报社", "晚报"), ("杂志社", "杂志"), ("大韩民国", "韩国"),
)  # fmt: skip
"""Long and short forms of the same; the short one is compared."""

GLOSSES = {
    "国际": "international", "中国": "china", "国家": "national", "全国": "national", "旅游": "tourism",
    "文化": "culture", "体育": "sports", "山地": "mountain", "户外": "outdoor", "联盟": "alliance",
    "协会": "association", "学会": "society", "研究会": "society", "联合会": "federation", "商会": "chamber commerce",
    "基金会": "foundation", "大学": "university", "学院": "college", "研究院": "institute", "研究所": "institute",
    "酒店": "hotel", "饭店": "hotel", "宾馆": "hotel", "度假村": "resort",
    "度假区": "resort", "旅行社": "travel agency",
    "景区": "scenic area", "风景区": "scenic area", "公园": "park", "森林": "forest", "地质": "geo",
    "博物馆": "museum", "博物院": "museum", "美术馆": "art museum", "图书馆": "library",
    "局": "bureau", "厅": "department",
    "部": "ministry", "委员会": "commission", "委": "commission", "办公室": "office", "中心": "center", "传媒": "media",
    "日报": "daily", "电视台": "television", "广播": "radio", "航空": "airlines", "机场": "airport", "集团": "group",
    "投资": "investment", "发展": "development", "管理": "management", "服务": "service", "科技": "technology",
    "贸易": "trade", "政府": "government", "人民": "people", "世界": "world", "亚洲": "asia", "亚太": "asia pacific",
    "登山": "mountaineering", "滑雪": "ski", "温泉": "hot spring", "山": "mountain", "瀑布": "waterfall", "湖": "lake",
    "古镇": "ancient town", "省": "province", "市": "city", "县": "county", "银行": "bank", "医院": "hospital",
    "出版社": "press", "杂志": "magazine", "网": "network", "组织": "organization", "总会": "association",
    "文旅": "culture tourism", "文广旅": "culture radio tourism", "文化广电": "culture radio",
    "国旅": "international travel service", "中旅": "china travel service", "中国旅": "china travel",
    "旅投": "tourism investment", "旅发": "tourism development", "管委会": "administration committee",
    "外办": "foreign affairs office", "发改": "development reform", "师范": "normal", "财经": "finance economics",
    "医科": "medical", "医学": "medical", "理工": "science technology", "民族": "minzu", "农业": "agricultural",
    "交通": "transportation", "外国语": "foreign studies", "艺术": "art", "职业": "vocational", "技术": "technology",
    "分公司": "branch", "工业": "industry", "出版": "publishing", "会展": "convention exhibition", "会议": "conference",
    "大使馆": "embassy", "领事馆": "consulate", "总领事馆": "consulate general", "驻": "", "驻华": "china",
}  # fmt: skip
"""Chinese words as English names say them; what is left is read in pinyin."""

STREETS = _words(
    """
    street st road rd avenue ave av lane ln drive dr place pl close cl crescent cres court ct circuit cct way
    terrace tce boulevard blvd parade pde grove highway hwy square sq floor fl room rm building bldg suite ste
    unit no
    number block tower district county city province rue via calle strasse str p o box
    """
)
HAN_STREETS = frozenset("省市县区镇乡村路街道巷弄号楼层室座栋幢单元")

SHARED_MAILBOXES = _words(
    """
    info office contact mail hello admin administration sales support service services secretariat secretary
    reception booking bookings reservation reservations hr press media marketing webmaster team enquiries
    inquiries general post kontakt bureau desk help noreply
    """
)
"""Before the @ of an address that an office shares."""
MAIL_PROVIDERS = _words(
    """
    gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com yahoo.co.uk yahoo.co.jp icloud.com
    me.com aol.com gmx.net gmx.de web.de mail.ru yandex.ru proton.me protonmail.com qq.com foxmail.com 163.com
    126.com
    139.com 189.cn sina.com sina.cn sohu.com yeah.net aliyun.com naver.com daum.net
    """
)
SHARED_HOSTS = _words(
    """
    facebook.com instagram.com twitter.com x.com linkedin.com youtube.com weibo.com weibo.cn mp.weixin.qq.com
    douyin.com tiktok.com wikipedia.org booking.com trip.com ctrip.com tripadvisor.com wordpress.com blogspot.com
    github.io sites.google.com
    """
)
"""Where many have their page: the path says whose."""
