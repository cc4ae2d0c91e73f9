"""Actions on the clients of genies."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from tui.core.errors import BackendError, ErrorKind
from tui.core.text import clean_line
from tui.studio.models import Genie, GenieClientId
from tui.ui.studio import menus
from tui.ui.studio.forms import AskModal, NewClientModal, WantedClient
from tui.ui.studio.labels import has_client, name_of
from tui.ui.studio.secret import SecretModal
from tui.ui.toolkit.confirm import ConfirmModal

if TYPE_CHECKING:
    from tui.studio.developer_client import DeveloperClient
    from tui.ui.studio.changes import ChangeRunner
    from tui.ui.studio.menus import Action
    from tui.ui.studio.selection import Selection


class ClientActions:
    """Creates clients and acts on them."""

    def __init__(self, changes: ChangeRunner, selection: Selection) -> None:
        self._changes = changes
        self._selection = selection
        self._screen = changes.screen

    @property
    def menu_actions(self) -> Mapping[Action, Callable[[str, str], object]]:
        """Methods by the entries of the menu of a client."""
        return {
            "attach": self._attach,
            "detach": self._detach,
            "rename": self._rename,
            "regenerate": self._regenerate,
            "delete": self._delete,
        }

    def create(self) -> None:
        """Create a client."""

        def wanted(client: WantedClient | None) -> None:
            if client is not None:
                self._create(client)

        self._screen.app.push_screen(NewClientModal(), wanted)

    def _create(self, wanted: WantedClient) -> None:
        name = clean_line(wanted.name, 60)

        async def make(studio: DeveloperClient) -> None:
            made = await studio.clients.create(wanted.name, wanted.redirect_url)
            client_id = made.client_id
            if made.api_key:
                modal = SecretModal(name, made.api_key)
                self._screen.app.push_screen(modal, lambda _: self._ask_to_attach(client_id))
                return
            self._screen.notify(
                f"client_id for your profile: {clean_line(made.oauth_client_id, 80)}",
                title=f"{name} created",
                markup=False,
                timeout=30,
            )
            self._ask_to_attach(client_id)

        self._changes.run(make, f"{name} created.", meanwhile="Creating the client…")

    def _ask_to_attach(self, client_id: GenieClientId) -> None:
        """Offer to attach a new client, which is of no use before."""
        if (genie := self._selection.genie) and not has_client(genie):
            name = name_of(genie)

            def answered(yes: bool | None) -> None:
                if yes:
                    self._attach("client", client_id)

            question = f"Attach the new client to {name} so that you can talk to it?"
            self._screen.app.push_screen(ConfirmModal(question, yes="Attach", no="Later"), answered)

    def _attach(self, kind: str, thing: str) -> None:
        if (genie := self._selection.genie) is not None:
            self._attach_to(genie, GenieClientId(thing), self._selection.label_of(kind, thing))

    def _attach_to(self, genie: Genie, client_id: GenieClientId, name: str) -> None:
        async def attach(studio: DeveloperClient) -> None:
            try:
                await studio.clients.attach(genie.id, client_id)
            except BackendError as error:
                if error.kind is ErrorKind.BUSY:
                    self._explain_pairs(genie, client_id, error)
                raise
            self._selection.attached[genie.id] = client_id

        self._changes.run(attach, f"{name} attached to {name_of(genie)}.", meanwhile="Attaching…")

    def _explain_pairs(self, genie: Genie, client_id: GenieClientId, error: BackendError) -> None:
        """Explain a second pairing, and offer to swap the clients if the other one is known."""
        other = self._selection.attached.get(genie.id, "")
        if not other:
            error.hint = f"{error.hint} {menus.PAIRED}".strip()
            return
        names = {"other": self._selection.label_of("client", other), "genie": name_of(genie)}
        thing = self._selection.label_of("client", client_id)

        async def exchange(studio: DeveloperClient) -> None:
            await studio.clients.detach(genie.id, GenieClientId(other))
            self._selection.attached.pop(genie.id, None)
            await studio.clients.attach(genie.id, client_id)
            self._selection.attached[genie.id] = client_id

        question = menus.EXCHANGE.format(thing=thing, **names)
        self._changes.ask(question, "Replace", exchange, f"{thing} is attached instead.")

    def _detach(self, kind: str, thing: str) -> None:
        if (genie := self._selection.genie) is None:
            return

        async def detach(studio: DeveloperClient) -> None:
            await studio.clients.detach(genie.id, GenieClientId(thing))
            self._selection.attached.pop(genie.id, None)

        names = {"thing": self._selection.label_of(kind, thing), "genie": name_of(genie)}
        told = "{thing} detached from {genie}.".format(**names)
        self._changes.ask(menus.DETACH.format(**names), "Detach", detach, told)

    def _rename(self, kind: str, thing: str) -> None:
        def typed(name: str | None) -> None:
            if name:
                rename = GenieClientId(thing)
                self._changes.run(
                    lambda studio: studio.clients.rename(rename, name), "Client renamed."
                )

        now = self._selection.label_of(kind, thing)
        self._screen.app.push_screen(
            AskModal("Rename client", "Its ID stays the same.", now, yes="Rename"), typed
        )

    def _delete(self, kind: str, thing: str) -> None:
        name = self._selection.label_of(kind, thing)
        client = GenieClientId(thing)
        question = menus.DELETE.format(thing=name)
        self._changes.ask(
            question, "Delete", lambda s: s.clients.delete(client), f"{name} deleted."
        )

    def _regenerate(self, kind: str, thing: str) -> None:
        name = self._selection.label_of(kind, thing)

        async def regenerate(studio: DeveloperClient) -> None:
            made = await studio.clients.regenerate(GenieClientId(thing))
            self._screen.app.push_screen(SecretModal(name, made.api_key))

        question = menus.REGENERATE.format(thing=name)
        self._changes.ask(
            question, "Create new key", regenerate, f"Created a new API key for {name}."
        )
