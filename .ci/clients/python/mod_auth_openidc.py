"""Apache's mod_auth_openidc in front of a page: code flow, the ID token, userinfo, refresh, RP-initiated and back-channel logout."""

import sys
import time

import requests
from user import Forms, allow, expect

issuer, site = sys.argv[1:]
callback = f"{site}/callback"
browser = requests.Session()


def info():
    """What the module knows of who is logged in."""
    return browser.get(callback, params={"info": "json"}, timeout=10).json()


def log_in():
    """Opens the page, goes where the module says, and comes back to it."""
    page = browser.get(f"{site}/", allow_redirects=False, timeout=10)
    answer = allow(page.headers["location"], callback, browser)
    return browser.get(answer, timeout=10)


page = log_in()
expect(page.url == f"{site}/" and "behind a login" in page.text, "the page is shown to who has logged in, and not before")

known = info()
expect(known["id_token"]["iss"] == issuer, "an ID token that the module believes")
expect(known["userinfo"]["email"] == "exampleuser@example.com", "userinfo")

before = known["access_token"]
browser.get(callback, params={"refresh": f"{site}/", "access_token": before}, timeout=10).raise_for_status()
expect(info()["access_token"] != before, "refresh")

# The user asks the module to log out, which sends the browser to the provider with the ID token, and back to a page of its own.
farewell = browser.get(callback, params={"logout": f"{site}/bye.html"}, timeout=10)
expect(farewell.url == f"{site}/bye.html", "logout at the provider, and back (RP-initiated)")
question = browser.get(f"{issuer}/accounts/apps/", allow_redirects=False, timeout=10)
expect("/accounts/login/" in question.headers["location"], "nobody is signed in at the provider any more")

log_in()


def ends_by_itself():
    """Whether the module soon asks who has logged in to log in again."""
    for _ in range(50):
        if "location" in browser.get(f"{site}/", allow_redirects=False, timeout=10).headers:
            return True
        time.sleep(0.2)
    return False


question = browser.get(f"{issuer}/accounts/logout/", timeout=10)
form = Forms(question.text).forms[0]
browser.post(f"{issuer}/accounts/logout/", data=form["hidden"], timeout=10).raise_for_status()
expect(ends_by_itself(), "who logs out of the provider is logged out of the page, which the provider told (back-channel)")
