"""What the demo calls things: the words of events and roles, and the titles that the policy in force gives."""

from typing import TYPE_CHECKING

from cli.texts import N_, title

if TYPE_CHECKING:
    from workflow.store import Tx

ENDS = {"met": N_("done {at}"), "cancelled": N_("dropped {at}"), "moved": N_("limit moved {at}"), "open": N_("open")}
WHY = {"vacant": N_("vacant"), "on-leave": N_("on leave"), "respondent": N_("the respondent's")}
ROLES = {
    "owner": N_("owner"),
    "unit_head": N_("unit_head"),
    "member_in_charge": N_("member_in_charge"),
    "direct": N_("direct"),
    "first": N_("first"),
    "superior.first": N_("superior.first"),
    "reviewer": N_("reviewer"),
    "decider": N_("decider"),
    "inspector": N_("inspector"),
    "office": N_("office"),
    "party": N_("party"),
    "staff": N_("staff"),
    "chair": N_("chair"),
    "vice_chair": N_("vice_chair"),
    "member": N_("member"),
}
KINDS = {
    "started": N_("clock starts"),
    "reminded": N_("reminder"),
    "breached": N_("overdue"),
    "escalated": N_("step {step}"),
    "recomputed": N_("limit moved"),
    "met": N_("done"),
    "cancelled": N_("dropped"),
}


CHANGES = {
    "begins": N_("{name} becomes {post} of {unit} on {from}"),
    "acts": N_("{name} acts as {post} of {unit} from {from} on"),
    "ends": N_("{name} is {post} of {unit} until {to}"),
    "leave": N_("{name} is away from {from} to {to}; {deputy} stands in"),
}
BARS = {
    "award": N_("awards"),
    "promotion": N_("promotion"),
    "equal-post": N_("a leading post equal to the former"),
}
DONE = {
    "opened": N_("opened"),
    "assigned": N_("handed over"),
    "linked": N_("linked"),
    "attached": N_("file added"),
    "commented": N_("remark"),
}


class Words:
    """What types, states, actions, clocks and choices of the policy in force are called."""

    def __init__(self, tx: "Tx") -> None:
        from workflow import policies

        self._types = policies.types(tx)

    def type(self, type_: str) -> str:
        return title(self._types[type_]["title"], type_)

    def of(self, type_: str, kind: str, name: str | None) -> str:
        """The title of one of a type's ``states``, ``actions`` or ``clocks``."""
        return title(self._types[type_][kind][name]["title"], name) if name else ""

    def choice(self, type_: str, field: str, value: str | None) -> str:
        return title(self._types[type_]["fields"][field]["titles"][value], value) if value else ""
