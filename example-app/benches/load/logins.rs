//! Users who have logged in with the server: a family that begins with `openid` for each connection.

use crate::{
    caller::{Get, Refresh},
    codes,
    database::Seeded,
    http::{Connection, get, post},
    options::Options,
    server::Served,
};

/// What they gave their client.
pub(crate) struct Logins {
    basic: String,
    tokens: Vec<Tokens>,
}

struct Tokens {
    access_token: String,
    refresh_token: String,
}

impl Logins {
    /// So many of them.
    pub(crate) fn begin(app: &Served, seeded: &Seeded, options: &Options, count: usize) -> Self {
        let (client_id, basic) = seeded.login.clone();
        let client = (client_id.as_str(), "openid+user_info");
        let mut codes = codes::consented(app, client, options, count);
        codes.truncate(count);
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let tokens = runtime.block_on(async {
            let mut connection = Connection::open(app.address).await;
            let mut tokens = Vec::new();
            for code in codes {
                let form = format!("grant_type=authorization_code&code={code}");
                let answer = connection.exchange(&post("/oauth2/token/", &basic, &form)).await;
                assert!(answer.body.contains("\"id_token\":"), "{}{}", answer.head, answer.body);
                let member = |name: &str| {
                    let (_, rest) = answer.body.split_once(&format!("\"{name}\":\"")).expect(name);
                    rest.split('"').next().expect("its end").to_owned()
                };
                tokens.push(Tokens {
                    access_token: member("access_token"),
                    refresh_token: member("refresh_token"),
                });
            }
            tokens
        });
        Self { basic, tokens }
    }

    /// GET of this address with their tokens, in turn.
    pub(crate) fn get(&self, path: &str) -> Get {
        let request = |tokens: &Tokens| {
            get(path, &format!("authorization: Bearer {}\r\n", tokens.access_token))
        };
        Get::Of(self.tokens.iter().map(request).collect())
    }

    /// A refresh with an ID token, along the rotation of one of them.
    pub(crate) fn refresh(&self, number: usize) -> Refresh {
        let token = self.tokens[number].refresh_token.clone();
        Refresh { basic: self.basic.clone(), token }
    }
}
