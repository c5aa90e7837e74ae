"""A stand-in for Meta: its Graph API over HTTP, and the webhooks it sends."""

from channels.whatsapp.simulator.deliveries import (
    Customer,
    echo,
    incoming,
    incoming_media,
    incoming_text,
    merged,
    message_id,
    pressed_button,
    pressed_row,
    signed,
    status,
    webhook,
)
from channels.whatsapp.simulator.graph import Fault, GraphSimulator, Line, Sent

__all__ = [
    "Customer",
    "Fault",
    "GraphSimulator",
    "Line",
    "Sent",
    "echo",
    "incoming",
    "incoming_media",
    "incoming_text",
    "merged",
    "message_id",
    "pressed_button",
    "pressed_row",
    "signed",
    "status",
    "webhook",
]
