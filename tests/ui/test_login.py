"""Sign-in in the app: when it opens, all ways through it, and drafts kept."""

from __future__ import annotations

import asyncio
import re

import pytest
from textual import events

from tests.fakes import ScriptedBackend, finished, reply, said, started
from tests.textual_internals import notifications
from tests.ui.sign_in_fakes import ADA, ADDRESS, GRACE, REDIRECT, ScriptedAccount, nobody
from tests.ui.stage import Stage
from tests.ui.widget_app import HOSTILE, UNSAFE, FakeClock, Solo, settle
from tui.core.account import Identity, LoginProblem
from tui.core.errors import BackendError, ErrorKind
from tui.ui.app.messages import CopyText
from tui.ui.setup.login_modal import AddressField, LoginModal, SignedIn


class Scene:
    """A login modal alone on the screen."""

    def __init__(self, account: ScriptedAccount, size: tuple[int, int] = (100, 40)) -> None:
        self.account, self.size = account, size
        self.app, self.clock = Solo(), FakeClock()
        self.modal = LoginModal(account.open, reason="Your sign-in has ended.", clock_s=self.clock)

    async def __aenter__(self) -> Scene:
        self._running = self.app.run_test(size=self.size)
        self.pilot = await self._running.__aenter__()
        self.app.ask(self.modal)
        await settle(self.pilot, lambda: self.modal.is_drawn)
        await settle(self.pilot, lambda: self.modal.has_class("-ready") or self.is_over)
        self.clock.now_s += 1
        return self

    async def __aexit__(self, *problem: object) -> None:
        await self._running.__aexit__(None, None, None)

    @property
    def is_over(self) -> bool:
        return self.modal.has_class("-over")

    @property
    def text(self) -> str:
        return self.app.screen_text()


async def test_the_login_shows_host_reason_and_countdown_and_opens_the_browser() -> None:
    account = ScriptedAccount()
    async with Scene(account) as scene:
        await settle(scene.pilot, lambda: account.attempt.opened)
        for words in (
            "id.example.com",
            "Your sign-in has ended.",
            "5:00 left",
            "Opening your browser.",
        ):
            assert words in scene.text
        assert ADDRESS in re.sub(r"[\s▐▌]", "", scene.text)
        assert "ssh -L" not in scene.text


async def test_the_login_url_can_be_selected_as_one_line() -> None:
    async with Scene(ScriptedAccount(), (80, 24)) as scene:
        address = scene.modal.query_one("#address")
        assert address.size.height > 1
        scene.app.screen.text_select_all()
        scene.app.screen.selections = {address: scene.app.screen.selections[address]}
        assert scene.app.screen.get_selected_text() == ADDRESS


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_over_ssh_three_steps_and_port_forwarding_are_shown(size: tuple[int, int]) -> None:
    account = ScriptedAccount(remote_reason="you are connected over SSH")
    async with Scene(account, size) as scene:
        assert account.attempt.opened == 0
        for words in (
            "because you are connected",
            "1  Open this address in a browser on your machine",
            "2  Sign in there. The browser then shows an error page",
            "3  Copy the address of that page and paste it here",
            f"{REDIRECT}?code=…",
            "ssh -L 8763:127.0.0.1:8763 ada@10.0.0.7",
            "Esc cancel",
        ):
            assert words in scene.text
        assert isinstance(scene.app.focused, AddressField)


async def test_letters_are_keys_while_the_address_field_is_empty() -> None:
    account = ScriptedAccount(remote_reason="you are connected over SSH")
    async with Scene(account) as scene:
        await scene.pilot.press("c", "s")
        await settle(scene.pilot, lambda: len(scene.app.heard) == 2)
        assert scene.app.heard == [
            CopyText(ADDRESS, "the address"),
            CopyText("ssh -L 8763:127.0.0.1:8763 ada@10.0.0.7", "the ssh command"),
        ]
        await scene.pilot.press(*"hcs")
        assert scene.modal.query_one(AddressField).value == "hcs"
        assert len(scene.app.heard) == 2


async def test_a_key_beside_a_step_can_be_clicked() -> None:
    async with Scene(ScriptedAccount(remote_reason="this is a container")) as scene:
        step = scene.modal.query_one("#open")
        await scene.pilot.click(step, offset=(step.size.width - len("c copy   q QR code"), 0))
        await settle(scene.pilot, lambda: scene.app.heard)
        assert scene.app.heard == [CopyText(ADDRESS, "the address")]


async def test_escape_beside_the_title_can_be_clicked() -> None:
    async with Scene(ScriptedAccount()) as scene:
        head = scene.modal.query_one("DialogHead")
        await scene.pilot.click(head, offset=(head.size.width - 2, 0))
        await settle(scene.pilot, lambda: scene.app.answers)
        assert scene.app.answers == [None]


async def test_enter_tries_again_after_a_failed_login() -> None:
    account = ScriptedAccount()
    async with Scene(account) as scene:
        account.attempt.outcome.set_exception(LoginProblem("The login was denied."))
        await settle(scene.pilot, lambda: scene.is_over)
        await scene.pilot.press("enter")
        await settle(scene.pilot, lambda: len(account.attempts) == 2)


async def test_a_port_in_use_is_named_and_pasting_offered() -> None:
    account = ScriptedAccount(listening_problem="Port 8763 is in use by python3 (process 7).")
    async with Scene(account) as scene:
        assert "in use by python3 (process 7)" in scene.text
        assert scene.modal.query_one(AddressField).is_on_screen


async def test_where_a_redirect_may_fail_browser_and_paste_are_both_offered() -> None:
    account = ScriptedAccount(redirect_doubt="The port may be taken: paste the address.")
    async with Scene(account) as scene:
        await settle(scene.pilot, lambda: account.attempt.opened)
        await settle(scene.pilot, lambda: "The port may be taken" in scene.text)
        assert "paste its address here" in scene.text


async def test_a_missing_browser_is_reported() -> None:
    async with Scene(ScriptedAccount(has_browser=False)) as scene:
        await settle(scene.pilot, lambda: "Couldn't start a browser here" in scene.text)
        assert "paste it here" in scene.text


async def test_the_user_signed_in_by_the_browser_is_the_result() -> None:
    account = ScriptedAccount()
    async with Scene(account) as scene:
        account.attempt.outcome.set_result(ADA)
        await settle(scene.pilot, lambda: scene.app.answers)
        assert scene.app.answers == [SignedIn(ADA, "the keyring (Test)")]
        assert account.attempt.closed


async def test_a_pasted_redirect_url_is_accepted_even_if_wrapped() -> None:
    account = ScriptedAccount()
    async with Scene(account) as scene:
        scene.app.post_message(events.Paste(f"{REDIRECT}\n?code=good\n"))
        await settle(scene.pilot, lambda: scene.app.answers)
        assert account.attempt.pasted == [f"{REDIRECT}?code=good"]


async def test_a_wrong_pasted_url_is_explained_and_the_next_one_accepted() -> None:
    account = ScriptedAccount()
    async with Scene(account) as scene:
        await scene.pilot.press(*"nonsense", "enter")
        await settle(scene.pilot, lambda: "isn't a sign-in redirect" in scene.text)
        assert scene.app.answers == []
        scene.app.post_message(events.Paste(f"{REDIRECT}?code=good"))
        await settle(scene.pilot, lambda: scene.app.answers)


async def test_the_login_url_is_copied_and_shown_as_a_qr_code_where_it_fits() -> None:
    async with Scene(ScriptedAccount(), (100, 50)) as scene:
        await scene.pilot.press("c")
        await settle(scene.pilot, lambda: scene.app.heard)
        assert scene.app.heard == [CopyText(ADDRESS, "the address")]
        await scene.pilot.press("q")
        assert "█▀▀▀▀▀█" in scene.text
        await scene.pilot.press("q")
        assert "█▀▀▀▀▀█" not in scene.text
        await scene.pilot.press("q", "escape")
        assert "█▀▀▀▀▀█" not in scene.text
        assert not scene.app.answers
    async with Scene(ScriptedAccount(), (80, 20)) as scene:
        await scene.pilot.press("q")
        assert "QR code needs at least" in scene.text


async def test_escape_cancels_the_login_and_closes_the_port() -> None:
    account = ScriptedAccount()
    async with Scene(account) as scene:
        await scene.pilot.press("escape")
        await settle(scene.pilot, lambda: account.attempt.closed)
        assert scene.app.answers == [None]


async def test_keys_of_the_first_moment_do_nothing_in_the_login() -> None:
    account = ScriptedAccount(remote_reason="this is a container")
    async with Scene(account) as scene:
        scene.clock.now_s -= 1
        await scene.pilot.press("o", "q")
        assert account.attempt.opened == 0
        assert scene.app.answers == []


async def test_a_failed_login_is_explained_and_can_be_retried() -> None:
    account = ScriptedAccount()
    async with Scene(account) as scene:
        problem = LoginProblem("The login was denied in the browser.", hint="Sign in again.")
        account.attempt.outcome.set_exception(problem)
        await settle(scene.pilot, lambda: scene.is_over)
        assert account.attempt.closed
        assert "The login was denied in the browser." in scene.text
        assert ADDRESS[:40] not in scene.text
        await scene.pilot.press("r")
        await settle(scene.pilot, lambda: len(account.attempts) == 2)
        account.attempt.outcome.set_result(ADA)
        await settle(scene.pilot, lambda: scene.app.answers)


async def test_an_unreachable_identity_service_is_explained() -> None:
    error = BackendError(ErrorKind.UNREACHABLE, "The name id.example is not known.", hint="VPN?")
    async with Scene(ScriptedAccount(problems=[error])) as scene:
        assert "The name id.example is not known." in scene.text
        assert "VPN?" in scene.text
        await scene.pilot.press("escape")
        assert scene.app.answers == [None]


async def test_hostile_login_texts_are_sanitized() -> None:
    account = ScriptedAccount(remote_reason=HOSTILE, listening_problem=HOSTILE)
    async with Scene(account) as scene:
        assert "[/oops]" in scene.text
        assert not set(UNSAFE) & set(scene.text)
        account.attempt.outcome.set_exception(LoginProblem(HOSTILE, hint=HOSTILE))
        await settle(scene.pilot, lambda: scene.is_over)
        assert not set(UNSAFE) & set(scene.text)


async def test_the_login_countdown_counts_down() -> None:
    account = ScriptedAccount()
    async with Scene(account) as scene:
        account.attempt.seconds_left = 59.2
        scene.modal.show_time_left()
        await scene.pilot.pause()
        assert "0:59 left" in scene.text


# -- in the app ----------------------------------------------------------------------------------


def login_of(stage: Stage) -> LoginModal | None:
    screen = stage.app.screen
    return screen if isinstance(screen, LoginModal) else None


async def sign_in(stage: Stage, identity: Identity = ADA) -> None:
    account = stage.account
    assert account
    await stage.until(lambda: account.attempts and not account.attempt.closed)
    account.attempt.outcome.set_result(identity)
    await stage.until(lambda: login_of(stage) is None)


async def test_when_signed_out_the_app_opens_the_login_and_then_starts() -> None:
    stage = Stage(account=ScriptedAccount())
    async with stage.shown():
        await stage.until(lambda: login_of(stage))
        await sign_in(stage)
        await stage.until(lambda: stage.is_connected())
        await stage.until(lambda: "Ada (ada@example.com)" in stage.topbar_text())
        [told] = notifications(stage.app)
        assert "Signed in as Ada" in told
        assert "stored in the keyring (Test)" in told


async def test_a_draft_typed_before_the_login_is_kept() -> None:
    stage = Stage(account=ScriptedAccount(), gate=asyncio.Event())
    async with stage.shown():
        await stage.press(*"hello")
        assert stage.gate
        stage.gate.set()
        await stage.pass_time(2)
        await stage.until(lambda: login_of(stage) is not None)
        await sign_in(stage)
        await stage.until(lambda: stage.is_connected())
        assert stage.composer_text() == "hello"


async def test_a_canceled_login_can_be_reopened() -> None:
    stage = Stage(account=ScriptedAccount())
    async with stage.shown():
        modal = None
        await stage.until(lambda: login_of(stage))
        modal = login_of(stage)
        assert modal
        modal.dismiss(None)
        await stage.until(lambda: login_of(stage) is None)
        assert "Ctrl+R signs in" in stage.banner_text()
        stage.clock.advance(2)
        await stage.press("ctrl+r")
        stage.clock.advance(2)
        await stage.until(lambda: login_of(stage))
        await sign_in(stage)
        await stage.until(lambda: stage.is_connected())


async def test_an_expired_login_loses_neither_message_nor_running_turn() -> None:
    gate = asyncio.Event()
    running = [started(), said("First"), gate, said("Second"), finished()]
    stage = Stage(ScriptedBackend(running, reply("Here again")), account=ScriptedAccount(ADA))
    async with stage.shown():
        await stage.say("one")
        await stage.until(lambda: "First" in stage.screen())
        await stage.press("ctrl+n")
        stage.backend.failures["create"] += [nobody(), nobody()]
        await stage.say("two")
        await stage.until(lambda: "You're not signed in" in stage.banner_text())
        await stage.pass_time(2)
        await stage.until(lambda: login_of(stage))
        gate.set()
        session = stage.session()
        await sign_in(stage)
        await stage.until(lambda: "Here again" in stage.screen())
        assert [text for _, text, _ in stage.backend.sent] == ["one", "two"]
        assert stage.session() is session
        stage.go_to(stage.backend.sent[0][0])
        await stage.until(lambda: "Second" in stage.screen())


async def test_the_login_opens_only_in_a_pause_of_typing() -> None:
    stage = Stage(account=ScriptedAccount(ADA))
    async with stage.shown():
        await stage.press(*"half a thou")
        stage.report_failure(nobody())
        await stage.pilot.pause()
        assert login_of(stage) is None
        await stage.pass_time(5)
        await stage.until(lambda: login_of(stage))
        assert stage.composer_text() == "half a thou"


async def test_a_rejection_that_no_login_can_fix_is_only_reported() -> None:
    stage = Stage(account=ScriptedAccount(ADA))
    async with stage.shown():
        stage.report_failure(
            BackendError(
                ErrorKind.UNAUTHORIZED,
                "The user can't talk to the genie.",
                status=401,
                code="user_nonactive_or_missing",
            )
        )
        stage.show_state()
        await stage.pilot.pause()
        assert login_of(stage) is None
        assert "can't talk to the genie" in stage.banner_text()


async def test_another_user_gets_a_separate_session() -> None:
    stage = Stage(ScriptedBackend(reply("For Ada")), account=ScriptedAccount(ADA))
    async with stage.shown():
        await stage.say("hi")
        await stage.until(lambda: "For Ada" in stage.screen())
        session = stage.session()
        stage.app.sign_in()
        await sign_in(stage, GRACE)
        await stage.until(lambda: stage.is_connected() and stage.session() is not session)
        await stage.until(lambda: "Grace" in stage.topbar_text())
        assert "For Ada" not in stage.screen()
        assert "What can Ifrit do" in stage.screen()
