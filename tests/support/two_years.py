"""Two years of an office, typed in a terminal: what people did, and the questions an auditor asks about it later."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from support.office import Office, program

START = "2025-01-02T09:00:00+08:00"
REGISTER = """
units:
  - {code: PROV, name: 省应急管理厅, kind: body}
  - {code: CITY, name: 市应急管理局, kind: body, parent: PROV}
  - {code: SAFE, name: 安全监管处, parent: CITY}
  - {code: DATA, name: 数据保护处, parent: CITY}
  - {code: TOWN, name: 镇应急管理办, kind: body, parent: CITY}
posts:
  - {unit: CITY, post: first, level: 2, single: true}
people:
  - {login: gao.yuan, name: 高远}
  - {login: liang.yu, name: 梁宇}
  - {login: wang.min, name: 王敏}
  - {login: zhao.qiang, name: 赵强}
  - {login: sun.yue, name: 孙悦}
  - {login: qian.fang, name: 钱芳}
  - {login: he.jing, name: 何静}
  - {login: li.na, name: 李娜}
  - {login: wu.tao, name: 吴涛}
  - {login: chen.chen, name: 陈晨}
  - {login: zhou.ping, name: 周平}
  - {login: tang.yi, name: 唐易}
postings:
  - {person: gao.yuan, unit: PROV, post: first, from: 2024-01-01}
  - {person: liang.yu, unit: PROV, post: office, from: 2024-01-01}
  - {person: wang.min, unit: CITY, post: first, from: 2024-01-01}
  - {person: zhao.qiang, unit: CITY, post: direct, from: 2024-01-01}
  - {person: sun.yue, unit: CITY, post: leader, from: 2024-01-01}
  - {person: qian.fang, unit: CITY, post: office, from: 2024-01-01}
  - {person: he.jing, unit: CITY, post: inspector, from: 2024-01-01}
  - {person: li.na, unit: SAFE, post: unit_head, from: 2024-01-01}
  - {person: chen.chen, unit: SAFE, post: staff, from: 2024-01-01}
  - {person: wu.tao, unit: DATA, post: staff, from: 2024-01-01}
  - {person: zhou.ping, unit: DATA, post: unit_head, from: 2024-01-01}
  - {person: tang.yi, unit: TOWN, post: first, from: 2024-01-01}
portfolios:
  - {person: sun.yue, units: [SAFE, DATA]}
"""
TRANSFER = """
postings:
  - {person: li.na, unit: SAFE, post: unit_head, from: 2024-01-01, to: 2025-06-30}
  - {person: li.na, unit: CITY, post: staff, from: 2025-07-01}
  - {person: wu.tao, unit: SAFE, post: unit_head, from: 2025-07-01}
"""
VACANT = "postings: [{person: zhou.ping, unit: DATA, post: unit_head, from: 2024-01-01, to: 2026-04-06}]"
ACTING = "postings: [{person: chen.chen, unit: DATA, post: unit_head, from: 2026-04-08, acting: true}]"
AFTERWARDS = """
units:
  - {code: DATA, name: 数据处, parent: TOWN}
  - {code: SAFE, name: 安全处, parent: CITY, kind: body}
people:
  - {login: deng.lin, name: 邓琳}
postings:
  - {person: wang.min, unit: CITY, post: first, from: 2024-01-01, to: 2027-01-05}
  - {person: deng.lin, unit: CITY, post: first, from: 2027-01-06}
  - {person: wu.tao, unit: SAFE, post: unit_head, from: 2025-07-01, to: 2027-01-05}
  - {person: he.jing, unit: SAFE, post: first, from: 2027-01-06}
portfolios:
  - {person: sun.yue, units: [SAFE, DATA], from: 2024-01-01, to: 2027-01-05}
  - {person: zhao.qiang, units: [SAFE, DATA], from: 2027-01-06}
"""


class Chronicle(Office):
    """The office through the installed program; every answer is its JSON."""

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        self.refs: dict[str, str] = {}
        folder = home.parent
        made = program("init", str(home), "--pack", "responsibility", "--sandbox", "--now", START, folder=folder)
        assert made.code == 0, made.err
        self.bring(REGISTER)
        self.paper = self.file("paper.txt")

    def type(self, *words: str, code: int = 0) -> Any:
        done = self.program(*words, "--format", "json", code=code)
        return done.json if code == 0 else done.error

    def bring(self, text: str, *words: str, code: int = 0) -> Any:
        return self.type("org", "import", self.file("register.yaml", text), *words, code=code)

    def until(self, day: str, at: str = "09:00") -> None:
        self.program("advance", "--to", f"{day}T{at}+08:00")

    def new(self, type_: str, unit: str, login: str, title: str, **given: str) -> str:
        words = [part for name, value in given.items() for part in (f"--{name}", value)]
        return str(self.type("new", type_, "--unit", unit, "--title", title, "--as", login, *words)["ref"])

    def do(self, ref: str, action: str, login: str, *, file: bool = False, code: int = 0, **given: str) -> Any:
        words = [part for name, value in given.items() for part in (f"--{name}", value)]
        paper = ["--file", self.paper] if file else []
        return self.type("do", ref, action, "--as", login, *words, *paper, code=code)

    def opened(self, ref: str, link: str) -> str:
        """The newest case this one opened under that word."""
        return str([row["ref"] for row in self.type("case", "show", ref)["links"] if row["kind"] == link][-1])

    def window(self, duty: str, unit: str, window: str) -> dict[str, Any]:
        rows = self.type("duty", "list", "--unit", unit, "--year", window.rpartition("@")[2][:4])["rows"]
        return next(row for row in rows if (row["duty"], row["window"]) == (duty, window))

    def ref(self, duty: str, unit: str, window: str) -> str:
        return str(self.window(duty, unit, window)["ref"])


def winter(office: Chronicle) -> None:
    """January to March 2025: the summary and the planning in time, the study plan forgotten, then late."""
    office.until("2025-01-20")
    summary = office.ref("yearly-summary", "CITY", "2025")
    office.do(summary, "submit", "qian.fang", file=True)
    office.do(summary, "review", "zhao.qiang")
    office.do(summary, "archive", "qian.fang")
    planning = office.ref("planning-meeting", "CITY", "2025")
    office.do(planning, "hold", "qian.fang", held_on="2025-01-20", present="first,direct,unit_head")
    office.do(planning, "file_minutes", "qian.fang", file=True)
    for day, count in (("2025-01-15", "2"), ("2025-01-17", "3")):
        words = ("--unit", "CITY", "--on", day, "--count", count, "--title", f"Session {day}", "--as", "qian.fang")
        office.type("duty", "record", "study-sessions", *words)
    office.until("2025-03-20")
    late = office.ref("study-plan", "CITY", "2025")
    office.do(late, "submit", "qian.fang", file=True, reason="it lay with the printer")
    office.refs |= {"summary": summary, "planning": planning, "late": late}


def spring(office: Chronicle) -> None:
    """A major incident of which nobody is told for two hours, led by the head in person, and a small one in time."""
    office.until("2025-04-10", "14:00")
    grave = office.new("incident", "SAFE", "li.na", "Explosion", severity="major", occurred_at="2025-04-10T13:50+08:00")
    office.do(grave, "lead", "wang.min")
    office.until("2025-04-10", "16:00")
    office.do(grave, "notify", "li.na", to="CITY", reason="the line was dead")
    office.do(office.opened(grave, "notice"), "notify", "qian.fang", to="PROV")
    office.do(grave, "analyse", "li.na", analysis="a valve")
    office.do(grave, "report", "li.na", summary="one hurt")
    office.do(grave, "follow_up", "li.na", progress="under control")
    office.do(office.opened(grave, "meeting"), "hold", "qian.fang", held_on="2025-04-10", present="first,direct")
    office.do(grave, "rectify", "sun.yue", finding="no second valve", **{"class": "immediate"})
    office.do(grave, "resolve", "li.na", outcome="valve replaced")
    mended = office.opened(grave, "finding")
    office.do(mended, "plan", "li.na", plan="a second valve")
    office.do(mended, "complete", "li.na", file=True)
    office.do(mended, "verify", "he.jing")
    small = office.new("incident", "DATA", "zhou.ping", "Lost key", severity="general",
                       occurred_at="2025-04-10T15:30+08:00")  # fmt: skip
    office.do(small, "notify", "zhou.ping", to="CITY")
    office.do(small, "analyse", "zhou.ping", analysis="a pocket with a hole")
    office.do(small, "report", "zhou.ping", summary="found")
    office.do(small, "resolve", "zhou.ping", outcome="a new pocket")
    office.refs |= {"grave": grave, "valve": mended, "small": small}


def summer(office: Chronicle) -> None:
    """The head of SAFE is transferred, the head of DATA is away, and the first half is summed up."""
    office.until("2025-06-25")
    office.bring(TRANSFER)
    office.until("2025-07-02")
    draft = office.file("half.md", office.program("summary", "draft", "--unit", "CITY", "--window", "2025-H1").out)
    summary = office.new("summary", "CITY", "qian.fang", "First half", period="2025-H1", recipient="PROV")
    office.type("do", summary, "submit", "--file", draft, "--as", "qian.fang")
    office.do(summary, "review", "wang.min")
    office.do(summary, "next_step", "qian.fang", assignment="Telephones that work", assignee="DATA")
    office.type("leave", "set", "zhou.ping", "--from", "2025-07-02", "--to", "2025-08-08", "--deputy", "chen.chen",
                "--as", "zhou.ping")  # fmt: skip
    task = office.opened(summary, "task")
    office.do(task, "acknowledge", "chen.chen")
    office.do(task, "plan", "chen.chen", plan="new lines")
    office.until("2025-08-20")  # and nobody lays them in time
    office.do(task, "complete", "zhou.ping", reason="the wire was late")
    office.do(task, "report", "zhou.ping", result="all telephones ring")
    office.do(task, "check", "he.jing")
    office.refs |= {"sum": summary, "task": task}


def autumn(office: Chronicle) -> None:
    """The yearly inspection of SAFE with a finding mended; whoever was its head in April is held to account."""
    office.until("2025-09-08")
    inspection = office.ref("inspection", "SAFE", "2025")
    office.do(inspection, "notify", "he.jing", begins_on="2025-09-16")
    office.until("2025-09-16")
    office.do(inspection, "visit", "he.jing")
    office.do(inspection, "find", "he.jing", finding="no fence", **{"class": "ordinary"})
    office.do(inspection, "issue", "he.jing", file=True)
    fence = office.opened(inspection, "finding")
    office.do(fence, "plan", "wu.tao", plan="build one")
    grave = office.refs["grave"]
    words = {"respondent": "li.na", "ground": "late", "cites": grave, "gravity": "two hours, one hurt"}
    assert "did not hold" in office.type("new", "accountability", "--unit", "SAFE", "--title", "x", "--as", "he.jing",
        *[part for name, value in {**words, "respondent": "wu.tao", "post": "unit_head"}.items()
          for part in (f"--{name}", value)], code=5)["message"]  # fmt: skip
    charge = office.new("accountability", "SAFE", "he.jing", "First report late", post="unit_head", **words)
    office.do(charge, "open", "zhao.qiang")
    office.do(charge, "tell", "qian.fang")
    office.do(charge, "investigate", "he.jing", facts="nobody telephoned for two hours")
    office.do(charge, "hear", "zhao.qiang", record="heard", code=5)  # not before there was time to answer
    office.do(charge, "answer", "li.na", statement="the line was dead")
    office.do(charge, "hear", "zhao.qiang", record="heard")
    office.do(charge, "decide", "li.na", measure="none", effective_on="2025-10-01", grounds="x", code=4)
    office.do(charge, "decide", "wang.min", measure="demote", effective_on="2025-10-01", grounds="two hours were lost")
    office.do(charge, "deliver", "qian.fang")
    office.do(charge, "file", "qian.fang")
    office.until("2025-10-15")
    office.do(charge, "close", "qian.fang")
    office.do(fence, "complete", "wu.tao", file=True)
    office.do(fence, "verify", "he.jing")
    office.do(inspection, "correct", "he.jing")
    office.do(inspection, "close", "he.jing", file=True)
    office.refs |= {"inspection": inspection, "fence": fence, "charge": charge}


def new_year(office: Chronicle) -> None:
    """Criteria before the year, the duties of the new one, the assessment of the old."""
    office.until("2025-12-10")
    criteria = office.ref("criteria", "CITY", "2025")
    words = {"content": "duties, reports", "method": "the scorecard", "procedure": "draft, objection, final"}
    office.do(criteria, "propose", "qian.fang", year="2026", **words)
    office.do(criteria, "fix", "wang.min")
    office.until("2026-01-20")
    assessed = office.ref("assessment", "SAFE", "2026")
    card = office.file("card.csv", office.program("stats", "scorecard", "--year", "2025", "--format", "csv").out)
    office.type("do", assessed, "draft", "--year", "2025", "--result", "one incident late", "--points", "61", "--file",
                card, "--as", "qian.fang")  # fmt: skip
    office.do(assessed, "object", "wu.tao", objection="it was not in my time")
    office.do(assessed, "answer", "zhao.qiang", reply="the unit's year it was")
    office.do(assessed, "finalise", "wang.min")
    office.do(office.ref("yearly-summary", "CITY", "2026"), "submit", "qian.fang", file=True)
    office.refs |= {"criteria": criteria, "assessed": assessed}


def second_year(office: Chronicle) -> None:
    """2026: a follow-up visit, a vacancy and an acting head, sessions that are enough, and an end."""
    office.do(office.opened(office.refs["fence"], "revisit"), "confirm", "he.jing")
    office.bring(VACANT)
    office.until("2026-04-08")
    office.bring(ACTING)
    office.until("2026-04-08", "10:00")
    vacancy = office.ref("vacancy", "DATA", "unit_head@2026-04-07")
    office.do(vacancy, "update", "qian.fang", file=True)
    office.type("duty", "record", "study-sessions", "--unit", "CITY", "--on", "2026-04-07", "--count", "12",
                "--title", "A retreat", "--as", "qian.fang")  # fmt: skip
    office.until("2027-01-05")
    office.refs |= {"vacancy": vacancy}


def questions(refs: dict[str, str]) -> dict[str, tuple[str, ...]]:
    """What an auditor asks in 2027 about days in 2025 and 2026."""
    charge, grave = refs["charge"], refs["grave"]
    asked: dict[str, tuple[str, ...]] = {
        f"{role} of {unit} on {day}": ("org", "who", role, "--unit", unit, "--on", day)
        for role, unit, day in (
            ("unit_head", "SAFE", "2025-06-30"), ("unit_head", "SAFE", "2025-07-01"),
            ("unit_head", "DATA", "2025-07-15"), ("unit_head", "DATA", "2026-04-07"),
            ("unit_head", "DATA", "2026-04-08"), ("member_in_charge", "SAFE", "2025-04-10"),
            ("superior.first", "DATA", "2025-04-10"), ("first", "SAFE", "2026-12-31"),
        )
    }  # fmt: skip
    asked |= {
        f"ladder of SAFE on {day}": ("org", "ladder", "SAFE", "--on", day) for day in ("2025-04-10", "2026-04-07")
    }
    asked |= {
        "due in February": ("case", "show", refs["late"], "--as-of", "2025-02-20T09:00+08:00"),
        "due in March": ("case", "show", refs["late"], "--as-of", "2025-03-10T12:00+08:00"),
        "duties of 2025": ("duty", "list", "--unit", "CITY", "--year", "2025"),
        "duties of 2026": ("duty", "list", "--unit", "CITY", "--year", "2026"),
        "sessions": ("duty", "show", "study-sessions", "--unit", "CITY"),
        "done on a day": ("audit", "log", "--kind", "case.acted", "--since", "2025-04-10", "--until", "2025-04-11"),
        "late in 2025": ("stats", "ontime", "--year", "2025", "--unit", "CITY", "--explain"),
        "told of the plan": ("audit", "log", "--case", refs["late"], "--kind", "clock.escalated"),
        "told of the incident": ("audit", "log", "--case", grave, "--kind", "clock.escalated"),
        "told of the task": ("audit", "log", "--case", refs["task"], "--kind", "clock.escalated"),
        "inspected": ("case", "history", refs["inspection"]),
        "found": ("case", "list", "--type", "rectification", "--unit", "SAFE"),
        "mended": ("case", "history", refs["fence"]),
        "charged": ("case", "show", charge),
        "the course of the charge": ("case", "history", charge),
        "answerable": ("case", "answerable", grave),
        "assessed": ("case", "show", refs["assessed"]),
        "why due then": ("case", "why", refs["late"], "submit"),
        **{f"scorecard {year}": ("stats", "scorecard", "--year", year, "--unit", "CITY") for year in ("2025", "2026")},
    }
    for bar, day in (("promotion", "2026-06-01"), ("promotion", "2027-11-01"), ("award", "2025-12-01")):
        asked[f"{bar} on {day}"] = (
            "eligible",
            "li.na",
            "--for",
            bar,
            "--on",
            day,
            "--as",
            "he.jing",
            "--reason",
            "audit",
        )
    return asked
