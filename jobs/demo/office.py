"""The sample office: a county office under a city bureau, with three township stations below it. All invented."""

from datetime import date, timedelta
from typing import Any

CITY, COUNTY, GROUP = "city", "county", "leading"
TOWNS = ("willow", "ferry", "highfield")
SECTIONS = ("safety", "data", "service")  # where the daily work is, each in the portfolio of a deputy leader
INSPECTOR = "he.jing"
LEADERS = ("shen.lan", "luo.cheng", "zhu.yan")  # the deputy leaders: members in charge

UNITS: list[dict[str, Any]] = [
    {"code": CITY, "name": "Clearwater City Bureau 清水市局", "kind": "body"},
    {"code": COUNTY, "name": "Stonebridge County Office 石桥县局", "parent": CITY, "kind": "body"},
    {"code": GROUP, "name": "Leading Group 领导小组", "parent": COUNTY, "kind": "group"},
    {"code": "general", "name": "General Office 办公室", "parent": COUNTY, "kind": "unit"},
    {"code": "safety", "name": "Work Safety Section 安全生产科", "parent": COUNTY, "kind": "unit"},
    {"code": "data", "name": "Data Protection Section 数据保护科", "parent": COUNTY, "kind": "unit"},
    {"code": "service", "name": "Service Hall 政务服务大厅", "parent": COUNTY, "kind": "unit"},
    {"code": "inspection", "name": "Inspection Section 督查科", "parent": COUNTY, "kind": "unit"},
    {"code": "willow", "name": "Willow Township Station 柳溪镇站", "parent": COUNTY, "kind": "body"},
    {"code": "ferry", "name": "Ferry Township Station 渡口镇站", "parent": COUNTY, "kind": "body"},
    {"code": "highfield", "name": "Highfield Township Station 高田镇站", "parent": COUNTY, "kind": "body"},
]

PEOPLE: dict[str, str] = {
    "gu.yuan": "Gu Yuan 顾源",
    "pan.min": "Pan Min 潘敏",
    "tao.jie": "Tao Jie 陶洁",
    "an.ran": "An Ran 安然",
    "fang.heng": "Fang Heng 方恒",
    "lu.ming": "Lu Ming 陆鸣",
    "shen.lan": "Shen Lan 沈岚",
    "luo.cheng": "Luo Cheng 罗城",
    "zhu.yan": "Zhu Yan 朱妍",
    "he.jing": "He Jing 何静",
    "yan.fei": "Yan Fei 严飞",
    "qiu.yue": "Qiu Yue 邱月",
    "ma.jun": "Ma Jun 马骏",
    "li.na": "Li Na 李娜",
    "du.peng": "Du Peng 杜鹏",
    "xu.qing": "Xu Qing 徐青",
    "cai.wen": "Cai Wen 蔡文",
    "bai.lu": "Bai Lu 白露",
    "song.tao": "Song Tao 宋涛",
    "ren.xia": "Ren Xia 任霞",
    "tang.bo": "Tang Bo 唐博",
    "jin.mei": "Jin Mei 金梅",
    "wei.dong": "Wei Dong 韦东",
    "hao.lin": "Hao Lin 郝琳",
    "mu.qiang": "Mu Qiang 穆强",
    "yu.ting": "Yu Ting 于婷",
    "qin.wu": "Qin Wu 秦武",
}

POSTS: list[tuple[str, str, str]] = [
    ("gu.yuan", CITY, "first"),
    ("pan.min", CITY, "direct"),
    ("an.ran", CITY, "member_in_charge"),
    ("tao.jie", CITY, "office"),
    ("fang.heng", COUNTY, "first"),
    ("lu.ming", COUNTY, "direct"),
    ("shen.lan", COUNTY, "member_in_charge"),
    ("luo.cheng", COUNTY, "member_in_charge"),
    ("zhu.yan", COUNTY, "member_in_charge"),
    ("fang.heng", GROUP, "chair"),
    ("lu.ming", GROUP, "vice_chair"),
    ("shen.lan", GROUP, "member"),
    ("luo.cheng", GROUP, "member"),
    ("zhu.yan", GROUP, "member"),
    ("yan.fei", GROUP, "director"),
    ("qiu.yue", GROUP, "deputy_director"),
    ("he.jing", "inspection", "inspector"),
    ("he.jing", "inspection", "unit_head"),
    ("yan.fei", "general", "unit_head"),
    ("qiu.yue", "general", "office"),
    ("ma.jun", "safety", "unit_head"),
    ("li.na", "safety", "staff"),
    ("du.peng", "safety", "staff"),
    ("xu.qing", "data", "unit_head"),
    ("cai.wen", "data", "staff"),
    ("bai.lu", "data", "staff"),
    ("song.tao", "service", "unit_head"),
    ("ren.xia", "service", "staff"),
    ("tang.bo", "service", "staff"),
    ("jin.mei", "willow", "first"),
    ("wei.dong", "willow", "direct"),
    ("wei.dong", "willow", "office"),
    ("wei.dong", "willow", "unit_head"),
    ("hao.lin", "ferry", "first"),
    ("mu.qiang", "ferry", "direct"),
    ("mu.qiang", "ferry", "office"),
    ("mu.qiang", "ferry", "unit_head"),
    ("yu.ting", "highfield", "first"),
    ("qin.wu", "highfield", "direct"),
    ("qin.wu", "highfield", "office"),
    ("qin.wu", "highfield", "unit_head"),
]

PORTFOLIOS: dict[str, list[str]] = {
    "shen.lan": ["safety", "willow"],
    "luo.cheng": ["data", "ferry"],
    "zhu.yan": ["service", "general", "inspection", "highfield"],
}

SINGLE = {"first": 1, "direct": 2, "unit_head": 4}  # posts of one holder, with their levels


def since(start: date) -> str:
    """The day everybody has held their post since: well before the story."""
    return (start - timedelta(days=365)).isoformat()


def register(start: date) -> dict[str, Any]:
    """The register as a mapping in the form of its file."""
    held = since(start)
    return {
        "units": UNITS,
        "posts": [
            {"unit": unit, "post": post, "level": SINGLE[post], "single": True}
            for _login, unit, post in POSTS
            if post in SINGLE
        ],
        "people": [
            {"login": login, "name": name, "email": f"{login}@office.example"} for login, name in PEOPLE.items()
        ],
        "postings": [{"person": login, "unit": unit, "post": post, "from": held} for login, unit, post in POSTS],
        "portfolios": [{"person": login, "units": units, "from": held} for login, units in PORTFOLIOS.items()],
    }


def ends(login: str, unit: str, last: date, begun: date | None = None, *, start: date) -> dict[str, Any]:
    """Somebody's last day as head of a section, as a register file; held since ``begun``, else since before."""
    since_day = begun.isoformat() if begun else since(start)
    row = {"person": login, "unit": unit, "post": "unit_head", "from": since_day, "to": last.isoformat()}
    return {"postings": [row]}


def takes_over(login: str, unit: str, day: date, *, acting: bool = False) -> dict[str, Any]:
    """Somebody's first day as head of a section, as a register file."""
    row = {"person": login, "unit": unit, "post": "unit_head", "from": day.isoformat(), "acting": acting}
    return {"postings": [row]}


def head_of(unit: str) -> str:
    """The login of the head a section starts with."""
    return next(login for login, where, post in POSTS if (where, post) == (unit, "unit_head"))


def staff_of(unit: str) -> list[str]:
    """The logins of the staff of a unit; where there is none, of everybody else posted there."""
    posted = [(login, post) for login, where, post in POSTS if where == unit]
    return [login for login, post in posted if post == "staff"] or list(dict.fromkeys(login for login, _ in posted))


def in_charge_of(unit: str) -> str:
    """The login of the deputy leader a unit lies with."""
    return next(login for login, units in PORTFOLIOS.items() if unit in units)
