//! Authorization codes by the real way: somebody signs in, sees the consent page, and accepts again and again.

use std::{borrow::Cow, cell::RefCell, rc::Rc};

use crate::{
    caller::Caller,
    drive::drive,
    http::{Answer, Connection, get, post},
    options::Options,
    server::Served,
};

/// So many codes of a client, for these scopes.
pub(crate) fn consented(
    server: &Served,
    (client_id, scope): (&str, &str),
    options: &Options,
    wanted: usize,
) -> Vec<String> {
    let path =
        format!("/oauth2/authorization/?response_type=code&client_id={client_id}&scope={scope}");
    let accept = Rc::new(accept(server, &path));
    let codes = Rc::new(RefCell::new(Vec::new()));
    drive(server, 32, options, |_| Accept {
        accept: Rc::clone(&accept),
        codes: Rc::clone(&codes),
        wanted,
    });
    codes.take()
}

struct Accept {
    accept: Rc<Vec<u8>>,
    codes: Rc<RefCell<Vec<String>>>,
    wanted: usize,
}

impl Caller for Accept {
    const IS_FINITE: bool = true;

    fn request(&mut self) -> Option<Cow<'_, [u8]>> {
        (self.codes.borrow().len() < self.wanted).then(|| Cow::Borrowed(self.accept.as_slice()))
    }

    fn answered(&mut self, answer: &Answer<'_>) {
        assert_eq!(answer.status, 303, "{}{}", answer.head, answer.body);
        let (_, rest) = answer.head.split_once("?code=").expect("a code in the Location");
        let end = rest.find(['&', '\r']).expect("an end of the code");
        self.codes.borrow_mut().push(rest[..end].to_owned());
    }
}

/// The request that accepts: it can be sent again, for each is an authorization of its own.
fn accept(server: &Served, path: &str) -> Vec<u8> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let mut connection = Connection::open(server.address).await;
        let page = connection.exchange(&get("/accounts/login/", "")).await;
        let (cookie, csrf) = (cookie(&page), csrf_token(&page));
        let form = format!("csrf_token={csrf}&username=exampleuser&password=password");
        let signed_in = connection.exchange(&post("/accounts/login/", &cookie, &form)).await;
        let cookie = self::cookie(&signed_in);
        let page = connection.exchange(&get(&format!("{path}&prompt=consent"), &cookie)).await;
        let form = format!("csrf_token={}&user_action=Accept", csrf_token(&page));
        post(path, &cookie, &form)
    })
}

fn cookie(answer: &Answer<'_>) -> String {
    let (_, rest) = answer.head.split_once("set-cookie: ").expect("a session cookie");
    format!("cookie: {}\r\n", rest.split(';').next().expect("a cookie"))
}

fn csrf_token(answer: &Answer<'_>) -> String {
    let (_, rest) = answer.body.split_once("name=\"csrf_token\" value=\"").expect("a form");
    rest.split('"').next().expect("a token").to_owned()
}
