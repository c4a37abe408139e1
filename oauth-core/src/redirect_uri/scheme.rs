//! Which schemes no application can have for itself.

/// Whether a scheme, in lower case, means something already: to browsers, or by IANA's list.
pub(super) fn means_something(scheme: &str) -> bool {
    NEVER.contains(&scheme) || PERMANENT.split(' ').any(|permanent| permanent == scheme)
}

/// What a browser runs, opens or hands on itself, instead of asking an application.
const NEVER: &[&str] = &[
    "javascript",
    "data",
    "file",
    "blob",
    "about",
    "vbscript",
    "intent",
    "filesystem",
    "view-source",
    "jar",
    "chrome",
];

/// The schemes that IANA lists as permanent: they mean something already. Those that are historical there are as free as any other.
const PERMANENT: &str = "\
    aaa aaas acap acct cap cid coap coap+tcp coap+ws coaps coaps+tcp coaps+ws crid dav dict dns dtn \
    example ftp geo go gopher h323 iax icap im imap info ipn ipp ipps iris iris.beep iris.lwz iris.xpc \
    iris.xpcs jabber ldap leaptofrogans mailto mid msrp msrps mt mtqp mupdate news nfs ni nih nntp \
    opaquelocktoken pkcs11 pop pres reload rtsp rtsps rtspu service session shttp sieve sip sips sms \
    snmp soap.beep soap.beeps stun stuns tag tel telnet tftp thismessage tip tn3270 turn turns tv urn \
    vemmi vnc ws wss xcon xcon-userid xmlrpc.beep xmlrpc.beeps xmpp z39.50r z39.50s";
