"""Notices leave the house: at least once, in the reader's words, and a sandbox keeps them on this machine."""

from __future__ import annotations

import email
import email.policy
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from support.world import World

from jobs import deliver, lateness
from jobs.letters import House, Voice, compose
from jobs.mail import FileChannel, Refused, Send, SmtpChannel, channel_of
from states.errors import Invalid, NotFound, NotNow, Outside
from workflow import notices
from workflow.notices import MOST_TRIES, Notice
from workflow.store import Store

CHINESE = {
    "{ref}: {clock} is due on {day}": "{ref}：{clock}将于{day}到期",
    "Unit: {unit}": "单位：{unit}",
}


@pytest.fixture
def told(world: World) -> World:
    """An office where wang and li were told of an overdue report: four notices wait that can be sent."""
    world.store.transact(
        lambda tx: tx.put("DELETE FROM outbox WHERE kind = 'person.registered'")
    )  # not of interest here
    world.report(title="Quarterly safety report")
    world.until("2026-03-01T00:00:00+08:00")
    return world


class Recorder:
    """A channel in this process: keeps what it is given, and can be made to refuse or to break down."""

    name = "mail"
    sender = "office@example.org"
    local = True

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.refusals: dict[str, Exception] = {}  # by address
        self.down: Exception | None = None

    @contextmanager
    def open(self) -> Iterator[Send]:
        if self.down:
            raise self.down
        yield self._take

    def _take(self, message: EmailMessage) -> None:
        for address, problem in self.refusals.items():
            if address in str(message["To"]):
                raise problem
        self.messages.append(message)


class Inbox:
    """What a real SMTP server was given."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.refuse: str | None = None

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        if self.refuse:
            return self.refuse
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        self.messages.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 OK"


class AnyPort(Controller):
    """aiosmtpd's server on whatever port is free."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def mail_server(inbox: Inbox, **options: Any) -> Iterator[int]:
    """A mail server on loopback; gives its port."""
    controller = AnyPort(inbox, hostname="127.0.0.1", port=0, **options)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def box(world: World) -> list[tuple[Any, ...]]:
    """(login, state, attempts, error) of every message to somebody with an address, in order."""
    return list(
        world.rows(
            """SELECT p.login, o.state, o.attempts, o.error FROM outbox o JOIN person p ON p.id = o.person
            WHERE p.email IS NOT NULL ORDER BY o.id"""
        )
    )


def states(world: World) -> list[str]:
    return [state for _, state, _, _ in box(world)]


def test_what_waits_is_sent_once_and_recorded(told):
    """Each notice reaches its person once; the trail says so; a second run sends nothing."""
    channel = Recorder()
    assert deliver.run_once(told.store, channel)["sent"] == len(box(told)) == 4
    assert set(states(told)) == {"sent"}
    assert [str(message["To"]) for message in channel.messages].count("Li <li@example.org>") == 1
    events = told.log(stream="notices")
    assert [event["kind"] for event in events] == ["notice.sent"] * 4
    assert {event["data"]["channel"] for event in events} == {"mail"}
    assert deliver.run_once(told.store, channel) == {"sent": 0, "failed": 0, "dead": 0, "waiting": 0}
    assert len(channel.messages) == 4


def test_a_message_says_what_it_is_about_and_what_to_do(told):
    """Subject, case, unit, due time in the zone, and the command that ends the limit."""
    channel = Recorder()
    deliver.run_once(told.store, channel)
    message = next(message for message in channel.messages if "li@" in str(message["To"]))
    ref = told.rows("SELECT ref FROM cases WHERE type = 'report' ORDER BY ref")[0][0]
    assert message["Subject"] == f"[sandbox] {ref}: Submission is overdue (step 1)"
    assert message["From"] == "office@example.org"
    assert message["Auto-Submitted"] == "auto-generated"
    text = message.get_content()
    assert "Quarterly safety report" in text
    assert "Unit: Work safety unit (safety)" in text
    assert "due 2026-02-28 23:59 (Asia/Shanghai)" in text
    assert f"duecourse do {ref} submit" in text
    assert f"duecourse case show {ref}" in text
    assert "withdraw" not in text


def test_a_message_is_said_in_the_reader_s_language(told):
    """In Chinese: the catalogue's words, the policy's Chinese titles, readable after transport."""
    channel = Recorder()
    deliver.run_once(told.store, channel, voice=Voice("zh_CN", lambda text: CHINESE.get(text, text)))
    received = email.message_from_bytes(channel.messages[0].as_bytes(), policy=email.policy.default)
    assert "报送时限将于2026-02-28到期" in received["Subject"]
    assert "单位：Work safety unit (safety)" in received.get_content()
    assert received["Content-Language"] == "zh-CN"


def test_what_was_dealt_with_meanwhile_asks_for_nothing(told):
    """A notice sent after the report was submitted says so, and names no act."""
    ref = told.rows("SELECT ref FROM cases WHERE type = 'report' ORDER BY ref")[0][0]
    told.do(ref, "submit", "wang", file="the report")
    channel = Recorder()
    deliver.run_once(told.store, channel)
    text = channel.messages[0].get_content()
    assert "dealt with meanwhile" in text
    assert "duecourse do" not in text


def test_a_title_cannot_smuggle_headers(told):
    """Line ends in a title, a name or a policy's words never become headers of the message."""
    notice = Notice(
        "n-1", "RPT-1", "case.assigned", "p", "Eve\r\nBcc: all@example.org", "eve@example.org", told.now, 1, 0, None,
        "Asia/Shanghai", "A\r\nBcc: all@example.org", "u\nX: y", {"en": "s\r\nX: y"}, {"en": "c\nBcc: x"}, None, (),
    )  # fmt: skip
    message = compose(notice, House("log.example/main", "office@example.org", False), Voice())
    back = email.message_from_bytes(message.as_bytes(), policy=email.policy.default)
    assert "Bcc" not in back
    assert "X" not in back
    assert back["Message-ID"] == "<n-1@log.example>"


def test_a_person_without_an_address_is_no_error(world):
    """The notice stays waiting and says why; it is sent when an address is registered, a day later at most."""
    ref = world.report()
    world.do(ref, "submit", "wang", file="the report")
    world.until("2026-03-05")
    channel = Recorder()
    deliver.run_once(world.store, channel)
    of_feng = """SELECT DISTINCT o.state, o.attempts, o.error FROM outbox o JOIN person p ON p.id = o.person
        WHERE p.login = 'feng'"""
    assert world.rows(of_feng) == [("waiting", 0, "no e-mail address")]
    world.register("people: [{login: feng, name: Feng, email: feng@example.org}]")
    assert deliver.run_once(world.store, channel)["sent"] == 0
    world.fast_forward(days=1)
    deliver.run_once(world.store, channel)
    assert "feng@example.org" in {message["To"].addresses[0].addr_spec for message in channel.messages}


def test_a_refused_message_is_given_up_and_the_next_goes_out(told):
    """An address the server will never take is dead at once, on record, with the reason kept apart to be erasable."""
    channel = Recorder()
    channel.refusals["wang@"] = Refused("550 no such user", for_good=True)
    counts = deliver.run_once(told.store, channel)
    assert counts["sent"] == 1
    assert counts["dead"] == 3
    assert {row[3] for row in box(told) if row[1] == "dead"} == {"550 no such user"}
    failed = told.log(kind="notice.failed")
    assert {event["data"]["given_up"] for event in failed} == {True}
    canon = told.rows("SELECT canon FROM event WHERE kind = 'notice.failed'")[0][0]
    assert "no such user" not in canon
    assert '"error"' in canon


def test_a_passing_failure_is_tried_again_with_patience_then_given_up(told):
    """Tries come ever later, ten at most; the first and the last failure are on record."""
    channel = Recorder()
    channel.refusals["@"] = Refused("451 try later", for_good=False)
    waits = []
    for _ in range(MOST_TRIES):
        deliver.run_once(told.store, channel)
        (at,) = told.rows("SELECT min(try_at) FROM outbox")[0]
        waits.append(at)
        told.fast_forward(hours=7)
    assert set(states(told)) == {"dead"}
    assert {attempts for _, _, attempts, _ in box(told) if attempts} == {MOST_TRIES}
    first = [event["data"]["given_up"] for event in told.log(kind="notice.failed") if event["data"]["attempt"] == 1]
    assert set(first) == {False}
    assert len(told.log(kind="notice.failed")) == 2 * len(box(told))


def test_a_channel_that_is_down_costs_no_message_a_try(told):
    """While the server does not answer, messages wait, say why, and are sent when it is back."""
    channel = Recorder()
    channel.down = Outside("The mail server is away.")
    for _ in range(MOST_TRIES + 2):
        assert deliver.run_once(told.store, channel)["sent"] == 0
        told.fast_forward(minutes=6)
    assert {row[1:] for row in box(told)} >= {("waiting", 0, "The mail server is away.")}
    assert "dead" not in states(told)
    channel.down = None
    assert deliver.run_once(told.store, channel)["sent"] == len(box(told))


def test_a_crash_between_sending_and_marking_sends_again_under_the_same_id(told):
    """The message goes out a second time with the same Message-ID once its lease is over, not before."""
    channel = Recorder()
    claimed, _ = told.store.transact(lambda tx: notices.claim(tx, 50))
    house = House(told.store.workspace.origin, channel.sender, True)
    with channel.open() as send:
        send(compose(claimed[0], house, Voice()))
    assert deliver.run_once(told.store, channel)["sent"] == 0
    told.fast_forward(minutes=16)
    assert deliver.run_once(told.store, channel)["sent"] == len(claimed)
    assert [message["Message-ID"] for message in channel.messages].count(channel.messages[0]["Message-ID"]) == 2
    assert set(states(told)) == {"sent"}


def test_two_workers_send_each_message_once(world):
    """Two workers over one outbox claim different messages."""
    for _ in range(30):
        world.report()
    world.until("2026-03-01T00:00:00+08:00")
    channels = [Recorder(), Recorder()]
    wrong: list[BaseException] = []

    def work(channel: Recorder) -> None:
        store = Store(world.url)
        try:
            deliver.run_once(store, channel)
        except BaseException as problem:  # noqa: BLE001
            wrong.append(problem)
        finally:
            store.close()

    threads = [threading.Thread(target=work, args=(channel,)) for channel in channels]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    ids = [str(message["Message-ID"]) for channel in channels for message in channel.messages]
    assert len(ids) == len(set(ids)) == len([row for row in box(world) if row[1] == "sent"]) >= 90


def test_a_limit_bounds_one_run(told):
    """Asked for two, it sends two."""
    assert deliver.run_once(told.store, Recorder(), limit=2)["sent"] == 2
    assert states(told).count("sent") == 2


def test_a_run_that_is_told_to_stop_gives_back_what_it_claimed(told):
    """Nothing claimed stays claimed: what was not sent goes out at the next run at once."""
    asked = iter([False, False, True])
    channel = Recorder()
    counts = deliver.run_once(told.store, channel, stopping=lambda: next(asked, True))
    assert (counts["sent"], counts["waiting"]) == (1, len(box(told)) - 1)
    assert deliver.run_once(told.store, channel)["sent"] == len(box(told)) - 1


def test_a_real_server_gets_them(told):
    """Over SMTP on loopback, the messages arrive whole."""
    inbox = Inbox()
    with mail_server(inbox) as port:
        channel = channel_of(smtp=f"127.0.0.1:{port}", sender="office@example.org", starttls=False, sandbox=True)
        assert channel is not None
        assert deliver.run_once(told.store, channel)["sent"] == 4
    assert len(inbox.messages) == 4
    assert "Quarterly safety report" in inbox.messages[0].get_content()


@pytest.mark.parametrize(("answer", "state"), [("550 no such user", "dead"), ("451 try later", "waiting")])
def test_what_a_real_server_refuses_is_told_apart(told, answer, state):
    """A 5xx for the recipient is for good, a 4xx is for now."""
    inbox = Inbox()
    inbox.refuse = answer
    with mail_server(inbox) as port:
        deliver.run_once(told.store, SmtpChannel("127.0.0.1", port, "office@example.org", starttls=False))
    assert {(row[1], row[3]) for row in box(told)} == {(state, answer)}


def test_a_server_without_encryption_gets_nothing_when_it_is_asked_for(told):
    """With `starttls` on and a server that cannot, no message and no password leaves."""
    inbox = Inbox()
    with mail_server(inbox) as port:
        counts = deliver.run_once(told.store, SmtpChannel("127.0.0.1", port, "office@example.org"))
    assert counts["sent"] == 0
    assert counts["waiting"] == 4
    assert inbox.messages == []
    assert {row[1:3] for row in box(told)} == {("waiting", 0)}


def test_a_server_nobody_listens_at_leaves_everything_waiting(told):
    """A refused connection is no failure of a message."""
    with mail_server(Inbox()) as port:
        pass
    counts = deliver.run_once(told.store, SmtpChannel("127.0.0.1", port, "office@example.org", starttls=False))
    assert counts == {"sent": 0, "failed": 0, "dead": 0, "waiting": 4}


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
@pytest.mark.parametrize(("password", "sent"), [("s3cret\n", 4), ("wrong", 0)])
def test_the_account_s_password_comes_from_its_file(told, tmp_path, password, sent):
    """The server is given user and password of the file; a wrong one leaves everything waiting, and is not told on."""
    secret = tmp_path / "password"
    secret.write_text(password)
    secret.chmod(stat.S_IRUSR)

    def check(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        right = isinstance(data, LoginPassword) and (data.login, data.password) == (b"office", b"s3cret")
        return AuthResult(success=right, handled=False)

    inbox = Inbox()
    with mail_server(inbox, authenticator=check, auth_require_tls=False, auth_required=True) as port:
        channel = SmtpChannel("127.0.0.1", port, "office@example.org", False, "office", secret)
        assert deliver.run_once(told.store, channel)["sent"] == sent
    assert len(inbox.messages) == sent
    assert all("wrong" not in (row[3] or "") for row in box(told))


def test_a_file_collects_them(told, tmp_path):
    """Appended to one file they can be read back as a mailbox; a folder gets one file each, named by the notice."""
    path = tmp_path / "sent.mbox"
    deliver.run_once(told.store, FileChannel(path), limit=3)
    import mailbox

    found = mailbox.mbox(path, create=False)
    assert len(found) == 3
    assert all(message["Subject"].startswith("[sandbox] RPT") for message in found)
    found.close()
    folder = tmp_path / "sent"
    folder.mkdir()
    deliver.run_once(told.store, FileChannel(folder))
    (only,) = folder.iterdir()
    assert only.name.endswith(".eml")
    message = email.message_from_bytes(only.read_bytes(), policy=email.policy.default)
    assert message["Message-ID"].strip().startswith(f"<{only.stem}@")


def test_a_line_that_begins_like_a_separator_stays_text(tmp_path):
    """`From ` at the start of a line does not split a message in the mailbox."""
    import mailbox

    message = EmailMessage()
    message["Date"], message["Subject"], message["Message-ID"] = "Mon, 09 Feb 2026 01:00:00 +0000", "x", "<1@x>"
    message.set_content("From here on\nall is text\n", cte="7bit")
    path = tmp_path / "box"
    with FileChannel(path).open() as send:
        send(message)
        send(message)
    box_ = mailbox.mbox(path, create=False)
    assert len(box_) == 2
    box_.close()


def test_a_file_that_cannot_be_written_leaves_everything_waiting(told, tmp_path):
    """A folder that is not there is trouble of the channel: no message is failed."""
    counts = deliver.run_once(told.store, FileChannel(tmp_path / "nowhere" / "box"))
    assert counts["waiting"] == 4
    assert {row[1:3] for row in box(told)} == {("waiting", 0)}


@pytest.mark.parametrize("host", ["mail.example.org:25", "192.0.2.1", "10.0.0.1:465", "localhost.example.org"])
def test_a_sandbox_sends_no_mail_out(told, host):
    """A server elsewhere is refused when the channel is made, and again when it is used."""
    with pytest.raises(Invalid):
        channel_of(smtp=host, sender="office@example.org", sandbox=True)
    away = channel_of(smtp=host, sender="office@example.org")
    assert away is not None
    with pytest.raises(Invalid):
        deliver.run_once(told.store, away)
    assert set(states(told)) == {"waiting"}


@pytest.mark.parametrize("host", ["127.0.0.1:2525", "localhost", "[::1]:25"])
def test_loopback_is_at_home(host):
    """The machine's own names are fit for a sandbox."""
    channel = channel_of(smtp=host, sender="office@example.org", sandbox=True)
    assert channel is not None
    assert channel.local


def test_settings_that_cannot_work_are_refused():
    """No sender, no host, no such port, and a password in the open are refused; nothing set is no channel."""
    assert channel_of(smtp=None, sender=None) is None
    for wrong in (
        {"smtp": "mail.example.org", "sender": None},
        {"smtp": "mail.example.org:none", "sender": "a@example.org"},
        {"smtp": ":25", "sender": "a@example.org"},
        {"smtp": "mail.example.org", "sender": "a@example.org", "starttls": False, "user": "office"},
    ):
        with pytest.raises(Invalid):
            channel_of(**wrong)


def test_the_list_shows_every_message_page_by_page(told):
    """Newest first, in pages that join without gap; filtered by state, person and case."""
    with told.store.read() as tx:
        everything = notices.list_(tx)["rows"]
        pages, after = [], None
        while True:
            page = notices.list_(tx, limit=3, after=after)
            pages += page["rows"]
            after = page["next"]
            if after is None:
                break
        assert pages == everything
        assert [row["person"] for row in notices.list_(tx, person="li")["rows"]] == ["li"]
        assert notices.list_(tx, state="dead")["rows"] == []
        mine = [row for row in everything if row["ref"] == everything[-1]["ref"]]
        assert notices.list_(tx, ref=everything[-1]["ref"])["rows"] == mine
        assert everything[0]["created_at"] == "2026-03-01T00:00:00+08:00"


def test_retry_sends_again_what_was_given_up(told):
    """`notify retry` revives the dead, one or all; a sent one is refused, an unknown one not found."""
    channel = Recorder()
    channel.refusals["wang@"] = Refused("550 no such user", for_good=True)
    deliver.run_once(told.store, channel)
    with told.store.read() as tx:
        dead = [row["id"] for row in notices.list_(tx, state="dead")["rows"]]
        sent = notices.list_(tx, state="sent")["rows"][0]["id"]
    channel.refusals.clear()
    assert told.store.transact(lambda tx: notices.retry(tx, dead[0])) == 1
    assert deliver.run_once(told.store, channel)["sent"] == 1
    assert told.store.transact(notices.retry) >= len(dead) - 1
    assert deliver.run_once(told.store, channel)["sent"] == len(dead) - 1
    with pytest.raises(NotNow):
        told.store.transact(lambda tx: notices.retry(tx, sent))
    with pytest.raises(NotFound):
        told.store.transact(lambda tx: notices.retry(tx, "nothing"))


def test_lateness_tells_what_is_late_failing_or_dead(told):
    """A quiet workspace has nothing to tell; late timers, failing cases and dead letters are each told."""
    assert lateness.run_once(told.store) == []
    channel = Recorder()
    channel.refusals["wang@"] = Refused("550 no such user", for_good=True)
    deliver.run_once(told.store, channel)
    assert [found.name for found in lateness.run_once(told.store)] == ["dead-letters"]
    told.store.transact(lambda tx: tx.put("UPDATE timer SET error = 'it broke', attempts = 1 WHERE state = 'open'"))
    told.until("2026-03-08", jump=True)
    found = {one.name: one for one in lateness.run_once(told.store)}
    assert set(found) == {"dead-letters", "timers", "failures"}
    assert "it broke" in found["failures"].say.format(**found["failures"].places)
