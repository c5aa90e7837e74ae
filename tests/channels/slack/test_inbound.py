"""What Slack sends is understood, or told as nothing for us with the reason; never a crash."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.slack.events import (
    Challenge,
    FileShared,
    HomeOpened,
    MemberJoined,
    Mention,
    NotForUs,
    Place,
    Pressed,
    SharedFile,
    StaffEvent,
    Submitted,
    ThreadMessage,
    TokensRevoked,
    Uninstalled,
)
from channels.slack.inbound import parse, understood
from channels.slack.markup import cut, escape, escaped, escaped_parts, plain

AUTHORIZED = [{"team_id": "T1", "enterprise_id": None, "user_id": "UBOT", "is_bot": True}]
LINE = {"type": "message", "channel": "C1", "user": "U1", "ts": "2.0", "thread_ts": "1.0"}


def event(**inner: Any) -> StaffEvent | Challenge:
    return understood(
        {
            "type": "event_callback",
            "team_id": "T1",
            "event_id": "Ev1",
            "event": inner,
            "authorizations": AUTHORIZED,
        }
    )


def reason(found: StaffEvent | Challenge) -> str:
    assert isinstance(found, NotForUs), found
    assert found.reason
    return found.reason


def test_a_note_with_a_file_keeps_what_is_needed_to_fetch_it() -> None:
    file = {
        "id": "F1",
        "name": "photo.jpg",
        "mimetype": "image/jpeg",
        "size": 9,
        "url_private": "https://files.slack.com/a",
    }
    found = event(**LINE, subtype="file_share", text="see &lt;this&gt;", files=[file, 7, {}])
    assert isinstance(found, ThreadMessage)
    assert found.text == "see <this>"
    assert found.files == (
        SharedFile("F1", "photo.jpg", "image/jpeg", 9, "https://files.slack.com/a"),
    )
    assert found.origin.place == Place("T1", "C1", "1.0")


def test_an_edited_note_says_which_it_replaces() -> None:
    now = {"user": "U1", "text": "six", "ts": "2.0", "thread_ts": "1.0"}
    changed = {"type": "message", "subtype": "message_changed", "channel": "C1"}
    found = event(**changed, message=now, previous_message={**now, "text": "five"})
    assert isinstance(found, ThreadMessage)
    assert (found.text, found.replaces, found.origin.thread) == ("six", "2.0", "1.0")
    assert "only what Slack shows" in reason(event(**changed, message=now, previous_message=now))
    by_bot = {**now, "bot_id": "B1"}
    assert "bot" in reason(event(**changed, message=by_bot, previous_message={}))


@pytest.mark.parametrize(
    ("inner", "why"),
    [
        ({**LINE, "bot_id": "B1"}, "a bot's own message"),
        ({**LINE, "subtype": "bot_message"}, "bot_message"),
        ({**LINE, "user": "USLACKBOT"}, "no person"),
        ({**LINE, "user": None}, "no person"),
        ({**LINE, "thread_ts": None}, "not in a thread"),
        ({**LINE, "text": "<@UBOT> hello"}, "also told as a mention"),
        ({**LINE, "subtype": "channel_topic"}, "channel_topic"),
        ({**LINE, "subtype": "message_deleted"}, "the record keeps it"),
        ({"type": "reaction_added"}, "reaction_added asks nothing"),
        ({"type": "app_home_opened", "tab": "messages"}, "messages tab"),
        ({"type": "file_shared"}, "names no file"),
        ({"type": 7}, "asks nothing"),
    ],
)
def test_what_is_nobodys_order_is_told_as_such(inner: dict[str, Any], why: str) -> None:
    assert why in reason(event(**inner))


def test_a_direct_message_and_a_mention_are_words_to_the_bot() -> None:
    direct = event(**{**LINE, "thread_ts": None}, channel_type="im", text="help")
    assert isinstance(direct, Mention)
    assert direct.is_direct
    spoken = event(type="app_mention", channel="C1", user="U1", ts="1", text="Hey <@UBOT>, who?")
    assert isinstance(spoken, Mention)
    assert spoken.text == "Hey  , who?"
    assert not spoken.is_direct


def test_other_events_are_understood() -> None:
    joined = {"type": "member_joined_channel", "channel": "C1"}
    assert isinstance(event(type="app_home_opened", tab="home", user="U1"), HomeOpened)
    itself = event(**joined, user="UBOT")
    assert isinstance(itself, MemberJoined)
    assert itself.is_bot
    person = event(**joined, user="U2")
    assert isinstance(person, MemberJoined)
    assert not person.is_bot
    shared = event(type="file_shared", file_id="F1", channel_id="C1", user_id="U1")
    assert isinstance(shared, FileShared)
    assert (shared.file_id, shared.origin.channel, shared.origin.person) == ("F1", "C1", "U1")
    assert isinstance(event(type="app_uninstalled"), Uninstalled)
    revoked = event(type="tokens_revoked", tokens={"bot": ["UBOT"], "oauth": ["U1", None]})
    assert isinstance(revoked, TokensRevoked)
    assert (revoked.bots, revoked.people) == (("UBOT",), ("U1",))


def test_a_guest_of_a_shared_channel_is_a_stranger() -> None:
    found = event(**LINE, text="hi", user_team="TOTHER")
    assert isinstance(found, ThreadMessage)
    assert found.origin.is_stranger
    own = event(**LINE, text="hi", user_team="T1")
    assert isinstance(own, ThreadMessage)
    assert not own.origin.is_stranger


def test_a_press_in_an_organisation_is_told_by_the_persons_team() -> None:
    found = understood(
        {
            "type": "block_actions",
            "team": None,
            "enterprise": {"id": "E1"},
            "user": {"id": "U1", "team_id": "T7"},
            "trigger_id": "t",
            "container": {"message_ts": "5.0", "channel_id": "C1", "is_ephemeral": True},
            "actions": [{"action_id": "take#0", "value": "TKT-1"}],
        }
    )
    assert isinstance(found, Pressed)
    assert (found.origin.team, found.origin.enterprise) == ("T7", "E1")
    assert found.is_private
    assert found.used.place == "T7/C1"


def test_a_form_cannot_name_a_place_of_another_workspace() -> None:
    kept = json.dumps({"value": "v", "place": "TOTHER/C9/1.0"})
    found = understood(
        {
            "type": "view_submission",
            "team": {"id": "T1"},
            "user": {"id": "U1"},
            "view": {"callback_id": "reply", "private_metadata": kept},
        }
    )
    assert isinstance(found, Submitted)
    assert found.used.place == "T1"
    assert found.origin.place == Place("T1")


def test_the_same_content_without_an_id_has_the_same_id() -> None:
    body = b'{"event":{"type":"app_uninstalled"},"team_id":"T1","type":"event_callback"}'
    first, second = parse(body), parse(body)
    assert isinstance(first, Uninstalled)
    assert first == second
    assert first.origin.event_id.startswith("sha256:")


KEYS = ["type", "team", "user", "view", "channel", "message", "actions", "container", "state"]
KEYS += ["values", "text", "files", "authorizations", "bot", "subtype", "thread_ts", "blocks"]
KEYS += ["private_metadata", "tokens", "previous_message"]
NASTY = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(KEYS),
            inner,
            max_size=5,
        ),
    ),
    max_leaves=12,
)
TYPES = ["event_callback", "block_actions", "view_submission", "view_closed", "shortcut", ""]
EVENTS = ["message", "app_mention", "member_joined_channel", "tokens_revoked", "file_shared"]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(TYPES), st.sampled_from(EVENTS), st.dictionaries(st.text(), NASTY), NASTY)
def test_no_shape_makes_it_fail(kind: str, name: str, rest: dict[str, Any], inner: Any) -> None:
    whole = {**rest, "type": kind, "event": {"type": name, "files": inner, "message": inner}}
    for odd in (whole, {**whole, "view": inner, "actions": inner, "team": inner, "user": inner}):
        assert understood({**odd, "team_id": "T1", "authorizations": inner})


@given(st.text(max_size=40))
def test_what_is_escaped_reads_as_it_was(words: str) -> None:
    assert plain(escape(words)) == words


@pytest.mark.parametrize(
    ("sent", "reads"),
    [
        ("<https://a.example/x|a.example/x>", "https://a.example/x"),
        ("<https://a.example|our site>", "our site (https://a.example)"),
        ("<mailto:jane@a.example|jane@a.example>", "jane@a.example"),
        ("assign <@U012|maria>", "assign <@U012>"),
        ("<#C1|desk> <!here> <!subteam^S1|@night>", "#desk @here @night"),
        ("a &lt; b &amp;amp; c", "a < b &amp; c"),
    ],
)
def test_links_and_mentions_read_as_people_typed_them(sent: str, reads: str) -> None:
    assert plain(sent) == reads


@given(st.text(max_size=300), st.integers(2, 40))
def test_a_cut_text_fits_and_says_so(words: str, limit: int) -> None:
    for short in (cut(words, limit), escaped(words, limit)):
        assert len(short.encode("utf-16-le", "surrogatepass")) // 2 <= limit
    assert cut(words, limit) == words or cut(words, limit).endswith("…")


@given(st.text("ab &<>\n", max_size=300))
def test_the_parts_of_a_text_lose_nothing_but_spaces(words: str) -> None:
    parts = escaped_parts(words, 20)
    assert all(len(part) <= 20 for part in parts)
    assert "".join("".join(map(plain, parts)).split()) == "".join(words.split())
