"""Registering, signing in, profile and sessions, as people do it."""

import re
from collections.abc import Callable
from io import BytesIO

from PIL import Image
from playwright.sync_api import FilePayload, Page, expect
from sqlalchemy import update

from pulse.accounts.models import User
from pulse.core.permissions import Role
from pulse.extensions import db
from tests.conftest import Live
from tests.support.browser import PASSWORD, Visitor
from tests.web.conftest import Account
from tests.web.people import expect_live, expect_status, fill_in, on_sign_in_page, open_profile, row

Make = Callable[..., Account]
Visit = Callable[..., Visitor]


def mail_to(page: Page, address: str, subject: str) -> str:
    """The text of a mail in the mailbox, as soon as it is there."""
    mail = page.locator("article", has_text=address).filter(has_text=subject).first
    for _ in range(40):
        page.goto("/mailbox")
        if mail.count():
            return mail.locator(".mail-text").inner_text()
        page.wait_for_timeout(250)
    raise AssertionError(f"no mail to {address}")


def test_from_registration_to_the_people_page(visitor: Visit) -> None:
    page = visitor().tab("/sign-in")
    page.get_by_role("link", name="Create an account").click()
    page.get_by_label("Name", exact=True).fill("Zoë Newcomer")
    page.get_by_label("Username").fill("zoe")
    page.get_by_label("Email").fill("zoe@example.org")
    page.get_by_label("Password").fill("zoe")
    page.get_by_role("button", name="Create the account").click()
    expect(page.get_by_label("Password")).to_be_focused()  # too short
    page.get_by_label("Password").fill("zoe@example.org")
    page.get_by_role("button", name="Create the account").click()
    expect(page.locator("#password-error")).to_contain_text("must not be")
    expect(page.get_by_label("Password")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create the account").click()
    expect(page.get_by_text("Check your mail")).to_contain_text("zoe@example.org")
    mail_to(page, "zoe@example.org", "erif")
    page.locator("article", has_text="zoe@example.org").get_by_role("link").first.click()
    expect(page.get_by_text("Your email is verified.")).to_be_visible()
    fill_in(page, "zoe")
    page.wait_for_url("**/app")
    page.get_by_role("link", name="People", exact=True).click()
    expect(page.get_by_role("heading", name="Zoë Newcomer")).to_be_visible()


def test_a_taken_username_is_told_beside_the_field(account: Make, visitor: Visit) -> None:
    taken = account("ann")
    page = visitor().tab("/register")
    page.get_by_label("Username").fill(taken.username.upper())
    page.get_by_label("Email").fill("other@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create the account").click()
    expect(page.get_by_role("alert")).to_contain_text("taken")


def test_a_bad_link_says_what_to_do(visitor: Visit) -> None:
    page = visitor().tab("/api/verify-email/nonsense/")
    on_sign_in_page(page)
    expect(page.get_by_text("That link is not valid any more.")).to_be_visible()


def test_signing_in_with_a_code(account: Make, visitor: Visit) -> None:
    ann = account("ann")
    guest = visitor()
    page = guest.tab("/sign-in?next=/profile")
    page.get_by_role("link", name="Send me a code").click()
    page.get_by_label("Email").fill(ann.email)
    page.get_by_role("button", name="Send the code").click()
    expect(page.get_by_label("Code")).to_be_focused()
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("alert").or_(page.locator("#otp-error:not(:empty)"))).to_be_visible()
    code = code_for(guest, ann.email)
    page.get_by_label("Code").fill(f"{code[:3]} {code[3:]}")
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/profile")


def code_for(guest: Visitor, email: str) -> str:
    """The code in the newest mail to an address."""
    found = re.search(r"\b\d{6}\b", mail_to(guest.tab(), email, "code"))
    assert found
    return found[0]


def test_a_forgotten_password(account: Make, visitor: Visit) -> None:
    ann = account("ann")
    elsewhere, guest = visitor(ann).tab("/people"), visitor()
    expect_live(elsewhere)
    page = guest.tab("/sign-in?next=/profile")
    page.get_by_role("link", name="Forgot your password?").click()
    page.get_by_label("Email").fill(ann.email)
    page.get_by_role("button", name="Send the code").click()
    page.get_by_label("Code").fill(code_for(guest, ann.email))
    page.get_by_label("New password").fill(ann.email)
    page.get_by_role("button", name="Set the password").click()
    expect(page.locator("#new_password-error")).to_contain_text("must not be")
    page.get_by_label("New password").fill("another long password")
    page.get_by_role("button", name="Set the password").click()
    page.wait_for_url("**/profile")
    on_sign_in_page(elsewhere)
    fill_in(elsewhere, ann.username)
    expect(elsewhere.get_by_role("alert")).to_contain_text("Username or password is wrong.")
    fill_in(elsewhere, ann.username, "another long password")
    elsewhere.wait_for_url("**/people")


def test_whoever_has_no_password_can_choose_one(live: Live, account: Make, visitor: Visit) -> None:
    ann = account("ann")
    guest = visitor(ann)
    with live.app.app_context():
        db.session.execute(update(User).where(User.id == ann.id).values(password_hash=None))
        db.session.commit()
    page = guest.tab("/profile")
    page.get_by_role("link", name="Choose a password").click()
    expect(page.get_by_label("Email")).to_have_value(ann.email)
    page.get_by_role("button", name="Send the code").click()
    page.get_by_label("Code").fill(code_for(guest, ann.email))
    page.get_by_label("New password").fill("another long password")
    page.get_by_role("button", name="Set the password").click()
    page.wait_for_url("**/profile")
    expect(page.get_by_label("Current password")).to_be_visible()
    expect(page.locator(".session")).to_have_count(1)


def test_a_wrong_password_and_an_unknown_name_read_the_same(account: Make, visitor: Visit) -> None:
    page = visitor().tab("/sign-in")
    texts = []
    for login in (account("ann").username, "nobody-is-called-so"):
        page.get_by_label("Username or email").fill(login)
        page.get_by_label("Password").fill("wrong password")
        with page.expect_response("**/api/login/"):
            page.get_by_role("button", name="Sign in", exact=True).click()
        expect(page.get_by_role("alert")).to_be_visible()
        texts.append(page.get_by_role("alert").inner_text())
    assert texts[0] == texts[1]


def test_next_leads_nowhere_else(live: Live, account: Make, visitor: Visit) -> None:
    ann = account("ann")
    for wanted in ("https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"):
        page = visitor().tab("/sign-in?" + "next=" + wanted.replace("\\", "%5C"))
        fill_in(page, ann.username)
        page.wait_for_url(f"{live.url}/app")


def test_names_picture_and_privacy(account: Make, visitor: Visit) -> None:
    bob = account("bob")
    ann = visitor(account("ann")).tab("/people")
    expect_status(ann, bob.id, "offline")
    page = open_profile(visitor(bob))
    page.get_by_label("Name", exact=True).fill("Bob Builder")
    page.get_by_label("Time zone").select_option("Europe/Berlin")
    page.get_by_label("Status text").fill("on site")
    page.locator("#profile-form").get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(row(ann, bob.id)).to_contain_text("Bob Builder")
    expect(row(ann, bob.id)).to_contain_text("on site")

    page.get_by_label("Choose a picture").set_input_files(_picture())
    expect(page.locator("#picture img")).to_have_js_property("naturalWidth", 256)
    expect(row(ann, bob.id).locator("img")).to_have_js_property("complete", True)
    page.get_by_label("Choose a picture").set_input_files(
        FilePayload(name="x.png", mimeType="image/png", buffer=b"<svg onload=alert(1)>")
    )
    expect(page.locator(".toast.danger")).to_be_visible()
    page.get_by_role("button", name="Remove").click()
    expect(page.locator("#picture img")).to_have_count(0)

    page.get_by_label("Phone").fill("call me")
    assert page.get_by_label("Phone").evaluate("(input) => input.validity.patternMismatch")
    page.get_by_label("Phone").fill("+49 (30) 123-45/6.7")
    page.locator("#profile-form").get_by_role("button", name="Save").click()
    expect(page.get_by_label("Phone")).to_have_value("+49 (30) 123-45/6.7")

    page.get_by_label("Count me as offline").select_option("5 minutes")
    page.get_by_label("Nobody").check()
    page.locator("#privacy-form").get_by_role("button", name="Save").click()
    expect(row(ann, bob.id)).to_have_count(0)
    page.reload()
    expect(page.get_by_label("Nobody")).to_be_checked()
    expect(page.get_by_label("Count me as offline")).to_have_value("300")
    expect(page.get_by_label("Time zone")).to_have_value("Europe/Berlin")


def _picture() -> FilePayload:
    file = BytesIO()
    Image.effect_noise((400, 300), 50).save(file, "PNG")
    return FilePayload(name="me.png", mimeType="image/png", buffer=file.getvalue())


def test_sessions_and_password(account: Make, visitor: Visit) -> None:
    ann = account("ann")
    page = open_profile(visitor(ann))
    lost, phone = visitor(ann).tab("/people"), visitor(ann).tab("/people")
    expect_live(lost)
    expect_live(phone)
    page.reload()
    sessions = page.locator(".session")
    expect(sessions).to_have_count(3)
    expect(sessions.first).to_contain_text("This one")
    sessions.nth(1).get_by_role("button", name="End").click()
    expect(sessions).to_have_count(2)
    expect(page.get_by_text("That session has ended.")).to_be_visible()

    form = page.locator("#password-form")
    form.get_by_label("Current password").fill("not my password")
    form.get_by_label("New password").fill("a much better password")
    form.get_by_role("button").click()
    expect(form.get_by_role("alert").or_(form.locator(".error:not(:empty)"))).to_be_visible()
    form.get_by_label("Current password").fill(PASSWORD)
    form.get_by_role("button").click()
    expect(page.get_by_text("Your password is changed.")).to_be_visible()
    expect(sessions).to_have_count(1)
    on_sign_in_page(lost)
    on_sign_in_page(phone)
    page.reload()
    expect(sessions).to_have_count(1)


def test_only_admins_see_and_open_their_pages(account: Make, visitor: Visit) -> None:
    page = visitor(account("ann")).tab("/people")
    expect(page.get_by_role("link", name="Dashboard")).to_have_count(0)
    page.goto("/dashboard")
    expect(page.get_by_role("heading", name="This is not for you")).to_be_visible()
    page = visitor(account("root", Role.ADMIN)).tab("/people")
    page.get_by_role("link", name="Dashboard").click()
    page.wait_for_url("**/dashboard")


def test_strangers_are_sent_to_sign_in_and_come_back(account: Make, visitor: Visit) -> None:
    page = visitor().tab("/profile?x=1")
    on_sign_in_page(page)
    fill_in(page, account("ann").username)
    page.wait_for_url("**/profile?x=1")
    page.goto("/sign-in")  # who is signed in needs it not
    page.wait_for_url("**/app")
