# What went wrong, and what to do about it.
expired-title = This page has expired
expired-sign-in = Nobody was signed in. Go back, reload the page and try again.
expired-sign-out = You are still signed in. Go back, reload the page and try again.
expired-consent = Nothing was granted. Go back, reload the page and try again.

unreadable-title = This form cannot be read
unreadable-text = What your browser sent is no form, is too large, or came too slowly. Go back, reload the page and try again.

insecure-title = This page needs a secure connection
insecure-text = Open it again with https at the front.

unchanged-title = Nothing was changed
unchanged-expired = This page has expired. Go back, reload the page and try again.
unchanged-names-nothing = The form names no application.

restricted = This address is for applications
restricted-missing-token = It answers an application that a user has let in, and needs an access token. There is nothing to see here for a browser.
restricted-invalid-token = The access token is unknown, or no longer valid.
restricted-invalid-request = The request was not understood.
restricted-insufficient-scope = The access token does not allow this.
restricted-sign-in = This page wants you to sign in again, or in a safer way. Go back to the application and try again from there.
restricted-error = For the application's developer:

forbidden = You may not see this
forbidden-user = You are signed in as { $user }, who may not see this page.
forbidden-nobody = Sign in as somebody who may see this page.

not-found-title = There is nothing here
not-found-text = The address may be mistyped, or the page is gone.

failure-title = Something went wrong
failure-text = Try again in a moment.

unavailable-title = The service is not available at the moment
unavailable-text = Try again in a few seconds.
