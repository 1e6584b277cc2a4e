"""What the cases of the pack's part C open one in another, lived: chains upward, decisions, findings, handovers."""

from __future__ import annotations

import pytest
from support.papers import act, acts, due, ended, opened, verified
from support.world import World

from states.errors import NotNow, Usage
from workflow import notices

INCIDENT = "2026-02-09T08:30+08:00"
CHECKED = "facts=checked law=checked personal_data=checked"


def of(world: World, ref: str) -> dict[str, object]:
    """Type, unit, owner and state of a case in short."""
    case = world.case(ref)
    return {key: case[key] for key in ("type", "unit", "owner", "state")}


def told(world: World, ref: str) -> set[tuple[str, str]]:
    """Who was sent what about a case so far."""
    with world.store.read() as tx:
        return {(row["person"], row["kind"]) for row in notices.list_(tx, ref=ref)["rows"]}


def only(world: World, ref: str, link: str) -> str:
    """The one case that was opened under this word."""
    (found,) = opened(world, ref, link)
    return found


def test_everybody_a_report_goes_to_acknowledges(world):
    """The recipient in five working days (14 February), a copy in one (10 February), each in its own unit."""
    ref = acts(world, world.report(), "wang submit file=a copy_to=data,province")
    assert opened(world, ref, "receipt") == []
    act(world, ref, "feng review")
    receipts = opened(world, ref, "receipt")
    assert [(of(world, one)["unit"], due(world, one)["acknowledge"]) for one in receipts] == [
        ("county", "2026-02-14"),
        ("data", "2026-02-10"),
        ("province", "2026-02-10"),
    ]
    assert [of(world, one)["owner"] for one in receipts] == ["sun", "chen", "pan"]  # its office, its head, its leader
    act(world, receipts[0], "sun acknowledge")
    act(world, receipts[1], "chen misdirect reason=a")
    act(world, receipts[2], "pan acknowledge")
    verified(world)


def test_an_urgent_matter_is_with_its_recipient_at_once(world):
    """Its receipt is there when it is submitted, for one working day; a return re-arms its limit of a working day."""
    ref = act(world, world.report(kind="urgent"), "wang submit file=a proposals=b")
    assert due(world, only(world, ref, "receipt")) == {"acknowledge": "2026-02-10"}
    world.fast_forward(days=1)
    act(world, ref, "feng return reason=c")
    assert due(world, ref) == {"submit": "2026-02-13", "urgent": "2026-02-11"}  # 10 February: 11 = 1, 13 = 3
    verified(world)


def test_an_incident_goes_up_level_by_level_beside_its_analysis(world):
    """Each level's half hour begins when it receives: at 09:10 in the county, at 09:25 in the province."""
    ref = world.incident("critical", occurred_at=INCIDENT)
    world.until("2026-02-09 09:10")
    act(world, ref, "li notify to=county")
    first = only(world, ref, "notice")
    assert told(world, first) == {("sun", "case.opened")}  # not only when the half hour is over
    assert of(world, first) == {"type": "relay", "unit": "county", "owner": "sun", "state": "received"}
    assert due(world, first) == {"notify": "2026-02-09 09:40"}
    assert world.clock(ref, "analyse")["state"] == "running"
    world.until("2026-02-09 09:25")
    act(world, first, "sun notify to=province")
    second = only(world, first, "notice")
    assert (of(world, second)["unit"], due(world, second)) == ("province", {"notify": "2026-02-09 09:55"})
    assert world.case(second)["fields"]["sender"] == "county"
    act(world, second, "wei keep reason=a")
    assert ended(world, second) == {"notify": "met"}
    verified(world)


def test_a_grave_incident_may_pass_over_a_level(world):
    """The unit reports to the province itself; the case is there, and not in the county."""
    ref = act(world, world.incident("critical", occurred_at=INCIDENT), "li notify to=province")
    assert of(world, only(world, ref, "notice"))["unit"] == "province"
    verified(world)


def test_follow_ups_are_re_armed_by_each(world):
    """Twelve hours from the first report at 09:00; the follow-up at 15:00 begins them anew, and so on until it ends."""
    ref = act(world, world.incident("critical", occurred_at=INCIDENT), "li notify to=county")
    assert due(world, ref)["follow_up"] == "2026-02-09 21:00"
    world.until("2026-02-09 15:00")
    act(world, ref, "wang follow_up progress=a")
    (met,) = [row for row in world.events(ref, "clock.met") if row["data"]["clock"] == "follow_up"]
    assert (met["data"]["run"], met["data"]["late"], world.clock(ref, "follow_up")["run"]) == (1, False, 2)
    assert due(world, ref)["follow_up"] == "2026-02-10 03:00"
    act(world, ref, "zhao regrade severity=large reason=b")
    assert due(world, ref)["follow_up"] == "2026-02-12"  # three working days after 9 February
    acts(world, ref, "wang analyse analysis=a", "li report summary=b", "li resolve outcome=c")
    assert ended(world, ref)["follow_up"] == "met"
    verified(world)


@pytest.mark.parametrize(("severity", "meetings"), [("general", 0), ("large", 0), ("major", 1), ("critical", 1)])
def test_a_severe_incident_calls_an_extraordinary_meeting(world, severity, meetings):
    """Of the body, within a working day, convened by its head; a lesser one calls it when it is found to be severe."""
    ref = world.incident(severity, occurred_at=INCIDENT)
    assert len(opened(world, ref, "meeting")) == meetings
    if not meetings:
        act(world, ref, "zhao regrade severity=major reason=a")
    meeting = only(world, ref, "meeting")
    assert of(world, meeting) == {"type": "meeting", "unit": "county", "owner": "sun", "state": "called"}
    assert world.case(meeting)["fields"] == {"kind": "extraordinary", "convener": "qian", "about": ref}
    assert due(world, meeting) == {"hold": "2026-02-10"}
    verified(world)


def test_the_head_is_not_there_in_time(world):
    """The ground not-led: two hours after it was known nobody has taken charge. Late, it is still recorded."""
    ref = world.incident("critical", occurred_at=INCIDENT)
    world.until("2026-02-09 11:30")
    assert world.clock(ref, "lead")["breached_at"] == "2026-02-09T11:00:01+08:00"
    act(world, ref, "qian lead")
    assert ended(world, ref)["lead"] == "late"
    verified(world)


def test_a_factual_statement_is_checked_by_two_before_it_goes_out(world):
    """Decided at 09:00, due five hours after it was known; its text is a release, each check in two hours."""
    ref = act(world, world.incident("critical", occurred_at=INCIDENT), "qian call_statement")
    assert due(world, ref)["statement"] == "2026-02-09 14:00"
    act(world, ref, "sun state_facts facts=a")
    assert ended(world, ref)["statement"] == "met"
    release = only(world, ref, "statement")
    assert of(world, release) == {"type": "release", "unit": "safety", "owner": "li", "state": "drafted"}
    assert due(world, release) == {}  # nothing runs against its author
    act(world, release, "li submit file=a")
    assert due(world, release) == {"check": "2026-02-09 11:00"}
    acts(world, release, f"sun check {CHECKED}", "feng send_back reason=b")
    assert due(world, release) == {}
    acts(world, release, "li submit file=c", f"sun check {CHECKED}", f"feng check_again {CHECKED}", "li publish")
    verified(world)


def test_an_incident_ends_elsewhere(world):
    """Referred, or merged with the one it is: nothing is overdue in it afterwards."""
    first, second = (world.incident("critical", occurred_at=INCIDENT) for _ in range(2))
    act(world, first, "qian refer authority=a reason=b")
    act(world, second, f"li merge duplicate_of={first} reason=c")
    world.until("2026-02-10 09:00")
    for ref in (first, second):
        assert set(ended(world, ref).values()) == {"cancelled"}
        assert world.events(ref, "clock.breached") == []
    verified(world)


def test_the_final_report_is_due_by_severity(world):
    """Twenty working days after it was resolved: 13 March. Rectifications came out of it, for their own classes."""
    ref = world.incident("critical", occurred_at=INCIDENT)
    acts(world, ref, "wang analyse analysis=a", "li rectify finding=b class=immediate", "li report summary=c")
    rectification = only(world, ref, "finding")
    assert world.case(rectification)["fields"] == {"finding": "b", "class": "immediate", "source": ref}
    act(world, ref, "li resolve outcome=d")
    report = only(world, ref, "final-report")
    assert of(world, report) == {"type": "report", "unit": "safety", "owner": "li", "state": "drafted"}
    assert (world.case(report)["fields"]["recipient"], due(world, report)) == ("province", {"submit": "2026-03-13"})
    acts(world, report, "li submit file=a", "feng return reason=b")
    assert due(world, report)["submit"] == "2026-02-12"  # afterwards the limit of any report
    verified(world)


def test_a_meeting_decides_and_its_tasks_are_carried_out(world):
    """Who was there is of posts; who took part and objected is in the decision; it closes when its tasks are."""
    ref = world.new("meeting", "sun", unit="county", convener="qian", agenda="safety")
    acts(world, ref, "sun hold held_on=2026-02-09 present=first,direct,inspector others=4", "sun decide decision=mend")
    decision = only(world, ref, "decision")
    assert of(world, decision) == {"type": "decision", "unit": "county", "owner": "sun", "state": "taken"}
    act(world, decision, "sun record made=together took_part=qian,zhao,feng objected=feng")
    act(world, decision, "qian assign assignment=gate assignee=safety due_on=2026-03-02")
    task = only(world, decision, "task")
    assert world.case(task)["fields"] == {
        "assignment": "gate", "origin": "meeting", "about": decision, "due_on": "2026-03-02",
    }  # fmt: skip
    with pytest.raises(NotNow, match="linked as task is still open"):
        act(world, decision, "sun carry_out")
    acts(world, task, "li acknowledge", "li plan plan=a")
    assert due(world, task) == {"complete": "2026-03-02"}
    acts(world, task, "li complete", "li report result=b", "zhou check")
    act(world, decision, "sun carry_out")
    act(world, ref, "sun file_minutes file=a")
    assert world.case(decision)["fields"]["objected"] == ["feng"]
    verified(world)


def test_a_circular_closes_when_all_have_acknowledged(world):
    """Three working days for each (12 February), five for a bulletin (14 February)."""
    ref = act(world, world.new("circular", "sun", unit="county", recipients="safety,data"), "sun send file=a")
    first, second = opened(world, ref, "receipt")
    assert due(world, first) == due(world, second) == {"acknowledge": "2026-02-12"}
    act(world, first, "li acknowledge")
    with pytest.raises(NotNow, match="linked as receipt is still open"):
        act(world, ref, "sun close")
    act(world, second, "chen acknowledge")
    act(world, ref, "sun close")
    bulletin = world.new("circular", "sun", unit="county", recipients="safety", kind="bulletin")
    act(world, bulletin, "sun send file=a")
    assert due(world, only(world, bulletin, "receipt")) == {"acknowledge": "2026-02-14"}
    verified(world)


def test_findings_are_mended_verified_and_visited_again(world):
    """Two findings, siblings asked, all verified, closed; after sixty working days the fault is back."""
    ref = world.new("inspection", "zhou", scope="stores", begins_on="2026-02-09")
    acts(world, ref, "zhou notify", "zhou visit", "zhou find finding=gate class=immediate")
    acts(world, ref, "zhou ask_siblings siblings=data", "zhou find finding=roof class=long", "zhou issue file=a")
    gate, roof = opened(world, ref, "finding")
    sibling = only(world, ref, "sibling")
    assert (of(world, sibling)["unit"], world.case(sibling)["fields"]["assignment"]) == ("data", "gate")
    assert of(world, gate)["owner"] == "li"
    acts(world, gate, "li plan plan=a")
    assert due(world, gate) == {"complete": "2026-02-12"}
    acts(world, roof, "li plan plan=b")
    assert due(world, roof) == {"complete": "2026-05-13", "progress": "2026-03-09"}
    world.until("2026-03-02 10:00")
    act(world, roof, "li progress progress=half")
    assert due(world, roof)["progress"] == "2026-04-02"
    for one in (gate, roof):
        act(world, one, "li complete file=c")
    act(world, gate, "zhou verify")
    with pytest.raises(NotNow, match="linked as finding is still open"):
        act(world, ref, "zhou correct")
    act(world, roof, "zhou verify")
    assert ended(world, roof)["progress"] == "met"
    acts(world, ref, "zhou correct", "zhou close file=d")
    visit = only(world, gate, "revisit")
    assert of(world, visit) == {"type": "revisit", "unit": "safety", "owner": "zhou", "state": "due"}
    # 3 March = 1, 31 March = 21, 3 April = 24, 7 April = 25, 30 April = 42, 6 May = 43, 9 May (Saturday) = 46,
    # 15 May = 51, 22 May = 56, 28 May = 60
    assert due(world, visit) == {"visit": "2026-05-28"}
    act(world, visit, "zhou reopen finding=again")
    assert world.case(only(world, visit, "finding"))["fields"]["finding"] == "again"
    verified(world)


def test_whoever_was_asked_first_answers_until_the_handover_is_accepted(world):
    """Declined, the matter stays; accepted, it is the other's, and the first lets go. Its clock ran all the time."""
    ref = act(world, world.new("service", "wang", matter="a", requester="b"), "wang offer offer_to=data")
    first = only(world, ref, "handover")
    assert due(world, first) == {"accept": "2026-02-10"}
    act(world, first, "chen decline reason=c")
    other = world.new("service", "chen", unit="data", matter="z")
    with pytest.raises(Usage, match="did not come of"):  # nobody took it over, whatever else that unit does
        act(world, ref, "wang let_go taken_by=" + other)
    assert due(world, ref)["answer"] == "2026-02-14"
    acts(world, ref, "wang keep", "wang offer offer_to=data")
    second = opened(world, ref, "handover")[1]
    with pytest.raises(NotNow, match="linked as handover is still open"):
        act(world, ref, "wang let_go taken_by=" + second)
    with pytest.raises(NotNow, match="linked as handover is still open"):
        act(world, ref, "wang let_go taken_by=" + other)
    act(world, second, "chen accept")
    with pytest.raises(Usage, match="did not come of"):
        act(world, ref, "wang let_go taken_by=" + other)
    taken = only(world, second, "taken-over")
    assert world.case(taken)["fields"] == {"matter": "a", "complexity": "plain", "about": ref}  # nobody's name goes on
    act(world, ref, "wang let_go taken_by=" + taken)
    assert ended(world, ref) == {"answer": "cancelled", "papers": "cancelled"}
    act(world, taken, "chen answer outcome=d")
    verified(world)


def test_a_channel_is_stale_ten_working_days_after_it_was_touched(world):
    """Touched on Thursday, 12 February: 13 = 1, 14 (Saturday) = 2, 24 = 3, 27 = 6, 28 (Saturday) = 7, 4 March = 10."""
    ref = world.new("channel", "wang", kind="board")
    world.until("2026-02-12 09:00")
    act(world, ref, "wang update")
    assert due(world, ref) == {"stale": "2026-03-04"}
    verified(world)


def test_the_next_steps_of_a_summary_are_tasks(world):
    """Each is a task of the unit it names, and says where it comes from."""
    ref = world.new("summary", "sun", unit="county", period="2025-H2", recipient="province")
    acts(world, ref, "sun submit file=a", "zhao review", "sun next_step assignment=train assignee=data", "sun archive")
    task = only(world, ref, "task")
    assert of(world, task) == {"type": "task", "unit": "data", "owner": "chen", "state": "assigned"}
    assert world.case(task)["fields"] == {"assignment": "train", "origin": "summary", "about": ref}
    verified(world)
