"""State Council Order 493, lived: the unit's hour, two hours a level, supplements, investigation and reply."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.policies import compiled
from support.regime import Regime

from states.catalog import pack_sources
from states.errors import NotNow
from states.grades import grade

TYPES = compiled(pack_sources("cn-493"))["types"]

CHAIN = """
units:
  - {code: province, name: Provincial department, kind: body}
  - {code: city, name: City bureau, kind: body, parent: province}
  - {code: county, name: County bureau, kind: body, parent: city}
  - {code: mine, name: The mine, kind: body, parent: county}
  - {code: shaft, name: Shaft two, parent: mine}
people:
  - {login: wei, name: Wei}
  - {login: cai, name: Cai}
  - {login: ding, name: Ding}
  - {login: sun, name: Sun}
  - {login: zhao, name: Zhao}
  - {login: qian, name: Qian}
  - {login: hu, name: Hu}
  - {login: mo, name: Mo}
  - {login: li, name: Li}
  - {login: wang, name: Wang}
postings:
  - {person: wei, unit: province, post: office, from: 2025-01-01}
  - {person: cai, unit: city, post: office, from: 2025-01-01}
  - {person: ding, unit: city, post: first, from: 2025-01-01}
  - {person: sun, unit: county, post: office, from: 2025-01-01}
  - {person: zhao, unit: county, post: direct, from: 2025-01-01}
  - {person: qian, unit: county, post: first, from: 2025-01-01}
  - {person: hu, unit: mine, post: first, from: 2025-01-01}
  - {person: mo, unit: mine, post: office, from: 2025-01-01}
  - {person: li, unit: shaft, post: unit_head, from: 2025-01-01}
  - {person: wang, unit: shaft, post: staff, from: 2025-01-01}
"""


@pytest.fixture
def chain(tmp_path: Path) -> Iterator[Regime]:
    """A mine and three levels of authorities above it, Monday 9 March 2026, 09:00."""
    world = Regime.begin(tmp_path, "cn-493", "2026-03-09 09:00", zone="Asia/Shanghai", register=CHAIN)
    yield world
    world.close()


def accident(chain: Regime, **given: str) -> str:
    """At 08:40; the head of the unit was told at 08:50."""
    times = {"occurred_at": chain.when("2026-03-09 08:40"), "informed_at": chain.when("2026-03-09 08:50")}
    return chain.new("accident", "wang", unit="shaft", **{**times, **given})


def received(chain: Regime, level: str, as_: str, about: str, at: str, **numbers: str) -> str:
    """A report has come in at a level."""
    return chain.new("relay", as_, unit=level, level=level, about=about, received_at=chain.when(at), **numbers)


@pytest.mark.parametrize(
    ("deaths", "injured", "loss", "expected"),
    [
        ("2", "9", "9999999", "general"),
        ("3", "0", "0", "large"),
        ("0", "10", "0", "large"),
        ("0", "0", "10000000", "large"),
        ("9", "49", "49999999", "large"),
        ("10", "0", "0", "major"),
        ("0", "50", "0", "major"),
        ("0", "0", "50000000", "major"),
        ("29", "99", "99999999", "major"),
        ("30", "0", "0", "critical"),
        ("0", "100", "0", "critical"),
        ("0", "0", "100000000", "critical"),
    ],
)
def test_a_grade_begins_with_its_number(deaths: str, injured: str, loss: str, expected: str) -> None:
    """Article 3: "at least" includes the number itself, "fewer than" does not; the gravest of the three decides."""
    numbers = {"deaths": int(deaths), "injured": int(injured), "loss": int(loss)}
    for definition in TYPES.values():
        assert grade(definition, numbers) == expected


def test_an_ordinary_accident_goes_up_to_the_city_and_each_level_has_two_hours(chain: Regime) -> None:
    """Head informed 08:50, county due 09:50; county received 09:25, city due 11:25; from the city it goes no higher."""
    ref = accident(chain, deaths="2", injured="9", loss="9999999")
    assert (chain.case(ref)["severity"], chain.due(ref, "report")) == ("general", "2026-03-09 09:50")
    chain.until("2026-03-09 09:35")
    assert chain.climbed(ref, "report") == [("2026-03-09 09:30:00", ["li"])]  # 20 minutes before
    chain.do(ref, "report", "li", authority="county", reported_at=chain.when("2026-03-09 09:25"))
    county = received(chain, "county", "sun", ref, "2026-03-09 09:25", deaths="2")
    assert chain.due(county, "county_upward") == chain.due(county, "government") == "2026-03-09 11:25"
    chain.until("2026-03-09 10:10")
    chain.do(county, "pass_on", "sun", to="city", passed_at=chain.when("2026-03-09 10:00"))
    chain.do(county, "tell_government", "sun")
    chain.do(county, "close", "sun")
    city = received(chain, "city", "cai", county, "2026-03-09 10:00", deaths="2")
    assert chain.clocks(city) == {"government": "running"}
    chain.do(city, "end_here", "cai", reason="an ordinary accident")
    with pytest.raises(NotNow):
        chain.do(city, "close", "cai")
    chain.do(city, "tell_government", "cai")
    chain.do(city, "close", "cai")
    assert chain.clocks(county) == {"county_upward": "met", "government": "met"}
    assert (chain.clocks(ref)["report"], chain.clocks(city)) == ("met", {"government": "met"})


def test_a_unit_that_does_not_report_within_the_hour_is_told_up_to_its_first(chain: Regime) -> None:
    """Due 09:50; nobody is directly responsible at the mine, so that step is recorded as empty."""
    ref = accident(chain)
    chain.until("2026-03-09 10:30")
    assert chain.climbed(ref, "report") == [
        ("2026-03-09 09:30:00", ["li"]),
        ("2026-03-09 09:50:01", ["li", "mo"]),
        ("2026-03-09 10:05:00", []),
        ("2026-03-09 10:20:00", ["hu"]),
    ]
    chain.do(ref, "report", "hu", authority="county", reason="the line was down")
    assert chain.clocks(ref)["report"] == "late"


def test_a_third_death_makes_it_graver_and_is_passed_on_as_a_report_of_its_own(chain: Regime) -> None:
    """Known 14:40: the unit has an hour; city and province have two each from when they receive; one may be skipped."""
    ref = accident(chain, deaths="2")
    chain.do(ref, "report", "li", authority="county")
    chain.until("2026-03-09 15:00")
    chain.do(ref, "change", "wang", deaths="3", known_at=chain.when("2026-03-09 14:40"))
    assert (chain.case(ref)["severity"], chain.due(ref, "supplement")) == ("large", "2026-03-09 15:40")
    chain.until("2026-03-09 15:10")
    chain.do(ref, "supplement", "li")
    city = received(chain, "city", "cai", ref, "2026-03-09 15:05", deaths="3")
    assert chain.due(city, "city_upward") == "2026-03-09 17:05"
    county = received(chain, "county", "sun", ref, "2026-03-09 15:05", deaths="3")
    chain.do(county, "skip_level", "sun", to="province", reason="people are still below ground")
    province = received(chain, "province", "wei", county, "2026-03-09 15:10", deaths="3")
    assert chain.clocks(province) == {"government": "running"}
    chain.do(province, "correct", "wei", deaths="10")  # ten: up to the State Council's department
    assert chain.due(province, "province_upward") == "2026-03-09 17:10"
    chain.do(province, "pass_on", "wei", to="province")
    chain.until("2026-03-09 18:10")
    assert chain.climbed(city, "city_upward") == [
        ("2026-03-09 16:35:00", ["cai"]),
        ("2026-03-09 17:05:01", ["cai"]),
        ("2026-03-09 17:20:00", []),  # nobody is directly responsible at the city
        ("2026-03-09 17:35:00", ["ding"]),
        ("2026-03-09 18:05:00", ["wei"]),  # the level above
    ]
    chain.do(city, "pass_on", "cai", to="province")
    assert chain.clocks(city) == {"city_upward": "late", "government": "breached"}
    assert chain.clocks(county)["county_upward"] == chain.clocks(province)["province_upward"] == "met"


def test_supplements_are_due_for_thirty_days_and_for_seven_after_fire_or_road_traffic(chain: Regime) -> None:
    """9 March + 30 = 8 April (22 days to 31 March, 8 more); 9 March + 7 = 16 March. Closing waits for the end."""
    other, fire = accident(chain), accident(chain, kind="fire")
    assert (chain.due(other, "supplement_period"), chain.due(fire, "supplement_period")) == ("2026-04-08", "2026-03-16")
    chain.do(fire, "report", "li", authority="county")
    with pytest.raises(NotNow):
        chain.do(fire, "close", "mo")
    chain.do(fire, "change", "wang", injured="1")
    chain.until("2026-03-17 09:00")
    assert chain.climbed(fire, "supplement_period") == [("2026-03-17 00:00:00", ["li", "wang"])]
    assert chain.climbed(fire, "supplement")[-1] == ("2026-03-09 10:30:00", ["hu"])  # 09:00 + 1 h, + 30 minutes
    chain.do(fire, "supplement", "li", reason="found later")
    chain.do(fire, "close", "mo")
    assert (chain.state(fire), chain.clocks(fire)["supplement"]) == ("closed", "late")


def test_an_investigation_has_sixty_days_without_the_appraisal_and_the_government_fifteen(chain: Regime) -> None:
    """9 March + 60 = 8 May; ten days of appraisal make it 18 May; sixty more 17 July; the reply fifteen days later."""
    ref = chain.new("investigation", "sun", unit="county", occurred_at=chain.when("2026-03-09 08:40"), deaths="2")
    assert chain.due(ref, "report") == "2026-05-08"  # 22 days to 31 March, 30 in April, 8 in May
    chain.until("2026-03-20 10:00")
    chain.do(ref, "appraise", "sun", reason="the rope is tested")
    chain.until("2026-03-30 10:00")
    chain.do(ref, "appraised", "sun", file="result")
    assert chain.due(ref, "report") == "2026-05-18"  # 20 to 29 March did not count
    chain.extend(ref, "report", "60 days", ask="sun", grant="qian")
    assert chain.due(ref, "report") == "2026-07-17"  # 13 days to 31 May, 30 in June, 17 in July
    chain.until("2026-06-02 10:00")
    chain.do(ref, "submit", "sun", file="report", received_on="2026-06-01")
    assert chain.due(ref, "reply") == "2026-06-16"
    chain.until("2026-06-22 10:00")
    assert chain.climbed(ref, "reply") == [
        ("2026-06-11 09:00:00", ["sun"]),  # five days before
        ("2026-06-17 00:00:00", ["sun"]),
        ("2026-06-17 09:00:00", ["zhao"]),
        # + 3 working days: Wed 17, Thu 18, (Fri 19 to Sun 21 Dragon Boat), Mon 22
        ("2026-06-22 09:00:00", ["qian"]),
    ]
    chain.do(ref, "reply", "qian", file="reply", reason="the council met late")
    assert chain.clocks(ref) == {"report": "met", "reply": "late"}


def test_an_especially_serious_accident_gives_the_government_thirty_days_and_thirty_more(chain: Regime) -> None:
    """Report late (due 8 May, come 11 May); reply 30 days to 10 June, extended to 10 July; a lesser one handed over."""
    ref = chain.new("investigation", "sun", unit="county", occurred_at=chain.when("2026-03-09 08:40"), deaths="30")
    lesser = chain.new("investigation", "sun", unit="county", occurred_at=chain.when("2026-03-09 08:40"), deaths="2")
    chain.until("2026-03-12 09:00")
    chain.do(lesser, "change", "sun", deaths="3", reason="a third person has died")
    chain.do(lesser, "take_over", "qian", reason="relatively serious: the city investigates")
    assert chain.clocks(lesser) == {"report": "cancelled"}
    chain.until("2026-05-11 08:00")
    assert chain.reminded(ref, "report") == [
        ("2026-04-08 09:00:00", ["sun"]),  # 30 of 60 days
        ("2026-04-23 09:00:00", ["sun"]),  # 15 days before
    ]
    # 9 May is a Saturday made up for Labour Day: one working day after 8 May
    assert chain.climbed(ref, "report")[-2:] == [("2026-05-09 00:00:00", ["sun"]), ("2026-05-09 09:00:00", ["zhao"])]
    chain.do(ref, "submit", "sun", file="report", reason="witnesses were in hospital")
    assert chain.due(ref, "reply_critical") == "2026-06-10"  # 20 days to 31 May, 10 in June
    chain.extend(ref, "reply_critical", "30 days", ask="sun", grant="qian")
    assert chain.due(ref, "reply_critical") == "2026-07-10"
    chain.do(ref, "reply", "qian", file="reply")
    assert chain.clocks(ref) == {"report": "late", "reply_critical": "met"}
