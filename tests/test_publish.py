"""Checkpoints leave the house: to a file, by mail, to a command; daily, after news, and again after a failure."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from support.office import run
from support.sealing import Sealing
from test_deliver import Inbox, mail_server

from jobs import publish
from jobs.letters import Voice
from jobs.mail import SmtpChannel
from jobs.outlets import CommandOutlet, FileOutlet, MailOutlet, Outlet
from jobs.runner import Settings
from jobs.runner import run as run_for_ever
from states.errors import Outside
from workflow import publishing, pulses
from workflow.notes import Checkpoint, Note
from workflow.verify import verify

KEEP = "import sys; open(sys.argv[1], 'ab').write(sys.stdin.buffer.read())"


@pytest.fixture
def sealing(database_url, tmp_path) -> Iterator[Sealing]:
    """A real workspace with one checkpoint."""
    made = Sealing(database_url, tmp_path)
    made.write("notices", 3)
    made.seal()
    yield made
    made.close()


@pytest.fixture
def later(monkeypatch) -> Callable[[timedelta], None]:
    """Let so much time go by on this machine's clock."""
    gone = [0.0]
    true = time.time
    monkeypatch.setattr(time, "time", lambda: true() + gone[0])

    def go(span: timedelta) -> None:
        gone[0] += span.total_seconds()

    return go


def note(sealing: Sealing) -> str:
    return str(sealing.raw.one("SELECT note FROM head WHERE note IS NOT NULL ORDER BY size DESC LIMIT 1")[0])


def told(sealing: Sealing) -> list[dict[str, Any]]:
    rows = sealing.raw.all("SELECT canon FROM event WHERE kind = 'checkpoint.published' ORDER BY n")
    return [json.loads(canon)["data"] for (canon,) in rows]


def mail(port: int, *addresses: str) -> MailOutlet:
    return MailOutlet(SmtpChannel("127.0.0.1", port, "log@example.org", starttls=False), addresses, Voice())


def command(path: Path, *words: str) -> CommandOutlet:
    return CommandOutlet([sys.executable, "-c", KEEP, str(path), *words])


def test_every_outlet_takes_the_same_bytes(sealing, tmp_path):
    """File, folder, mail and command get the signed note byte by byte, and an event for each says so."""
    folder, inbox, kept = tmp_path / "all", Inbox(), tmp_path / "kept"
    folder.mkdir()
    with mail_server(inbox) as port:
        outlets: list[Outlet] = [
            FileOutlet(tmp_path / "newest"),
            mail(port, "auditor@example.org", "court@example.org"),
            command(kept, "; touch", str(tmp_path / "shell"), "$(touch x)"),
        ]
        done = publish.run_once(sealing.store, outlets)
        FileOutlet(folder).give(*_head(sealing))
    text = note(sealing)
    assert (tmp_path / "newest").read_text("utf-8") == text == kept.read_text("utf-8")
    assert [path.read_text("utf-8") for path in folder.iterdir()] == [text]
    assert [str(message["To"]) for message in inbox.messages] == ["auditor@example.org", "court@example.org"]
    for message in inbox.messages:
        (attached,) = message.iter_attachments()
        assert attached.get_content().replace("\r\n", "\n") == text
        assert text in message.get_body().get_content().replace("\r\n", "\n")
        assert Note.read(attached.get_content().replace("\r\n", "\n")).text == Note.read(text).text
    assert len({message["Message-ID"] for message in inbox.messages}) == 2
    assert list(done.taken) == ["file", "mail", "command"]
    checkpoint = Checkpoint.read(Note.read(text).text)
    assert [(data["to"], data["size"], data["root"]) for data in told(sealing)] == [
        (name, checkpoint.size, checkpoint.root) for name in ("file", "mail", "command")
    ]
    assert not (tmp_path / "shell").exists()
    assert "example.org" not in str(told(sealing))


def _head(sealing: Sealing) -> tuple[Any, str]:
    from workflow import seal

    with sealing.store.read() as tx:
        return seal.signed(tx), tx.now


def test_it_is_time_after_news_and_daily(sealing, tmp_path, later):
    """At first; then within an hour of something new that was sealed, and once a day though nothing was; else not."""
    outlet = FileOutlet(tmp_path / "newest")

    def goes() -> bool:
        return bool(publish.run_once(sealing.store, [outlet]).taken)

    assert [goes(), goes()] == [True, False]
    sealing.seal()  # what tells of the checkpoint is sealed too, and is no news
    later(timedelta(hours=2))
    assert goes() is False
    sealing.write("notices")
    sealing.seal()
    assert goes() is True
    sealing.write("notices")
    sealing.seal()
    assert goes() is False  # not more often than hourly
    later(timedelta(minutes=61))
    assert goes() is True
    sealing.seal()
    later(timedelta(hours=23))
    assert goes() is False
    later(timedelta(hours=1))
    assert [goes(), goes()] == [True, False]
    assert (tmp_path / "newest").read_text("utf-8") == note(sealing)


def test_a_quiet_log_stays_quiet(sealing, tmp_path):
    """Publishing, sealing and publishing again comes to an end: what tells of checkpoints makes no new one."""
    for _ in range(4):
        publish.run_once(sealing.store, [FileOutlet(tmp_path / "newest")])
        sealing.seal()
    assert len(told(sealing)) == 1
    with sealing.store.read() as tx:
        found = verify(tx, replay=True)["problems"]
    assert {one["stream"] for one in found} == {"notices"}  # what was sealed here tells of messages there never were


FAILURES: list[tuple[Callable[[Path], Outlet], str]] = [
    (lambda path: FileOutlet(path / "missing" / "newest"), "cannot be written to"),
    (lambda _: mail(1, "a@example.org"), "takes nothing"),
    (lambda path: CommandOutlet([str(path / "no-such-program")]), "failed: No such file"),
    (
        lambda _: CommandOutlet([sys.executable, "-c", "import sys; sys.exit('the store is locked')"]),
        "store is locked",
    ),
]


@pytest.mark.parametrize(("make", "what"), FAILURES, ids=["file", "mail", "missing", "command"])
def test_a_failure_is_told_and_tried_again(sealing, tmp_path, make, what):
    """What is not taken is not on record; the pulse says why, the others get theirs, and the next run tries again."""
    good = FileOutlet(tmp_path / "newest")
    outlet = make(tmp_path)

    class Other:
        name = "other"
        give = outlet.give

    done = publish.run_once(sealing.store, [Other(), good])
    assert (list(done.taken), list(done.problems)) == (["file"], ["other"])
    assert isinstance(done.problems["other"], Outside)
    with sealing.store.read() as tx:
        pulse = pulses.read(tx)["publish"]
    assert (pulse.ok, what in pulse.say) == (False, True)
    assert [data["to"] for data in told(sealing)] == ["file"]
    again = publish.run_once(sealing.store, [Other(), good])
    assert (list(again.taken), list(again.problems)) == ([], ["other"])


def test_a_refused_mailbox_is_an_outside_failure(sealing):
    """The server takes no mail for the address: nothing is on record, and the sentence names the address."""
    inbox = Inbox()
    inbox.refuse = "550 no such person"
    with mail_server(inbox) as port:
        done = publish.run_once(sealing.store, [mail(port, "nobody@example.org")])
    assert "nobody@example.org: 550" in str(done.problems["mail"])
    assert told(sealing) == []


def test_before_the_first_checkpoint_nothing_goes(database_url, tmp_path):
    """There is nothing to give away, and that is no fault."""
    made = Sealing(database_url, tmp_path)
    done = publish.run_once(made.store, [FileOutlet(tmp_path / "newest")])
    assert (done.taken, done.problems, (tmp_path / "newest").exists()) == ({}, {}, False)
    made.close()


def test_run_gives_them_away(database_url, tmp_path):
    """`run` itself seals, signs and publishes, to a real mail server and a real command, without being asked."""
    made = Sealing(database_url, tmp_path)
    inbox, kept = Inbox(), tmp_path / "kept"
    stop = threading.Event()
    with mail_server(inbox) as port:
        settings = Settings(
            made.url, keys=made.keys, seal_every=0.2, publish_every=0.2,
            outlets=(mail(port, "auditor@example.org"), command(kept)),
        )  # fmt: skip
        thread = threading.Thread(target=run_for_ever, args=(settings,), kwargs={"stop_event": stop})
        thread.start()
        end = time.monotonic() + 30
        while time.monotonic() < end and not (inbox.messages and kept.exists() and len(told(made)) == 2):
            stop.wait(0.1)
        stop.set()
        thread.join(30)
    assert sorted(data["to"] for data in told(made)) == ["command", "mail"]
    assert Note.read(kept.read_text("utf-8")).signatures
    made.close()


# From the command line.


@pytest.fixture
def home(tmp_path) -> Path:
    """A real workspace that is told to publish everywhere."""
    assert run("init", str(tmp_path / "ws"), folder=tmp_path).code == 0
    return tmp_path / "ws"


def words(home: Path, *more: str) -> list[str]:
    return ["--home", str(home), *more]


def test_the_settings_and_run_once(home, tmp_path):
    """File and command of duecourse.toml get it from `run --once`; `doctor` says when; a broken one is looked at."""
    toml = home / "duecourse.toml"
    script, kept = tmp_path / "keep it.py", tmp_path / "what is kept"
    script.write_text(KEEP, encoding="utf-8")
    quoted = f'{sys.executable} "{script}" "{kept}"'
    toml.write_text(f"[publish]\nfile = 'newest'\ncommand = '{quoted}'\n", encoding="utf-8")
    assert run(*words(home, "run", "--once", "--format", "json"), folder=tmp_path).json["counts"]["published"] == 2
    printed = run(*words(home, "audit", "checkpoint"), folder=tmp_path).out
    assert (home / "newest").read_text("utf-8") == kept.read_text("utf-8")
    assert (home / "newest").read_text("utf-8").split("\n")[0] == printed.split("\n")[0]

    def doctor() -> dict[str, Any]:
        done = run(*words(home, "doctor", "--format", "json"), folder=tmp_path)
        return {row["name"]: (row["ok"], row["say"]) for row in done.json["checks"]}

    assert doctor()["published"][0] is True
    assert "command" in doctor()["published"][1]
    toml.write_text("[publish]\ncommand = '/no/such/program'\n", encoding="utf-8")
    found = run(*words(home, "audit", "checkpoint", "--publish"), folder=tmp_path)
    assert (found.code, "No such file" in found.err) == (9, True)
    toml.write_text("[publish]\nfile = 'no/such/folder/x'\n", encoding="utf-8")
    (home / "newest").unlink()
    run(*words(home, "run", "--once"), folder=tmp_path)


def test_a_failing_outlet_is_for_doctor_to_say(home, tmp_path):
    """`doctor` is not content while an outlet fails, and is again when it works."""
    toml = home / "duecourse.toml"
    toml.write_text("[publish]\nfile = 'no/such/folder/x'\n", encoding="utf-8")
    run(*words(home, "run", "--once"), folder=tmp_path)
    done = run(*words(home, "doctor"), folder=tmp_path)
    assert "The last run of publish had trouble" in done.out
    (home / "no" / "such" / "folder").mkdir(parents=True)
    assert run(*words(home, "run", "--once", "--format", "json"), folder=tmp_path).json["counts"]["published"] == 1
    assert "publish had trouble" not in run(*words(home, "doctor"), folder=tmp_path).out


def test_checkpoint_is_sent_when_asked(home, tmp_path):
    """`audit checkpoint --mail` goes through the mail settings at once, prints as always, and is on record."""
    run(*words(home, "audit", "seal"), folder=tmp_path)
    inbox = Inbox()
    with mail_server(inbox) as port:
        env = {"DUECOURSE_MAIL_SMTP": f"127.0.0.1:{port}", "DUECOURSE_MAIL_FROM": "log@example.org",
               "DUECOURSE_MAIL_STARTTLS": "false"}  # fmt: skip
        done = run(*words(home, "audit", "checkpoint", "--mail", "a@example.org"), folder=tmp_path, **env)
    assert done.code == 0, done.err
    assert done.out == run(*words(home, "audit", "checkpoint"), folder=tmp_path).out
    assert [str(message["To"]) for message in inbox.messages] == ["a@example.org"]
    rows = run(*words(home, "audit", "log", "--kind", "checkpoint.published", "--format", "json"), folder=tmp_path)
    assert [(row["actor"], row["data"]["to"]) for row in rows.json["rows"]] == [
        (os.environ.get("USER", "root"), "mail")
    ]


WRONG = [
    (["--publish"], {}, 8, "No place is set up"),
    (["--publish"], {"DUECOURSE_PUBLISH_MAIL": "a@example.org"}, 8, "no mail server"),
    (["--mail", "nobody"], {"DUECOURSE_MAIL_TO_FILE": "box"}, 8, "not an address"),
    (["--publish"], {"DUECOURSE_PUBLISH_COMMAND": "keep 'it"}, 8, "cannot be"),
    (["--publish"], {"DUECOURSE_PUBLISH_COMMAND": "  "}, 8, "cannot be"),
]


@pytest.mark.parametrize(("more", "env", "code", "what"), WRONG)
def test_settings_that_cannot_work(home, tmp_path, more, env, code, what):  # noqa: PLR0917  # a row of the table
    """No place, no mail server, no address, an open quotation mark, no word: said in one sentence."""
    run(*words(home, "audit", "seal"), folder=tmp_path)
    done = run(*words(home, "audit", "checkpoint", *more), folder=tmp_path, **env)
    assert (done.code, what in done.err) == (code, True), done.err


def test_who_may_give_it_away(office):
    """The administrator, the office, an inspector: others are refused; a sandbox gives nothing away by itself."""
    office.run("audit", "seal")
    target = office.home.parent / "newest"
    env = {"DUECOURSE_PUBLISH_FILE": str(target)}
    office.run("audit", "checkpoint", "--publish", "--as", "chen.chen", code=4, **env)
    office.run("run", "--once", **env)
    assert not target.exists()
    office.run("audit", "checkpoint", "--publish", "--as", "qian.fang", **env)
    assert target.exists()


def test_owed_is_asked_of_the_trail(sealing, tmp_path):
    """Another process, another host: whoever looks next sees from the trail that it was given."""
    publish.run_once(sealing.store, [FileOutlet(tmp_path / "newest")])
    again = sealing.again()
    with again.read() as tx:
        assert publishing.owed(tx, "file") is None
        assert publishing.owed(tx, "mail") is not None
        assert list(publishing.last(tx)) == ["file"]
    again.close()
