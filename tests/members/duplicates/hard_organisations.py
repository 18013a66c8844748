"""Hard cases, written by hand: organisations that are one, and some that are two."""

from typing import Any

from services.members.matching import Record

Pair = tuple[Record, Record]


def a(**known: Any) -> Record:
    """A record; its id is given when it is compared."""
    return Record(id="", **known)


ONE: list[Pair] = [
    (
        a(names=("中国国际旅行社总社有限公司",), country="CN"),
        a(names=("CITS",), country="CN", phones=("+8685185550123",)),
    ),
    (a(names=("China International Travel Service Limited",), country="CN"), a(names=("CITS",), country="CN")),
    (a(names=("中国国旅", "China International Travel Service"), country="CN"), a(names=("CITS",), country="CN")),
    (a(names=("中国国际旅行社",), country="CN"), a(names=("中国国旅",), country="CN")),
    (a(names=("中国旅行社总社",), country="CN"), a(names=("中旅总社",), country="CN")),
    (a(names=("贵州云峰旅游股份有限公司",), country="CN"), a(names=("貴州雲峰旅遊有限公司",), country="CN")),
    (
        a(names=("贵州云峰旅游股份有限公司",), country="CN"),
        a(names=("Guizhou Yunfeng Tourism Co., Ltd.",), country="CN"),
    ),
    (a(names=("Alpina Reisen GmbH",), country="DE"), a(names=("Alpina Reisen",), country="DE")),
    (a(names=("Alpina Reisen GmbH",), country="DE"), a(names=("ALPINA REISEN G.m.b.H.",), country="DE")),
    (a(names=("Voyages Aiguille S.A.R.L.",), country="FR"), a(names=("Voyages Aiguille SARL",), country="FR")),
    (
        a(names=("Société Alpine de Tourisme S.à r.l.",), country="LU"),
        a(names=("Societe Alpine de Tourisme",), country="LU"),
    ),
    (a(names=("Tourism Bureau of Guizhou",), country="CN"), a(names=("Guizhou Tourism Bureau",), country="CN")),
    (
        a(names=("Tourism Bureau of Guizhou Province",), country="CN"),
        a(names=("Guizhou Provincial Tourism Bureau",), country="CN"),
    ),
    (a(names=("Zunyi City Tourism Bureau",), country="CN"), a(names=("Tourism Bureau of Zunyi",), country="CN")),
    (
        a(names=("Ministry of Culture and Tourism of the People's Republic of China",), country="CN"),
        a(names=("Ministry of Culture & Tourism, P.R. China",), country="CN"),
    ),
    (a(names=("中华人民共和国文化和旅游部",), country="CN"), a(names=("文化和旅游部",), country="CN")),
    (a(names=("中华人民共和国文化和旅游部",), country="CN"), a(names=("中国文化和旅游部",), country="CN")),
    (a(names=("Universität Innsbruck",), country="AT"), a(names=("University of Innsbruck",), country="AT")),
    (a(names=("Universidad de Granada",), country="ES"), a(names=("University of Granada",), country="ES")),
    (a(names=("北京大学",), country="CN"), a(names=("Peking University",), country="CN")),
    (a(names=("清华大学",), country="CN"), a(names=("Tsinghua University",), country="CN")),
    (a(names=("香港旅游发展局",), country="HK"), a(names=("Hong Kong Tourism Board",), country="HK")),
    (a(names=("澳門特別行政區政府旅遊局",), country="MO"), a(names=("澳门旅游局",), country="MO")),
    (a(names=("贵阳市文化和旅游局",), country="CN"), a(names=("贵阳文旅局",), country="CN")),
    (
        a(names=("贵阳市文化和旅游局",), country="CN"),
        a(names=("Guiyang Municipal Bureau of Culture and Tourism",), country="CN"),
    ),
    (a(names=("贵阳市文化和旅游局",), country="CN"), a(names=("Guiyang Culture & Tourism Bureau",), country="CN")),
    (a(names=("黄果树瀑布景区",), country="CN"), a(names=("Huangguoshu Waterfall Scenic Area",), country="CN")),
    (a(names=("黄果树风景名胜区",), country="CN"), a(names=("黄果树景区",), country="CN")),
    (a(names=("黄果树瀑布",), country="CN"), a(names=("Huang Guo Shu Waterfalls",), country="CN")),
    (
        a(names=("Huangguoshu Waterfall Scenic Area",), country="CN"),
        a(names=("Huangguoshu Waterfall Scenic Spot",), country="CN"),
    ),
    (
        a(names=("Nepal Mountaineering Association",), country="NP"),
        a(names=("Nepal Mountaineering Assoc.",), country="NP"),
    ),
    (a(names=("Club Alpin Français",), country="FR"), a(names=("Club Alpin Francais",), country="FR")),
    (a(names=("Club Alpino Italiano",), country="IT"), a(names=("Club Alpino Italiano (CAI)",), country="IT")),
    (
        a(names=("Österreichischer Alpenverein",), country="AT"),
        a(names=("Oesterreichischer Alpenverein",), country="AT"),
    ),
    (
        a(names=("Thamel Trekking Pvt. Ltd.",), country="NP"),
        a(names=("Thamel Trekking Private Limited",), country="NP"),
    ),
    (a(names=("Thamel Trekking Pvt. Ltd.",), country="NP"), a(names=("Thamel Treking (P) Ltd",), country="NP")),
    (a(names=("Hilton Hotel Guiyang",), country="CN"), a(names=("Hilton Guiyang",), country="CN")),
    (a(names=("Hilton Guiyang",), country="CN"), a(names=("Guiyang Hilton Hotel",), country="CN")),
    (a(names=("贵阳希尔顿酒店",), country="CN"), a(names=("貴陽希爾頓大酒店",), country="CN")),
    (a(names=("UNWTO",), country="ES"), a(names=("World Tourism Organization (UNWTO)",), country="ES")),
    (a(names=("Pacific Asia Travel Association",), country="TH"), a(names=("PATA",), country="TH")),
    (
        a(names=("Pacific Asia Travel Association",), country="TH"),
        a(names=("Pacific-Asia Travel Association",), country="TH"),
    ),
    (a(names=("亚太旅游协会",), country="TH"), a(names=("Pacific Asia Travel Association",), country="TH")),
    (a(names=("Guizhou Daily",), country="CN"), a(names=("贵州日报",), country="CN")),
    (a(names=("贵州日报社",), country="CN"), a(names=("贵州日报",), country="CN")),
    (a(names=("Guizhou Normal University",), country="CN"), a(names=("贵州师范大学",), country="CN")),
    (a(names=("Guizhou University of Finance and Economics",), country="CN"), a(names=("贵州财经大学",), country="CN")),
    (a(names=("贵州省体育局",), country="CN"), a(names=("Guizhou Sports Bureau",), country="CN")),
    (a(names=("Sichuan Airlines Co., Ltd.",), country="CN"), a(names=("四川航空股份有限公司",), country="CN")),
    (a(names=("四川航空股份有限公司",), country="CN"), a(names=("四川航空公司",), country="CN")),
    (a(names=("贵州银行股份有限公司",), country="CN"), a(names=("Bank of Guizhou",), country="CN")),
    (a(names=("Marriott Intl Inc",), country="US"), a(names=("Marriott International, Inc.",), country="US")),
    (a(names=("The Mountain Institute",), country="US"), a(names=("Mountain Institute",), country="US")),
    (a(names=("Mountain Institute, The",), country="US"), a(names=("The Mountain Institute",), country="US")),
    (a(names=("Bhutan Tourism Council",), country="BT"), a(names=("Tourism Council of Bhutan",), country="BT")),
    (
        a(names=("Himalayan Adventure Treks",), country="NP", phones=("+977 1 4123456",)),
        a(names=("Himalayan Adventure Treks & Expedition",), country="NP", phones=("+97714123456",)),
    ),
    (
        a(names=("张家界天门山旅游股份有限公司",), country="CN"),
        a(names=("张家届天门山旅游股份有限公司",), country="CN"),
    ),
    (
        a(names=("张家界天门山旅游股份有限公司",), country="CN"),
        a(names=("天门山旅游公司",), country="CN", city="张家界"),
    ),
    (
        a(names=("Zhangjiajie Tianmenshan Tourism",), country="CN"),
        a(names=("张家界天门山旅游股份有限公司",), country="CN"),
    ),
    (
        a(names=("Tian Men Shan Zhang Jia Jie Lv You",), country="CN"),
        a(names=("张家界天门山旅游股份有限公司",), country="CN"),
    ),
    (a(names=("zhangjiajietianmenshanlvyou",), country="CN"), a(names=("张家界天门山旅游股份有限公司",), country="CN")),
    (a(names=("Café Sherpa",), country="NP"), a(names=("CAFE SHERPA",), country="NP")),
    (a(names=("Johnson & Sons Travel",), country="GB"), a(names=("Johnson and Sons Travel Ltd.",), country="GB")),
    (
        a(names=("Smith Travel Agency",), country="GB", emails=("hi@smithtravel.example",)),
        a(names=("Smyth Travel Agency",), country="GB", emails=("hi@smithtravel.example",)),
    ),
    (
        a(names=("贵州省山地旅游发展中心",), country="CN", phones=("+8685185550123",)),
        a(names=("贵州山地旅发中心",), country="CN", phones=("+8685185550123",)),
    ),
    (
        a(names=("Embassy of Nepal in China",), country="CN"),
        a(names=("Embassy of Nepal, Beijing",), country="CN", city="Beijing"),
    ),
    (a(names=("尼泊尔驻华大使馆",), country="CN"), a(names=("Embassy of Nepal in China",), country="CN")),
    (a(names=("尼泊尔驻中国大使馆",), country="CN"), a(names=("尼泊尔驻华大使馆",), country="CN")),
    (a(names=("尼泊尔联邦民主共和国驻华大使馆",), country="CN"), a(names=("尼泊尔驻华大使馆",), country="CN")),
    (a(names=("中青旅控股股份有限公司",), country="CN"), a(names=("中青旅",), country="CN")),
    (a(names=("携程集团有限公司",), country="CN"), a(names=("携程集团",), country="CN")),
    (a(names=("Trip.com Group Limited",), country="CN"), a(names=("Trip.com",), country="CN")),
    (
        a(names=("Guangzhou Baiyun International Convention Center",), country="CN"),
        a(names=("Guangzhou Baiyun Intl. Convention Centre",), country="CN"),
    ),
    (a(names=("株式会社山旅",), country="JP"), a(names=("山旅株式会社",), country="JP")),
    (a(names=("Tourism Authority of Thailand",), country="TH"), a(names=("泰国国家旅游局",), country="TH")),
]
"""Written differently."""
TWO: list[Pair] = [
    (
        a(names=("贵州云峰旅游股份有限公司",), country="CN", phones=("+8685185550123",)),
        a(names=("贵州云峰旅游股份有限公司北京分公司",), country="CN", phones=("+8685185550123",)),
    ),
    (
        a(names=("贵州云峰旅游股份有限公司上海分公司",), country="CN", phones=("+8685185550123",)),
        a(names=("贵州云峰旅游股份有限公司北京分公司",), country="CN", phones=("+8685185550123",)),
    ),
    (
        a(names=("Yunfeng Tourism Beijing Branch",), country="CN", phones=("+8685185550123",)),
        a(names=("Yunfeng Tourism Shanghai Branch",), country="CN", phones=("+8685185550123",)),
    ),
    (
        a(names=("Yunfeng Tourism (Beijing)",), country="CN", phones=("+8685185550123",)),
        a(names=("Yunfeng Tourism (Shanghai)",), country="CN", phones=("+8685185550123",)),
    ),
    (
        a(names=("云峰旅游（北京）有限公司",), country="CN", phones=("+8685185550123",)),
        a(names=("云峰旅游（上海）有限公司",), country="CN", phones=("+8685185550123",)),
    ),
    (
        a(names=("Yunfeng Tourism - Beijing Office",), country="CN", phones=("+8685185550123",)),
        a(names=("Yunfeng Tourism",), country="CN", phones=("+8685185550123",)),
    ),
    (
        a(names=("Air China Guiyang Office",), country="CN", phones=("+8685185550123",)),
        a(names=("Air China Beijing Office",), country="CN", phones=("+8685185550123",)),
    ),
    (
        a(names=("国航贵阳营业部",), country="CN", phones=("+8685185550123",)),
        a(names=("国航北京营业部",), country="CN", phones=("+8685185550123",)),
    ),
    (
        a(names=("中国国旅（贵州）国际旅行社有限公司",), country="CN"),
        a(names=("中国国旅（云南）国际旅行社有限公司",), country="CN"),
    ),
    (a(names=("中国国际旅行社",), country="CN"), a(names=("中国青年旅行社",), country="CN")),
    (a(names=("中国旅行社",), country="CN"), a(names=("中国国际旅行社",), country="CN")),
    (a(names=("National Tourism Board",), country="NP"), a(names=("National Tourism Board",), country="BT")),
    (a(names=("Ministry of Tourism",), country="NP"), a(names=("Ministry of Tourism",), country="IN")),
    (a(names=("Ministry of Tourism",), country="IN"), a(names=("Ministry of Transport",), country="IN")),
    (a(names=("Ministry of Culture",), country="FR"), a(names=("Ministry of Agriculture",), country="FR")),
    (a(names=("Alpine Club",), country="GB"), a(names=("American Alpine Club",), country="US")),
    (a(names=("Alpine Club",)), a(names=("American Alpine Club",))),
    (
        a(names=("贵州大学",), country="CN", phones=("+8685185550123",)),
        a(names=("贵州大学旅游学院",), country="CN", phones=("+8685185550123",)),
    ),
    (
        a(names=("Guizhou University",), country="CN", phones=("+8685185550123",)),
        a(names=("Guizhou University College of Tourism",), country="CN", phones=("+8685185550123",)),
    ),
    (a(names=("贵州师范大学",), country="CN"), a(names=("贵州师范学院",), country="CN")),
    (a(names=("贵州财经大学",), country="CN"), a(names=("贵州医科大学",), country="CN")),
    (a(names=("江西财经大学",), country="CN"), a(names=("山西财经大学",), country="CN")),
    (a(names=("山西大学",), country="CN"), a(names=("陕西大学",), country="CN")),
    (a(names=("Shanxi University",), country="CN"), a(names=("Shaanxi University",), country="CN")),
    (a(names=("山西省旅游局",), country="CN"), a(names=("陕西省旅游局",), country="CN")),
    (a(names=("Shanxi Tourism Bureau",), country="CN"), a(names=("Shaanxi Tourism Bureau",), country="CN")),
    (a(names=("河南省文化和旅游厅",), country="CN"), a(names=("湖南省文化和旅游厅",), country="CN")),
    (a(names=("Hunan Tourism Department",), country="CN"), a(names=("Henan Tourism Department",), country="CN")),
    (a(names=("湖北省旅游协会",), country="CN"), a(names=("河北省旅游协会",), country="CN")),
    (a(names=("Hebei Tourism Association",), country="CN"), a(names=("Hubei Tourism Association",), country="CN")),
    (a(names=("Guangdong Travel Service",), country="CN"), a(names=("Guangxi Travel Service",), country="CN")),
    (a(names=("杭州市旅游局",), country="CN"), a(names=("苏州市旅游局",), country="CN")),
    (a(names=("苏州市旅游局",), country="CN"), a(names=("宿州市旅游局",), country="CN")),
    (
        a(names=("Suzhou Tourism Bureau",), country="CN", region="江苏"),
        a(names=("Suzhou Tourism Bureau",), country="CN", region="安徽"),
    ),
    (a(names=("伊春市旅游局",), country="CN"), a(names=("宜春市旅游局",), country="CN")),
    (a(names=("台州旅游集团",), country="CN"), a(names=("泰州旅游集团",), country="CN")),
    (a(names=("北京饭店",), country="CN"), a(names=("南京饭店",), country="CN")),
    (a(names=("Holiday Inn Guiyang North",), country="CN"), a(names=("Holiday Inn Guiyang South",), country="CN")),
    (a(names=("Holiday Inn Guiyang",), country="CN"), a(names=("Holiday Inn Express Guiyang",), country="CN")),
    (
        a(names=("希尔顿酒店贵阳",), country="CN", phones=("+8685185550123",)),
        a(names=("希尔顿花园酒店贵阳",), country="CN", phones=("+8685185550123",)),
    ),
    (
        a(names=("贵阳第一人民医院",), country="CN", phones=("+8685185550123",)),
        a(names=("贵阳第二人民医院",), country="CN", phones=("+8685185550123",)),
    ),
    (a(names=("General Trading Company",), country="AE"), a(names=("General Tourism Company",), country="AE")),
    (
        a(names=("Tourism Association",), country="CN", city="Guiyang"),
        a(names=("Tourism Association",), country="CN", city="Kunming"),
    ),
    (a(names=("旅游协会",), country="CN", city="贵阳"), a(names=("旅游协会",), country="CN", city="昆明")),
    (a(names=("Embassy of Nepal",), country="CN"), a(names=("Embassy of Nepal",), country="JP")),
    (a(names=("尼泊尔驻华大使馆",), country="CN"), a(names=("尼日尔驻华大使馆",), country="CN")),
    (a(names=("Embassy of Niger",), country="CN"), a(names=("Embassy of Nigeria",), country="CN")),
    (a(names=("Embassy of Slovenia",), country="CN"), a(names=("Embassy of Slovakia",), country="CN")),
    (a(names=("Embassy of Austria",), country="CN"), a(names=("Embassy of Australia",), country="CN")),
    (a(names=("Embassy of Iran",), country="CN"), a(names=("Embassy of Iraq",), country="CN")),
    (a(names=("奥地利驻华大使馆",), country="CN"), a(names=("澳大利亚驻华大使馆",), country="CN")),
    (a(names=("刚果（金）驻华大使馆",), country="CN"), a(names=("刚果（布）驻华大使馆",), country="CN")),
    (
        a(names=("Embassy of the Republic of Korea",), country="CN"),
        a(names=("Embassy of the Democratic People's Republic of Korea",), country="CN"),
    ),
    (
        a(names=("Embassy of Nepal",), country="CN", city="Beijing"),
        a(names=("Consulate General of Nepal",), country="CN", city="Lhasa"),
    ),
    (a(names=("法国驻上海总领事馆",), country="CN"), a(names=("法国驻广州总领事馆",), country="CN")),
    (a(names=("Mountain Travel Nepal",), country="NP"), a(names=("Mountain Trails Nepal",), country="NP")),
    (a(names=("Everest Trekking",), country="NP"), a(names=("Everest Expeditions",), country="NP")),
    (a(names=("Lhasa Hotel",), country="CN"), a(names=("Lhasa Hostel",), country="CN")),
    (a(names=("Sunrise Travel",), country="NP"), a(names=("Sunset Travel",), country="NP")),
    (
        a(names=("Rose Hotel",), country="NP", address="Thamel Marg 12", city="Kathmandu"),
        a(names=("Lotus Hotel",), country="NP", address="Thamel Marg 12", city="Kathmandu"),
    ),
    (a(names=("云峰国际旅行社",), country="CN", city="贵阳"), a(names=("云峰国际旅行社",), country="CN", city="昆明")),
    (
        a(names=("贵州饭店有限公司",), country="CN", address="北京路66号", city="贵阳", phones=("+8685185550123",)),
        a(names=("贵州饭店国际会议中心",), country="CN", address="北京路66号", city="贵阳", phones=("+8685185550123",)),
    ),
    (a(names=("Radio Nepal",), country="NP"), a(names=("Nepal Television",), country="NP")),
    (a(names=("贵州日报",), country="CN"), a(names=("贵阳日报",), country="CN")),
    (a(names=("贵州电视台",), country="CN"), a(names=("贵阳电视台",), country="CN")),
    (a(names=("广西日报",), country="CN"), a(names=("广州日报",), country="CN")),
    (a(names=("CITS",), country="CN"), a(names=("CYTS",), country="CN")),
    (a(names=("中共贵州省委宣传部",), country="CN"), a(names=("中共贵阳市委宣传部",), country="CN")),
    (a(names=("贵州省人民政府",), country="CN"), a(names=("贵州省人民政府外事办公室",), country="CN")),
    (
        a(names=("Government of Guizhou Province",), country="CN"),
        a(names=("Foreign Affairs Office of Guizhou Province",), country="CN"),
    ),
    (a(names=("Swiss Travel Centre",), country="CH"), a(names=("Swiss Travel System",), country="CH")),
    (a(names=("University of Tourism",), country="ES"), a(names=("University of Technology",), country="ES")),
    (a(names=("花溪区旅游局",), country="CN"), a(names=("乌当区旅游局",), country="CN")),
    (
        a(names=("Huaxi District Tourism Bureau",), country="CN"),
        a(names=("Wudang District Tourism Bureau",), country="CN"),
    ),
    (a(names=("黄山旅游发展股份有限公司",), country="CN"), a(names=("黄山旅游集团有限公司",), country="CN")),
]
"""Alike, or with a phone in common, and not the same."""
