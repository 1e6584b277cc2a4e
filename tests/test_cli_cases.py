"""`new`, `do`, `case`, `due`: people open cases, act on them and look, from the command line."""

from __future__ import annotations

import hashlib

import pytest
from support.office import run

NEW = ("new", "report", "--unit", "SAFE", "--title", "Figures", "--recipient", "CITY")


def test_opening_says_number_limit_holder_and_receipt(office):
    """A person who opens a case reads its number, its state, the next limit with its holder, and a receipt."""
    said = office.run(*NEW, "--as", "chen.chen").out.splitlines()
    assert said[0] == "RPT-2026-0001 opened: drafted"
    assert said[1] == "Next: submit by 2026-01-19, held by chen.chen"
    stream, hash_ = said[2].removeprefix("Receipt: ").split()
    assert (stream, len(hash_)) == ("RPT-2026-0001/1", 64)


def test_new_answers_the_case_with_its_event(office):
    """`new --format json` is the case of the contract with the event that opened it."""
    case = office.json(*NEW, "--as", "chen.chen")
    wanted = (
        "ref type title unit state version severity owner opened_at closed_at fields policy clocks actions files links"
    )
    assert set(wanted.split()) <= case.keys()
    assert (case["schema"], case["version"], case["owner"], case["fields"]) == (
        1,
        1,
        "chen.chen",
        {"recipient": "CITY"},
    )
    assert case["opened_at"] == "2026-01-05T09:00:00+08:00"
    assert case["event"].keys() == {"id", "hash", "n"}


def test_a_life_from_draft_to_archive(office):
    """A report is submitted with a file, reviewed by somebody else, archived by the office, and then closed."""
    ref = office.report()
    office.run("do", ref, "submit", "--file", office.file("figures.txt"), "--as", "chen.chen")
    said = office.run("do", ref, "review", "--as", "sun.yue").out
    assert said.startswith(
        f"{ref}: submitted → reviewed\nOpened: RCP-2026-0001\nNext: archive by 2026-01-12, held by qian.fang\n"
    )
    office.run("do", ref, "archive", "--as", "qian.fang")
    case = office.json("case", "show", ref)
    assert (case["state"], case["version"], case["closed_at"]) == ("archived", 4, "2026-01-05T09:00:00+08:00")
    assert [row["ref"] for row in office.json("case", "list", "--closed")["rows"]] == [ref]
    (left,) = office.json("case", "list", "--open")["rows"]  # whom it went to says that it has arrived
    assert (left["type"], left["unit"], left["owner"]) == ("receipt", "CITY", "qian.fang")


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["do", "{ref}", "submmit", "--as", "chen.chen"], 2, "There is no action submmit in report"),
        (["new", "reprt", "--as", "chen.chen"], 2, "There is no case type reprt here"),
        (["case", "list", "--type", "report", "--state", "archvied"], 2, "Did you mean archived?"),
        (["case", "list", "--type", "report", "--state", "raised"], 2, "No case here can be raised"),
        ([*NEW[:-2], "--as", "chen.chen"], 2, "A case of type report needs the field recipient"),
        ([*NEW, "--colour", "red", "--as", "chen.chen"], 2, "No such option '--colour'"),
        ([*NEW, "--kind", "specal", "--as", "chen.chen"], 2, "'specal' is not a choice of the field kind"),
        (["new", "report", "--title", "x", "--recipient", "CITY", "--as", "chen.chen"], 2, "Missing option '--unit'"),
        (["do", "RPT-2026-0099", "submit", "--as", "chen.chen"], 3, "There is no case RPT-2026-0099 here"),
        (["case", "show", "RPT-2026-0099"], 3, "There is no case RPT-2026-0099 here"),
        (["new", "report", "--unit", "NOPE", *NEW[4:], "--as", "chen.chen"], 3, "There is no unit NOPE"),
        ([*NEW, "--as", "nobody"], 3, "There is no person nobody"),
        (NEW, 4, "A sandbox does not know who is acting"),
        (["do", "{ref}", "submit", "--as", "qian.fang"], 4, "submit is for owner, unit_head"),
        (["do", "{ref}", "review", "--as", "sun.yue"], 5, "review is not possible while the case is drafted"),
        (["do", "{ref}", "submit", "--as", "chen.chen"], 5, "submit needs a file as evidence"),
        (["do", "{ref}", "withdraw", "--as", "chen.chen"], 5, "withdraw needs a reason"),
        (
            ["do", "{ref}", "withdraw", "--reason", "no", "--expect", "7", "--as", "chen.chen"],
            6,
            "is at version 1, not 7",
        ),
    ],
)
def test_refusals_have_their_exit_codes(office, words, code, sentence):
    """Wrong words, unknown things, no permission, not now, stale: each has its code and one sentence."""
    ref = office.report()
    refused = office.run(*(word.replace("{ref}", ref) for word in words), code=code)
    assert refused.out == ""
    assert sentence in refused.err
    assert "Traceback" not in refused.err
    assert office.json("case", "show", ref)["version"] == 1


def test_a_refusal_by_role_comes_before_a_missing_field(office):
    """State and role come first; only then is somebody asked to complete the form."""
    ref = office.incident()
    office.run("do", ref, "report", "--as", "he.jing", code=5)
    office.run("do", ref, "analyse", "--as", "he.jing", code=4)
    office.run("do", ref, "analyse", "--as", "li.na", code=2)


def test_a_near_miss_is_named(office):
    """A misspelt type, action, choice or option comes with the nearest right one."""
    ref = office.report()
    assert "report" in office.run("new", "reprt", code=2).err.splitlines()[1]
    assert "submit" in office.run("do", ref, "submmit", code=2).err.splitlines()[1]
    assert "special" in office.run(*NEW, "--kind", "specal", "--as", "chen.chen", code=2).err
    assert "--recipient" in office.run("new", "report", "--recipent", "CITY", code=2).err


def test_both_spellings_of_a_field(office):
    """`--occurred_at` and `--occurred-at` are one option."""
    words = ["new", "incident", "--unit", "SAFE", "--title", "x", "--severity", "general", "--as", "li.na"]
    one = office.json(*words, "--occurred-at", "2026-01-05T08:00+08:00")
    other = office.json(*words, "--occurred_at", "2026-01-05T08:00+08:00")
    assert one["fields"]["occurred_at"] == other["fields"]["occurred_at"] == "2026-01-05T08:00:00+08:00"
    assert office.run(*NEW, "--dry_run", "--as", "chen.chen").err.startswith("Dry run")


@pytest.mark.parametrize("at", [0, 1, 2, 8])
def test_global_options_stand_anywhere(office, at):
    """`--as` and `--format` are understood before the verb, after it, and at the end."""
    words = list(NEW)
    words[at:at] = ["--as", "chen.chen", "--format", "json"]
    assert office.run(*words).json["owner"] == "chen.chen"


@pytest.mark.parametrize("at", [0, 1, 2, 8])
def test_the_workspace_is_named_anywhere(office, tmp_path, at):
    """`--home` is understood at any place, also by `new` and `do`, whose words come from the workspace it names."""
    words = [*NEW, "--as", "chen.chen", "--format", "json"]
    words[at:at] = ["--home", str(office.home)]
    opened = run(*words, folder=tmp_path).json
    words = ["do", opened["ref"], "withdraw", "--reason", "a copy", "--as", "chen.chen", "--format", "json"]
    words[min(at, 3) : min(at, 3)] = ["--home", str(office.home)]
    assert run(*words, folder=tmp_path).json["state"] == "withdrawn"


def test_units_come_as_a_list_or_repeated(office):
    """A field of several units takes `A,B` and repeated options alike."""
    one = office.json(*NEW, "--copy-to", "SAFE,DATA", "--as", "chen.chen")
    other = office.json(*NEW, "--copy-to", "SAFE", "--copy-to", "DATA", "--as", "chen.chen")
    assert one["fields"]["copy_to"] == other["fields"]["copy_to"] == ["SAFE", "DATA"]


def test_owner_may_be_named(office):
    """`--owner` gives the new case to somebody else."""
    assert office.json(*NEW, "--owner", "li.na", "--as", "chen.chen")["owner"] == "li.na"
    office.run(*NEW, "--owner", "nobody", "--as", "chen.chen", code=3)


def test_a_dry_run_shows_everything_and_keeps_nothing(office):
    """`--dry-run` answers what would be and says so; afterwards nothing has happened."""
    done = office.run(*NEW, "--as", "chen.chen", "--dry-run", "--format", "json")
    assert (done.json["ref"], done.json["event"], done.json["dry_run"]) == ("RPT-2026-0001", None, True)
    assert "nothing is recorded" in done.err
    assert office.json("case", "list")["rows"] == []
    ref = office.report()
    assert ref == "RPT-2026-0001"
    office.run("do", ref, "withdraw", "--reason", "try", "--as", "chen.chen", "--dry-run")
    assert office.json("case", "show", ref)["state"] == "drafted"


def test_a_key_is_done_once(office):
    """The same key answers again with what was done; with other arguments it is a conflict."""
    first = office.json(*NEW, "--as", "chen.chen", "--key", "k1")
    again = office.json(*NEW, "--as", "chen.chen", "--key", "k1")
    assert (again["ref"], again["event"], again["again"]) == (first["ref"], first["event"], True)
    other = [word if word != "Figures" else "Other figures" for word in NEW]
    office.run(*other, "--as", "chen.chen", "--key", "k1", code=6)


def test_small_changes(office):
    """A case is commented on, handed over, linked and given a file; the trail has each."""
    ref, other = office.report(), office.report()
    office.run("case", "comment", ref, "figures are late", "--as", "chen.chen")
    assert "now owned by li.na" in office.run("case", "assign", ref, "li.na", "--as", "chen.chen").out
    office.run("case", "link", ref, "follows", other, "--as", "li.na")
    office.run("case", "attach", ref, office.file("a.txt"), "--name", "b.txt", "--as", "li.na")
    case = office.json("case", "show", ref)
    assert (case["owner"], case["links"], case["files"][0]["name"]) == (
        "li.na",
        [{"kind": "follows", "ref": other}],
        "b.txt",
    )
    kinds = [row["kind"] for row in office.json("case", "history", ref)["rows"]]
    assert [kind for kind in kinds if kind.startswith("case.")] == [
        "case.opened",
        "case.commented",
        "case.assigned",
        "case.linked",
        "case.attached",
    ]


def test_files_are_checked(office):
    """`case files --verify` finds an altered file and exits with 7."""
    ref = office.report()
    office.run("case", "attach", ref, office.file("a.txt", "figures"), "--as", "chen.chen")
    (row,) = office.json("case", "files", ref, "--verify")["rows"]
    sha256 = hashlib.sha256(b"figures").hexdigest()
    assert (row["sha256"], row["size"], row["status"]) == (sha256, 7, "intact")
    (office.home / "files" / sha256[:2] / sha256).write_text("figurez")
    assert office.json("case", "files", ref, "--verify", code=7)["rows"][0]["status"] == "altered"
    office.run("case", "attach", ref, "/no/such/file", "--as", "chen.chen", code=3)


def test_due_lists_who_holds_what(office):
    """`due` lists running limits, soonest first, with their holders; `--mine` and `--unit` narrow it."""
    ref, incident = office.report(), office.incident()
    rows = office.json("due")["rows"]
    assert [(row["ref"], row["clock"]) for row in rows] == [
        (incident, "first_report"),
        (incident, "analyse"),
        (incident, "resolve"),
        (ref, "submit"),
    ]
    assert {row["kind"] for row in rows} == {"clock"}
    assert [row["ref"] for row in office.json("due", "--mine", "--as", "chen.chen")["rows"]] == [ref]
    assert office.json("due", "--unit", "DATA")["rows"] == []
    assert [row["clock"] for row in office.json("due", "--within", "2 working days")["rows"]] == [
        "first_report",
        "analyse",
    ]
    office.run("due", "--mine", code=4)
    office.run("due", "--unit", "NOPE", code=3)
    office.run("due", "--within", "soon", code=2)


def test_lists_go_on_page_by_page(office):
    """`next` of one page is `--after` of the following one; together they are the whole list."""
    refs = [office.report() for _ in range(5)]
    first = office.json("case", "list", "--limit", "2")
    second = office.json("case", "list", "--limit", "2", "--after", first["next"])
    third = office.json("case", "list", "--limit", "2", "--after", second["next"])
    assert [row["ref"] for page in (first, second, third) for row in page["rows"]] == refs
    assert third["next"] is None
    office.run("case", "list", "--after", "nonsense", code=2)
    assert "Did you mean report?" in office.run("case", "list", "--type", "reprt", code=2).err
    assert office.json("case", "list", "--type", "task")["rows"] == []


def test_show_tells_what_one_may_do(office):
    """The actions of `case show` are for the one who asks; nobody asking leaves them open."""
    ref = office.report()
    mine = {row["name"]: row for row in office.json("case", "show", ref, "--as", "chen.chen")["actions"]}
    others = {row["name"]: row for row in office.json("case", "show", ref, "--as", "qian.fang")["actions"]}
    nobody = {row["name"]: row for row in office.json("case", "show", ref)["actions"]}
    assert (mine["submit"]["allowed"], mine["submit"]["why_not"]) == (True, None)
    assert others["submit"]["allowed"] is False
    assert others["submit"]["why_not"].startswith("submit is for owner")
    assert (nobody["submit"]["allowed"], nobody["submit"]["why_not"]) == (None, None)


def test_help_is_made_of_the_policy(office):
    """`new --help` names the types, `new TYPE --help` their fields, `do REF --help` what leads on from here."""
    ref = office.report()
    assert all(name in office.run("new", "--help").out for name in ("report", "incident", "rectification"))
    fields = office.run("new", "incident", "--help").out
    assert "--severity general|large|major|critical" in fields
    assert "--occurred-at" in fields
    assert "occurred_at" not in fields
    actions = office.run("do", ref, "--help").out
    assert "submit" in actions
    assert "archive" not in actions
    assert "--file" in office.run("do", ref, "submit", "--help").out


def test_quiet_changes_print_nothing(office):
    """`--quiet` leaves the exit code, and json for those who ask for it."""
    assert office.run(*NEW, "--as", "chen.chen", "--quiet").out == ""
    assert office.run(*NEW, "--as", "chen.chen", "--quiet", "--format", "json").json["ref"] == "RPT-2026-0002"
    assert office.run("due", "--quiet").out == ""


def test_a_case_as_it_stood(office):
    """`case show --as-of` has the shape of `case show`, without actions; before the opening it is exit 3."""
    ref = office.report()
    office.run("advance", "--by", "1h")
    office.run("do", ref, "withdraw", "--reason", "a duplicate", "--as", "chen.chen")
    past = office.json("case", "show", ref, "--as-of", "2026-01-05T09:30+08:00")
    assert past.keys() - {"as_of"} == office.json("case", "show", ref).keys()
    assert (past["state"], past["actions"], past["closed_at"]) == ("drafted", [], None)
    assert past["as_of"] == "2026-01-05T09:30:00+08:00"
    assert "2026-01-05 09:30" in office.run("case", "show", ref, "--as-of", "2026-01-05T09:30+08:00").out
    office.run("case", "show", ref, "--as-of", "2026-01-05", code=3)
    office.run("case", "show", ref, "--as-of", "2027-01-05", code=2)
    office.run("case", "show", ref, "--as-of", "soon", code=2)
