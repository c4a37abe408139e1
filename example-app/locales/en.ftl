# What this application's own pages say; for the rest it uses the provider's messages.
consent-heading = { $client } is requesting access to the following scopes:

missing-redirect-uri = Missing redirect URI
missing-redirect-uri-heading = Missing redirect URI!
missing-redirect-uri-text = An application sent you here with a request that cannot be answered: the application is not known, the address that it wants you to be sent back to is not one that it registered, or the request is over. Nothing was granted.
missing-redirect-uri-developer = If you develop that application: check client_id and redirect_uri against its registration. The server's log names the fault.
