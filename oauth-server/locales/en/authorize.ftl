# What an application asks for, and the way back to it.
authorize = Allow access?
authorize-heading = { $client } asks for access to your account
# A client that registered itself.
authorize-unverified = Nobody here has checked who it is: it has registered itself, and says of itself what it likes.
# A client that nobody registered: it is known by the address of a document of its own.
authorize-host = Nobody here has checked who it is: it is known by its address alone, { $host }.
authorize-on-device = It is answered on your own device, where any program could pass itself off as this one. Allow it only if you have just started it yourself.
authorize-about = About { $client }
authorize-policy = Privacy policy
authorize-terms = Terms of service
authorize-scopes = It would be allowed to:
# What the access is good for: addresses of APIs follow.
authorize-resources = Only at these addresses:
authorize-decline = Decline
authorize-accept = Accept
authorize-user = You are signed in as { $user }.
authorize-not-you = Not you?
authorize-next = Next, your browser goes to { $host }.
# To an application that is installed there.
authorize-next-device = Next, you go back to an application on this device.
# $host: as above
authorize-next-loopback = Next, you go back to an application on this device, at { $host }.

proceed = Return to { $client }
proceed-granted = Access was granted. One more step: return to the application.
proceed-declined = Nothing was granted. Return to the application.
proceed-return = Return

# For a moment, before the browser goes on by itself; or until it is told to.
post = Back to the application
post-continue = Continue

authorize-error-title = This link does not work
authorize-error-insecure = It needs a secure connection: open it again with https at the front.
authorize-error-malformed = The application sent you here with a request that cannot be read.
authorize-error-client = The application that sent you here is not known.
authorize-error-redirect-uri = The application wants you to be sent back to an address that is not its own.
authorize-error-request-uri = It was open for too long, was answered before, or began in another browser. Go back to the application and begin again.
authorize-error-aside = Nothing was granted. You can close this page. If a link brought you here, its owner has to mend it.
authorize-error-fault = For the application's developer:

# The scope that every server knows.
scope-offline_access = Keep this access when you are away, until you take it back.
    .title = Stay connected
# The scopes of OpenID Connect, in the words that the server gave them: an application's own words for them stay.
own-scope-openid = Know who you are here.
    .title = Who you are
own-scope-profile = See your name and what else your profile says.
    .title = Your profile
own-scope-email = See your e-mail address.
    .title = Your e-mail address
own-scope-address = See your postal address.
    .title = Your postal address
own-scope-phone = See your telephone number.
    .title = Your telephone number
