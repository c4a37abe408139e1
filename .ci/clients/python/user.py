"""The demo user with a browser: signs in, allows what a client asks for, and is sent back to it."""

import os
from html.parser import HTMLParser
from urllib.parse import urljoin

import requests

# The example listens without TLS, on loopback only. Both libraries want to be told so.
os.environ["AUTHLIB_INSECURE_TRANSPORT"] = os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"


class Forms(HTMLParser):
    """The forms of a page: where each goes, the names of its controls, and what it carries unseen."""

    def __init__(self, page):
        super().__init__()
        self.forms = []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "form":
            self.forms.append({"action": attributes.get("action", ""), "names": set(), "hidden": {}})
        elif tag in ("input", "button") and self.forms:
            name = attributes.get("name")
            self.forms[-1]["names"].add(name)
            if attributes.get("type") == "hidden":
                self.forms[-1]["hidden"][name] = attributes.get("value", "")

    def with_control(self, name):
        return next((form for form in self.forms if name in form["names"]), None)


def allow(authorization_url, redirect_uri=None, browser=None):
    """Opens the URL that the client made, and answers the one that the browser ends at; a device's user ends at no other."""
    browser = browser or requests.Session()
    page = browser.get(str(authorization_url), allow_redirects=False, timeout=10)
    for _ in range(10):
        if "location" in page.headers:
            location = urljoin(page.url, page.headers["location"])
            if redirect_uri and location.startswith(redirect_uri):
                return location
            page = browser.get(location, allow_redirects=False, timeout=10)
            continue
        forms = Forms(page.text)
        if form := forms.with_control("password"):
            given = {"username": "exampleuser", "password": "password"}
        elif form := forms.with_control("user_action"):
            given = {"user_action": "Accept"}
        else:
            raise SystemExit(f"{page.url} shows neither login nor consent: {page.status_code} {page.text}")
        page = browser.post(
            urljoin(page.url, form["action"]), data=form["hidden"] | given, allow_redirects=False, timeout=10
        )
        if redirect_uri is None and "user_action" in given:
            page.raise_for_status()
            return page.url
    raise SystemExit(f"the browser never came back to {redirect_uri}, last at {page.url}")


def expect(held, what):
    """Prints the step that is proved, or ends the program with it."""
    if not held:
        raise SystemExit(f"not so: {what}")
    print(f"  {what}", flush=True)
