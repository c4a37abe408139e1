# Signing in and out, and the list of connected applications.
sign-in = Sign in
sign-in-submit = Sign in
sign-in-for = To go on to { $client }.
sign-in-username = User name
sign-in-password = Password
sign-in-expired = This page had expired. Please try again.
# The form named another user than the one who is signed in.
sign-in-occupied = You are signed in as { $user } already.
sign-in-stay = Continue as { $user }
sign-in-again = You are signed in as { $user }. To go on, sign in again.
sign-in-switch = To sign in as { $user } instead, enter the password once more.
sign-in-wrong-password = The user name or the password is wrong.
sign-in-too-many = Too many attempts to sign in. { $count ->
    [one] Try again in a second.
   *[other] Try again in { $count } seconds.
}

sign-out = Sign out
sign-out-submit = Sign out
sign-out-user = You are signed in as { $user }.

apps = Connected applications
apps-text = You, { $user }, have let these applications act for you. Take it back at any time: it ends at once.
apps-none = No application acts for you.
apps-since = Since { $since }
apps-last-used = Last used { $last_used }
apps-revoke = Revoke
# For who hears the page: which application the button is for.
apps-revoke-of = Revoke access of { $client }
apps-revoke-all = Revoke all
apps-password = Change your password
