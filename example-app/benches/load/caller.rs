//! Who calls: one caller a connection.

use std::{borrow::Cow, cell::RefCell, rc::Rc};

use rand::RngExt;

use crate::{
    database::Seeded,
    http::{Answer, get, post},
    token::Tokens,
};

pub(crate) trait Caller {
    /// Whether it ends by itself, and is measured from its first request on.
    const IS_FINITE: bool = false;

    /// The next request; `None` when there is nothing more to ask.
    fn request(&mut self) -> Option<Cow<'_, [u8]>>;

    fn answered(&mut self, answer: &Answer<'_>);
}

fn expect(status: u16, answer: &Answer<'_>) {
    assert_eq!(answer.status, status, "{}{}", answer.head, answer.body);
}

/// GET with one of many tokens, or without.
#[derive(Clone)]
pub(crate) enum Get {
    /// One of these requests, which are made beforehand: what the caller costs is not the server's.
    Of(Rc<[Vec<u8>]>),
    /// With any of so many tokens.
    Any(Tokens),
}

impl Get {
    pub(crate) fn open() -> Self {
        Self::Of([get("/", "")].into())
    }

    /// The tokens that are in use just now, as clients use theirs: one token for many requests, and those that were issued
    /// one after the other.
    pub(crate) fn in_use(seeded: &Seeded) -> Self {
        let count = seeded.rows.min(IN_USE);
        Self::Of((0..count).map(|number| guarded(&seeded.tokens.access_token(number))).collect())
    }

    /// Any token that there is: with many rows, hardly one comes twice.
    pub(crate) fn any(seeded: &Seeded) -> Self {
        Self::Any(seeded.tokens)
    }
}

/// POST `/oauth2/introspect/`, by an API in another process.
#[derive(Clone)]
pub(crate) struct Introspect(Rc<[Vec<u8>]>);

impl Introspect {
    /// About the tokens of [`Get::in_use`].
    pub(crate) fn in_use(seeded: &Seeded) -> Self {
        let about = |number| {
            let form = format!("token={}", seeded.tokens.access_token(number));
            post("/oauth2/introspect/", &seeded.api_basic, &form)
        };
        Self((0..seeded.rows.min(IN_USE)).map(about).collect())
    }
}

impl Caller for Introspect {
    fn request(&mut self) -> Option<Cow<'_, [u8]>> {
        Some(Cow::Borrowed(&self.0[rand::rng().random_range(0..self.0.len())]))
    }

    fn answered(&mut self, answer: &Answer<'_>) {
        expect(200, answer);
        assert!(answer.body.starts_with(r#"{"active":true,"#), "{}", answer.body);
    }
}

fn guarded(token: &str) -> Vec<u8> {
    get("/polls/1/stats/", &format!("authorization: Bearer {token}\r\n"))
}

impl Caller for Get {
    fn request(&mut self) -> Option<Cow<'_, [u8]>> {
        Some(match self {
            Self::Of(requests) => {
                Cow::Borrowed(&requests[rand::rng().random_range(0..requests.len())])
            }
            Self::Any(tokens) => {
                let number = rand::rng().random_range(0..tokens.rows);
                Cow::Owned(guarded(&tokens.access_token(number)))
            }
        })
    }

    fn answered(&mut self, answer: &Answer<'_>) {
        expect(200, answer);
    }
}

/// How many tokens are in use at a time.
const IN_USE: u64 = 10_000;

/// `grant_type=client_credentials`, by a client with a generated secret.
pub(crate) struct Issue(Vec<u8>);

impl Issue {
    pub(crate) fn of(seeded: &Seeded) -> Self {
        Self(post("/oauth2/token/", &seeded.basic, "grant_type=client_credentials"))
    }
}

impl Caller for Issue {
    fn request(&mut self) -> Option<Cow<'_, [u8]>> {
        Some(Cow::Borrowed(&self.0))
    }

    fn answered(&mut self, answer: &Answer<'_>) {
        expect(200, answer);
    }
}

/// `grant_type=refresh_token`, each connection along its own rotation.
pub(crate) struct Refresh {
    pub(crate) basic: String,
    pub(crate) token: String,
}

impl Refresh {
    pub(crate) fn of(seeded: &Seeded, chain: u64) -> Self {
        Self { basic: seeded.basic.clone(), token: seeded.tokens.refresh_token(chain) }
    }
}

impl Caller for Refresh {
    fn request(&mut self) -> Option<Cow<'_, [u8]>> {
        let form = format!("grant_type=refresh_token&refresh_token={}", self.token);
        Some(Cow::Owned(post("/oauth2/token/", &self.basic, &form)))
    }

    fn answered(&mut self, answer: &Answer<'_>) {
        expect(200, answer);
        let (_, rest) =
            answer.body.split_once("\"refresh_token\":\"").expect("the next refresh token");
        self.token = rest.split('"').next().expect("its end").to_owned();
    }
}

/// `grant_type=authorization_code`, with codes that were consented to.
pub(crate) struct Exchange {
    basic: String,
    codes: Rc<RefCell<Vec<String>>>,
}

impl Exchange {
    pub(crate) fn of(seeded: &Seeded, codes: Rc<RefCell<Vec<String>>>) -> Self {
        Self { basic: seeded.basic.clone(), codes }
    }
}

impl Caller for Exchange {
    const IS_FINITE: bool = true;

    fn request(&mut self) -> Option<Cow<'_, [u8]>> {
        let code = self.codes.borrow_mut().pop()?;
        let form = format!("grant_type=authorization_code&code={code}");
        Some(Cow::Owned(post("/oauth2/token/", &self.basic, &form)))
    }

    fn answered(&mut self, answer: &Answer<'_>) {
        expect(200, answer);
    }
}
