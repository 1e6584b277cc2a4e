"""A charge from the failure to the answer of the superior body, typed in a terminal."""

from __future__ import annotations

from support.office import Office

BODY = """
units:
  - {code: PROV, name: 省应急管理厅, kind: body}
  - {code: CITY, name: 市应急管理局, kind: body, parent: PROV}
people:
  - {login: gao.yuan, name: 高远}
postings:
  - {person: gao.yuan, unit: PROV, post: direct, from: 2024-01-01}
"""


def test_a_charge_is_lived_through(office: Office):
    """Failure, proposal, hearing, decision, effects, appeal, suspension, overturning: each step by its command."""
    run, see = office.run, office.json
    run("org", "import", office.file("body.yaml", BODY))
    report = office.report()
    words = (
        "new", "accountability", "--unit", "SAFE", "--title", "Late figures", "--post", "unit_head", "--ground", "late",
        "--cites", report, "--gravity", "twelve days", "--as", "he.jing",
    )  # fmt: skip
    assert "no verified failure" in run(*words, "--respondent", "li.na", code=5).err
    run("advance", "--to", "2026-01-26")
    assert "did not hold the post" in run(*words, "--respondent", "chen.chen", code=5).err
    ref = see(*words, "--respondent", "li.na")["ref"]
    rows = see("case", "answerable", report)["failures"][0]["answerable"]
    assert {row["person"]: row["bears"] for row in rows} == {
        "wang.min": "main", "zhao.qiang": "main", "sun.yue": "in-charge", "li.na": "concrete",
    }  # fmt: skip
    run("do", ref, "open", "--as", "li.na", code=4)
    run("do", ref, "open", "--as", "zhao.qiang")
    run("do", ref, "tell", "--as", "qian.fang")
    run("do", ref, "investigate", "--facts", "it lay in a drawer", "--as", "he.jing")
    run("do", ref, "hear", "--record", "heard", "--as", "zhao.qiang", code=5)
    run("do", ref, "answer", "--statement", "I was away", "--as", "li.na")
    run("do", ref, "hear", "--record", "heard", "--as", "zhao.qiang")
    decide = ("do", ref, "decide", "--measure", "demote", "--effective-on", "2026-02-01", "--grounds", "late again")
    run(*decide, "--as", "he.jing", code=4)
    run(*decide, "--as", "wang.min")
    run("do", ref, "deliver", "--as", "qian.fang")
    run("do", ref, "file", "--as", "qian.fang")

    question = ("eligible", "li.na", "--for", "promotion", "--on", "2026-06-01")
    run(*question, "--as", "qian.fang", code=5)
    run(*question, "--as", "zhou.ping", "--reason", "I wonder", code=4)
    run(*question, code=4)
    asked = (*question, "--as", "qian.fang", "--reason", "a vacancy")
    assert see(*asked) == {
        "schema": 1, "who": "li.na", "for": "promotion", "on": "2026-06-01", "barred": True, "until": "2028-01-31",
        "because": [{
            "case": ref, "effect": "No promotion for two years", "from": "2026-02-01", "until": "2028-01-31",
        }],
    }  # fmt: skip
    assert "barred from promotion on 2026-06-01, until 2028-01-31" in run(*asked).out
    assert see("whoami", "--data", "--as", "li.na")["read_by"][-1]["actor"] == "qian.fang"

    run("do", ref, "appeal", "--grounds", "it was not my drawer", "--as", "li.na")
    run("do", ref, "suspend", "--reason", "it may be so", "--as", "zhao.qiang", code=4)
    run("do", ref, "suspend", "--reason", "it may be so", "--as", "gao.yuan")
    assert see(*asked)["barred"] is False
    run("do", ref, "overturn", "--reason", "it was not", "--as", "gao.yuan")
    assert see(*asked)["because"] == []
    assert see("audit", "verify", "--replay")["ok"] is True
    run("eligible", "nobody", "--for", "award", "--as", "qian.fang", "--reason", "x", code=3)
    run("eligible", "li.na", "--for", "medal", "--as", "qian.fang", "--reason", "x", code=2)
