"""Worked examples that rule-makers, regulators and courts have published, each with its source."""

from __future__ import annotations

import pytest
from support.limits import calendars, end

CPR = {"clear": True, "working-if-at-most": 5, "calendar": "ENG"}
EU_DAYS = {"roll": "next", "calendar": "DE"}
US = {"name": "US", "zone": "America/New_York", "off": ["2007-11-12", "2009-12-25"]}


@pytest.mark.parametrize(
    ("rule", "start", "answer"),
    [
        # Civil Procedure Rules (England and Wales) 2.8(3): three days before a hearing on Friday 20 October.
        ({**CPR, "limit": "3 days", "before": True, "working-if-at-most": 0}, "2017-10-20", "2017-10-16"),
        # The same rule: notice on 1 October, the hearing at least 28 days later, at the earliest on the 30th.
        ({**CPR, "limit": "28 days"}, "2017-10-01", "2017-10-30"),
        # The same rule: within 14 days of service on 2 October ends on 16 October (no event at its end).
        ({"limit": "14 days", "calendar": "ENG"}, "2017-10-02", "2017-10-16"),
        # 2.8(4): three days before Monday 20 October: Saturday and Sunday do not count.
        ({**CPR, "limit": "3 days", "before": True}, "2014-10-20", "2014-10-14"),
        # Clarion, "CPR 2.8 and calculating dates for service" (2017): 7 days before 30 March, 5 before 14 March.
        ({**CPR, "limit": "7 days", "before": True}, "2017-03-30", "2017-03-22"),
        ({**CPR, "limit": "5 days", "before": True}, "2017-03-14", "2017-03-06"),
        # Trinidad and Tobago, Civil Proceedings Rules 2.8(3)(b): 7 days before Tuesday 17 October.
        ({"limit": "7 days", "before": True, "clear": True}, "2017-10-17", "2017-10-09"),
        # ICO (United Kingdom), one month for a request of access: 3 September, 31 January, 30 January 2019.
        ({"limit": "1 month", "roll": "next", "calendar": "ENG"}, "2018-09-03", "2018-10-03"),
        ({"limit": "1 month", "calendar": "ENG"}, "2018-01-31", "2018-02-28"),
        ({"limit": "1 month", "calendar": "ENG"}, "2020-01-31", "2020-02-29"),
        ({"limit": "1 month", "calendar": "ENG"}, "2019-01-30", "2019-02-28"),
        # Freedom of Information Act 2000 s 10: the twentieth working day following receipt. Received Mon 2 Dec
        # 2024: Dec 3-6 four, 9-13 nine, 16-20 fourteen, 23, 24, 27 seventeen, 30, 31 nineteen, Thu 2 Jan twenty.
        ({"limit": "20 working days", "calendar": "ENG"}, "2024-12-02", "2025-01-02"),
        # Regulation (EEC, Euratom) 1182/71 Art. 3(1) and 3(2)(a), as worked out by mkm.legal for Art. 33 GDPR: known
        # on 22 December 2020 at 12:17 (or 12:59), 72 hours from 13:00 to 25 December 13:00, holiday or not.
        (
            {"limit": "72 hours", "start": "exclude-hour", "calendar": "DE"},
            "2020-12-22T12:17:00+01:00",
            "2020-12-25 13:00:00",
        ),
        (
            {"limit": "72 hours", "start": "exclude-hour", "calendar": "DE"},
            "2020-12-22T12:59:00+01:00",
            "2020-12-25 13:00:00",
        ),
        # Art. 3(1): the event's day is left out. Art. 3(4): a last day that is a Saturday, Sunday or holiday runs on
        # to the end of the next working day: 10 days from Wed 25 March 2026 end on Sat 4 April, so Tue 7 (Easter).
        ({**EU_DAYS, "limit": "10 days"}, "2026-03-25", "2026-04-07"),
        # Art. 3(5): two days or more include at least two working days: Thu 2 April + 2 days, Easter in between.
        ({**EU_DAYS, "limit": "2 days", "min-working-days": 2}, "2026-04-02", "2026-04-08"),
        # Federal Rules of Civil Procedure 6(a), committee note of 2009: 72 hours from Fri 2 Nov 2007 10:23 run until
        # Monday 9:23, daylight saving time having ended.
        (
            {"limit": "72 hours", "roll": "next-same-time", "calendar": "US"},
            "2007-11-02T10:23:00-04:00",
            "2007-11-05 09:23:00",
        ),
        # The same note: counting back from a Saturday one continues to Friday.
        ({"limit": "1 day", "before": True, "roll": "previous", "calendar": "US"}, "2007-11-04", "2007-11-02"),
        # German Civil Code §§ 187, 188: a period of a month from an event on 31 January ends on the last of February
        # (§ 188(3)); one beginning with the start of the day, 1 July, ends on 31 July (§ 188(2)).
        ({"limit": "1 month", "calendar": "DE"}, "2026-01-31", "2026-02-28"),
        ({"limit": "1 month", "start": "include", "calendar": "DE"}, "2026-07-01", "2026-07-31"),
    ],
)
def test_published_examples(rule: object, start: str, answer: str) -> None:
    """The rule object says the published rule and gives the published answer."""
    assert end(rule, start, calendar=None, among=calendars(US)) == answer
