# Where a user is signed in.
sessions = Where you are signed in
sessions-text = You, { $user }, are signed in at these browsers. To sign out at one ends what applications were given there to know who you are.
sessions-this = This browser
# What the browser is, is not known.
sessions-unknown = A browser
sessions-since = Since { $since } (UTC)
sessions-address = From { $address }
sessions-end = Sign out
# For who hears the page: which session the button is for.
sessions-end-since = Sign out the session since { $since }
sessions-end-others = Sign out everywhere else
