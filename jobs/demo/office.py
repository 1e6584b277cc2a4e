"""The sample office: a county office with five sections and a township station, under a city bureau. All invented."""

from datetime import date, timedelta
from typing import Any

CITY, COUNTY, TOWN = "city", "county", "town"
SECTIONS = ("safety", "data", "service")  # where the daily work is, each in the portfolio of a deputy leader
INSPECTOR = "he.jing"
LEADERS = ("shen.lan", "luo.cheng")  # the deputy leaders: members in charge

UNITS: list[dict[str, Any]] = [
    {"code": CITY, "name": "Clearwater City Bureau 清水市局", "kind": "body"},
    {"code": COUNTY, "name": "Stonebridge County Office 石桥县局", "parent": CITY, "kind": "body"},
    {"code": "general", "name": "General Office 办公室", "parent": COUNTY, "kind": "unit"},
    {"code": "safety", "name": "Work Safety Section 安全生产科", "parent": COUNTY, "kind": "unit"},
    {"code": "data", "name": "Data Protection Section 数据保护科", "parent": COUNTY, "kind": "unit"},
    {"code": "service", "name": "Service Hall 政务服务大厅", "parent": COUNTY, "kind": "unit"},
    {"code": "inspection", "name": "Inspection Section 督查科", "parent": COUNTY, "kind": "unit"},
    {"code": TOWN, "name": "Willow Township Station 柳溪镇站", "parent": COUNTY, "kind": "body"},
]

PEOPLE: dict[str, str] = {
    "gu.yuan": "Gu Yuan 顾源",
    "pan.min": "Pan Min 潘敏",
    "tao.jie": "Tao Jie 陶洁",
    "fang.heng": "Fang Heng 方恒",
    "lu.ming": "Lu Ming 陆鸣",
    "shen.lan": "Shen Lan 沈岚",
    "luo.cheng": "Luo Cheng 罗城",
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
}

POSTS: list[tuple[str, str, str]] = [
    ("gu.yuan", CITY, "first"),
    ("pan.min", CITY, "direct"),
    ("tao.jie", CITY, "office"),
    ("fang.heng", COUNTY, "first"),
    ("lu.ming", COUNTY, "direct"),
    ("shen.lan", COUNTY, "member_in_charge"),
    ("luo.cheng", COUNTY, "member_in_charge"),
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
    ("jin.mei", TOWN, "first"),
    ("wei.dong", TOWN, "office"),
    ("wei.dong", TOWN, "unit_head"),
]

PORTFOLIOS: dict[str, list[str]] = {
    "shen.lan": ["safety", TOWN],
    "luo.cheng": ["data", "service", "general", "inspection"],
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


def leaves(login: str, unit: str, start: date, last: date) -> dict[str, Any]:
    """Somebody's last day as head of a section, as a register file."""
    row = {"person": login, "unit": unit, "post": "unit_head", "from": since(start), "to": last.isoformat()}
    return {"postings": [row]}


def takes_over(login: str, unit: str, day: date) -> dict[str, Any]:
    """Somebody's first day as head of a section, as a register file."""
    return {"postings": [{"person": login, "unit": unit, "post": "unit_head", "from": day.isoformat()}]}


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
