"""The `frontdesk` command. Each command imports what it needs only when it runs."""

import sys

import typer

from bot.commands import (
    conversations,
    desk,
    knowledge,
    prompting,
    quoting,
    running,
    setup,
    slack,
    tenants,
    triage,
)
from bot.commands.delivering import templating
from bot.commands.mailboxes import fetching, looking_back
from bot.commands.mailboxes import quarantine as kept
from bot.commands.pricing import catalogue
from bot.foundation.errors import FrontdeskError
from domain.errors import DomainError

app = typer.Typer(
    name="frontdesk",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="A chat-first assistant: answers customers, opens tickets, drafts quotes.",
)
for command in (running.run, running.web, running.worker, running.scheduler, running.listeners):
    app.command()(command)
app.command()(setup.migrate)
app.command("seed-demo")(setup.seed_demo)
app.command()(setup.doctor)
app.command()(conversations.chat)
app.command()(conversations.lost)
app.command()(conversations.replay)
app.command("dead-letters")(conversations.dead_letters)
app.command()(conversations.live)
app.command()(desk.desk)
app.command()(triage.triage)
app.command()(quoting.quote)
app.command("quote-export")(quoting.quote_export)
app.command()(looking_back.lookback)
app.add_typer(fetching.email_app, name="email")
app.add_typer(kept.quarantine_app, name="quarantine")
app.add_typer(conversations.drafts_app, name="drafts")
app.add_typer(templating.templates_app, name="templates")
app.add_typer(slack.slack_app, name="slack")
app.add_typer(slack.staff_app, name="staff")
app.add_typer(tenants.tenant_app, name="tenant")
app.add_typer(tenants.key_app, name="key")
app.add_typer(tenants.channel_app, name="channel")
app.add_typer(knowledge.kb_app, name="kb")
app.add_typer(catalogue.catalogue_app, name="catalogue")
app.add_typer(prompting.prompt_app, name="prompt")


def main() -> None:
    """An error is one sentence on stderr and a non-zero status."""
    try:
        app()
    except (FrontdeskError, DomainError) as error:
        typer.echo(f"frontdesk: {error}", err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
