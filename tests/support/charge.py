"""A failure, and a respondent held to account for it, step by step."""

from __future__ import annotations

from datetime import datetime, timedelta

from support.world import World

WHO = {"respondent": "li", "post": "unit_head", "ground": "late", "gravity": "a plan came twelve days late"}


def late_report(world: World, unit: str = "safety", as_: str = "wang") -> str:
    """A report that was not submitted in time, and the day after."""
    ref = world.new("report", as_, unit=unit, recipient="county")
    world.fast_forward(days=25)
    return ref


def missed(world: World) -> str:
    """An incident nobody reported in time, a minute after it was opened."""
    ref = world.incident("critical", as_="li", occurred_at=hour_ago(world), aware_at=hour_ago(world))
    world.fast_forward(minutes=1)
    return ref


def hour_ago(world: World) -> str:
    return (datetime.fromisoformat(world.now) - timedelta(hours=1)).isoformat()


def proposed(world: World, cites: str | None = None, as_: str = "zhou", unit: str = "safety", **more: str) -> str:
    """A proposal to hold somebody to account."""
    cites = cites or late_report(world)
    return world.new("accountability", as_, unit=unit, title="A late plan", **{**WHO, "cites": cites, **more})


def heard(world: World, ref: str, *, decider: str = "zhao", party: str = "li") -> str:
    """Opened, investigated, answered and heard."""
    world.do(ref, "open", decider)
    world.do(ref, "investigate", "zhou", facts="it lay in a drawer")
    world.do(ref, "answer", party, statement="I was on the road")
    world.do(ref, "hear", decider, record="both were heard")
    return ref


def decided(
    world: World,
    measure: str = "transfer",
    *,
    on: str | None = None,
    decider: str = "zhao",
    ref: str | None = None,
    **more: str,
) -> str:
    """Decided, effective on a day (default: the day it is)."""
    ref = ref or heard(world, proposed(world))
    on = on or world.now[:10]
    given = {"measure": measure, "effective_on": on, "grounds": "the duty was not done", **more}
    world.do(ref, "decide", decider, **given)
    return ref
