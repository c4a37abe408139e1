# Where an application asks that its user be signed out here.
logout = Sign out here, too?
logout-asked = You come from { $client }, and are signed in here as { $user }.
logout-consequence = The applications that you signed in to with this account are told, and lose the access that they have for this session.
logout-stay = Stay signed in
logout-done = You are signed out
logout-done-text = Nobody is signed in here in this browser.
logout-home = To the front page
logout-error = This link does not work
logout-error-text = An application sent you here to sign out, with a wrong request. Nothing has changed.
logout-error-sign-out = Sign out here
# Where the application that runs this has its own users, and its own way out.
logout-elsewhere-title = You are still signed in
logout-elsewhere-text = You can sign out on the pages of this application itself.
