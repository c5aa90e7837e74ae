"""A stand-in for Slack: its Web API over HTTP, its people, and what they send to the app."""

from channels.slack.simulator.lines import Ack, HttpWire, Kind, SocketWire, Wire, encoded
from channels.slack.simulator.people import Member
from channels.slack.simulator.web_api import Fault, SlackSimulator
from channels.slack.simulator.world import Line, SimulatedWorkspace

__all__ = [
    "Ack",
    "Fault",
    "HttpWire",
    "Kind",
    "Line",
    "Member",
    "SimulatedWorkspace",
    "SlackSimulator",
    "SocketWire",
    "Wire",
    "encoded",
]
