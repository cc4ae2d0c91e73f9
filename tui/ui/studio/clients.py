"""Studio: the clients of genies, and how anything is done there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from textual import work

from tui.core.errors import BackendError, ErrorKind
from tui.core.text import clean_line
from tui.studio.models import Genie, GenieClient, GenieClientId
from tui.ui.modals.confirm import ConfirmModal
from tui.ui.studio import menus
from tui.ui.studio.forms import AskModal, NewClientModal, WantedClient
from tui.ui.studio.genie_list import GenieListScreen
from tui.ui.studio.labels import has_client, name_of
from tui.ui.studio.secret import SecretModal

if TYPE_CHECKING:
    from tui.studio.developer_client import DeveloperClient
    from tui.ui.studio.menus import Action

Change = Callable[["DeveloperClient"], Awaitable[object]]


class ClientActionsScreen(GenieListScreen):
    """The actions on a client."""

    # -- doing -----------------------------------------------------------------------------

    def ask(self, question: str, yes: str, change: Change, told: str) -> None:
        """Do something after it was confirmed."""

        def answered(sure: bool | None) -> None:
            if sure:
                self.do(change, told)

        self.app.push_screen(ConfirmModal(question, yes=yes, no="Keep it"), answered)

    def do(self, change: Change, told: str, *, meanwhile: str = "Working…") -> None:
        """Change something, say that it is done, and read how things are now.

        One thing at a time: what was sent is waited for, so that it is known what became of it.
        """
        if self.busy:
            self.app.bell()
        else:
            self.busy = True
            self._do(change, told, meanwhile)

    @work(group="change", exit_on_error=False)
    async def _do(self, change: Change, told: str, meanwhile: str) -> None:
        self.tell(meanwhile)
        try:
            await change(await self.studio.client())
        except BackendError as error:
            self.fail(error)
        else:
            self.tell(told)
            self.read_details()
        finally:
            self.busy = False

    def _name_of(self, kind: str, thing: str) -> str:
        """Return the name of an entry of the details."""
        details, genie = self.details, self.genie
        if details is None or genie is None:
            return thing
        named: dict[str, str] = {
            **{f"group:{one.id}": one.name for one in genie.user_groups},
            **{f"client:{one.client_id}": one.client_name for one in self._clients()},
        }
        for part, name in ((details.skills, "skill"), (details.knowledge_bases, "kb")):
            for entry in part.value.entries if part.value else ():
                named[f"{name}:{entry.id}"] = entry.name
        return clean_line(named.get(f"{kind}:{thing}") or thing, 60)

    def _clients(self) -> list[GenieClient]:
        listed = self.details.clients.value if self.details else None
        return [*listed.entries] if listed else []

    # -- clients ---------------------------------------------------------------------------

    @property
    def client_actions(self) -> Mapping[Action, Callable[[str, str], object]]:
        """What the menu of a client does."""
        return {
            "attach": self._attach_client,
            "detach": self._detach_client,
            "rename": self._rename_client,
            "regenerate": self._regenerate_client,
            "delete": self._delete_client,
        }

    def action_new_client(self) -> None:
        """Make a client."""

        def wanted(client: WantedClient | None) -> None:
            if client is not None:
                self._make_client(client)

        self.app.push_screen(NewClientModal(), wanted)

    def _make_client(self, wanted: WantedClient) -> None:
        name = clean_line(wanted.name, 60)

        async def make(studio: DeveloperClient) -> None:
            made = await studio.clients.create(wanted.name, wanted.redirect_url)
            client_id = made.client_id
            if made.api_key:
                modal = SecretModal(name, made.api_key)
                self.app.push_screen(modal, lambda _: self._ask_to_attach(client_id))
                return
            self.notify(
                f"client_id for the profile: {clean_line(made.oauth_client_id, 80)}",
                title=f"{name} is there",
                markup=False,
                timeout=30,
            )
            self._ask_to_attach(client_id)

        self.do(make, f"{name} is there.", meanwhile="Making the client…")

    def _ask_to_attach(self, client_id: GenieClientId) -> None:
        """A new client is of no use before it is attached."""
        if (genie := self.genie) and not has_client(genie):
            name = name_of(genie)

            def answered(yes: bool | None) -> None:
                if yes:
                    self._attach_client("client", client_id)

            question = f"Attach the new client to {name}, so that it can be talked to?"
            self.app.push_screen(ConfirmModal(question, yes="Attach it", no="Later"), answered)

    def _attach_client(self, kind: str, thing: str) -> None:
        if (genie := self.genie) is not None:
            self._attach_to(genie, GenieClientId(thing), self._name_of(kind, thing))

    def _attach_to(self, genie: Genie, client_id: GenieClientId, name: str) -> None:
        async def attach(studio: DeveloperClient) -> None:
            try:
                await studio.clients.attach(genie.id, client_id)
            except BackendError as error:
                if error.kind is ErrorKind.BUSY:
                    self._explain_pairs(genie, client_id, error)
                raise
            self.attached[genie.id] = client_id

        self.do(attach, f"{name} is attached to {name_of(genie)}.", meanwhile="Attaching…")

    def _explain_pairs(self, genie: Genie, client_id: GenieClientId, error: BackendError) -> None:
        """A second pairing: say what is in the way, and exchange the clients if that is known."""
        other = self.attached.get(genie.id, "")
        if not other:
            error.hint = f"{error.hint} {menus.PAIRED}".strip()
            return
        names = {"other": self._name_of("client", other), "genie": name_of(genie)}
        thing = self._name_of("client", client_id)

        async def exchange(studio: DeveloperClient) -> None:
            await studio.clients.detach(genie.id, GenieClientId(other))
            self.attached.pop(genie.id, None)
            await studio.clients.attach(genie.id, client_id)
            self.attached[genie.id] = client_id

        question = menus.EXCHANGE.format(thing=thing, **names)
        self.ask(question, "Exchange them", exchange, f"{thing} is attached instead.")

    def _detach_client(self, kind: str, thing: str) -> None:
        if (genie := self.genie) is None:
            return

        async def detach(studio: DeveloperClient) -> None:
            await studio.clients.detach(genie.id, GenieClientId(thing))
            self.attached.pop(genie.id, None)

        names = {"thing": self._name_of(kind, thing), "genie": name_of(genie)}
        told = "{thing} is detached from {genie}.".format(**names)
        self.ask(menus.DETACH.format(**names), "Detach it", detach, told)

    def _rename_client(self, kind: str, thing: str) -> None:
        def typed(name: str | None) -> None:
            if name:
                rename = GenieClientId(thing)
                self.do(lambda studio: studio.clients.rename(rename, name), "It is renamed.")

        now = self._name_of(kind, thing)
        self.app.push_screen(
            AskModal("Rename the client", "Its id stays.", now, yes="Rename"), typed
        )

    def _delete_client(self, kind: str, thing: str) -> None:
        name = self._name_of(kind, thing)
        client = GenieClientId(thing)
        question = menus.DELETE.format(thing=name)
        self.ask(question, "Delete it", lambda s: s.clients.delete(client), f"{name} is deleted.")

    def _regenerate_client(self, kind: str, thing: str) -> None:
        name = self._name_of(kind, thing)

        async def regenerate(studio: DeveloperClient) -> None:
            made = await studio.clients.regenerate(GenieClientId(thing))
            self.app.push_screen(SecretModal(name, made.api_key))

        question = menus.REGENERATE.format(thing=name)
        self.ask(question, "New key", regenerate, f"{name} has a new API key.")
