//! What nobody should send.

/// Values as they go over the wire.
pub(crate) fn values() -> Vec<String> {
    let short = [
        "",
        "%",
        "%zz",
        "%4",
        "%ff",
        "%c3%28",
        "%00",
        "a%00b",
        "%0d%0aSet-Cookie:+a=b",
        "%22%5c%22",
        "%F0%9F%94%91",
        "%u0041",
        "+",
        "a=b",
        "[]",
        "${x}{{x}}",
        "'+OR+1=1--",
        "9223372036854775808",
        "-1",
    ];
    let long = ["x".repeat(10_000), "x+".repeat(5_000), "%C3%BC".repeat(2_000)];
    short.map(str::to_owned).into_iter().chain(long).collect()
}

pub(crate) fn bodies() -> Vec<Vec<u8>> {
    let short: [&[u8]; 14] = [
        b"",
        b"&",
        b"=",
        b"&&=&&",
        b"%",
        b"%zz=1",
        b"%ff=1",
        b"\xff\xfe",
        b"\0",
        b"a\r\nb",
        b"a#b",
        b"{\"a\":1}",
        b"grant_type[]=refresh_token",
        b"user_action",
    ];
    short.map(<[u8]>::to_vec).to_vec()
}

/// Only for who reads them to the end: a server that answers before that closes the connection under the client.
pub(crate) fn large_bodies() -> Vec<Vec<u8>> {
    vec![vec![b'a'; 64 * 1024], vec![b'a'; 64 * 1024 + 1], b"a=1&".repeat(10_000)]
}

/// Values of headers.
pub(crate) fn headers() -> Vec<(&'static str, Vec<u8>)> {
    let values: [&[u8]; 13] = [
        b"",
        b" ",
        b"x",
        b"Basic",
        b"Bearer",
        b"Basic \xff",
        b"Bearer \xff\xfe",
        b"\xff",
        b"Basic AAAA",
        b"\"",
        b";;=;",
        b"oauth_session",
        b"Basic %%%",
    ];
    let names = [
        "Authorization",
        "Cookie",
        "Content-Type",
        "Forwarded",
        "X-Forwarded-Proto",
        "Accept",
        "X-Request-Id",
    ];
    let mut headers: Vec<_> =
        names.iter().flat_map(|name| values.iter().map(|value| (*name, value.to_vec()))).collect();
    headers.push(("Cookie", [b"oauth_session=".as_slice(), &[b'x'; 8_000]].concat()));
    headers.push(("Cookie", b"oauth_session=\xff; oauth_session=; =; a".to_vec()));
    headers.push(("Authorization", [b"Bearer ".as_slice(), &[b'x'; 8_000]].concat()));
    headers
}

/// This form with each of its values replaced by each nasty one, and each repeated.
pub(crate) fn variations(form: &str) -> Vec<String> {
    let pairs: Vec<_> = form.split('&').map(|pair| pair.split_once('=').unwrap()).collect();
    let mut forms = Vec::new();
    for (name, _) in &pairs {
        for value in values() {
            let changed = pairs.iter().map(|(other, old)| {
                if other == name { format!("{name}={value}") } else { format!("{other}={old}") }
            });
            forms.push(changed.collect::<Vec<_>>().join("&"));
        }
        forms.push(format!("{form}&{name}=x"));
    }
    forms
}

/// The start of what was sent, for the message of a test that fails.
pub(crate) fn start(text: &str) -> &str {
    text.get(..200).unwrap_or(text)
}
