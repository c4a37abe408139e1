//! What nobody may learn: RFC 6749 §10.3 to §10.6, §5.2.

use std::fmt::Write;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use oauth_core::{ClientSecret, NewClient};
use sha2::{Digest, Sha256};

use crate::{
    accounts::PASSWORD,
    support::{
        Fixture, VERIFIER, client, code_request, implicit_request, in_fragment,
        public_exchange_form, public_request, recognised_by, refresh_token,
    },
};

const CHOSEN: &str = "a secret that a person picked";

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

/// What is stored of it.
pub(crate) fn digest(secret: &str) -> String {
    hexadecimal(&Sha256::digest(secret))
}

impl Fixture {
    /// Everything that can happen, and every secret that was presented or shown in it.
    pub(crate) async fn secrets_of_a_whole_flow(&self) -> Vec<String> {
        let chosen = NewClient { secret: ClientSecret::Chosen(CHOSEN.into()), ..client("chosen") };
        self.register(chosen).await;
        let mut secrets = vec![self.secret.expose().to_owned(), CHOSEN.to_owned()];

        let waiting = self.code(&code_request()).await;
        let redeemed = self.code(&code_request()).await;
        let first = self.exchange(&redeemed).await.unwrap();
        let second = self.refresh(refresh_token(&first)).await.unwrap();
        let code = self.code(&public_request()).await;
        let third = self.token(&public_exchange_form(&code)).await.unwrap();
        secrets.extend([waiting, redeemed, code, VERIFIER.to_owned()]);
        for tokens in [&first, &second, &third] {
            let both = [&tokens.access_token, refresh_token(tokens)];
            secrets.extend(both.map(|secret| secret.expose().to_owned()));
        }
        let implicit = self.authorize(&implicit_request()).await;
        secrets.push(in_fragment(&implicit, "access_token").unwrap());

        let alice = self.user("alice").await;
        let browser = self.server.remember_browser(&alice).await.unwrap();
        secrets.push(browser.expose().to_owned());
        let session = self.server.sign_in(None, alice).await.unwrap();
        secrets.push(session.secret.expose().to_owned());
        secrets.push(PASSWORD.to_owned());
        secrets
    }

    /// Every value of every column, binary ones in hexadecimal.
    fn stored(&self) -> Vec<String> {
        let columns = self.database.columns();
        columns.iter().flat_map(|column| self.database.values(column)).collect()
    }
}

both_databases! {
    async fn no_secret_is_stored_in_the_clear(fixture: Fixture) {
        let secrets = fixture.secrets_of_a_whole_flow().await;
        let stored = fixture.stored();
        for secret in &secrets {
            let decoded =
                URL_SAFE_NO_PAD.decode(secret).unwrap_or_else(|_| secret.clone().into_bytes());
            for form in [secret.clone(), hexadecimal(secret.as_bytes()), hexadecimal(&decoded)] {
                let found = stored.iter().find(|value| value.contains(&form));
                assert_eq!(found, None, "{secret} of {secrets:?} is stored in the clear");
            }
        }
    }

    async fn what_is_stored_is_the_digest(fixture: Fixture) {
        let tokens = fixture.tokens().await;
        let alice = fixture.user("alice").await;
        let browser = fixture.server.remember_browser(&alice).await.unwrap();
        let stored = fixture.stored();
        for secret in [&tokens.access_token, refresh_token(&tokens), &fixture.secret, &browser] {
            let digest = digest(secret.expose());
            assert!(stored.contains(&digest), "the digest is not there, or was not read");
        }
    }

    async fn of_a_code_and_of_tokens_6_random_characters_are_kept_to_recognise_them(fixture: Fixture) {
        let code = fixture.code(&code_request()).await;
        let first = fixture.exchange(&code).await.unwrap();
        fixture.clock.advance(1);
        let second = fixture.refresh(refresh_token(&first)).await.unwrap();
        let prefixes =
            |table: &str| fixture.database.texts(&format!("SELECT prefix AS text FROM {table} ORDER BY created_at"));
        assert_eq!(prefixes("oauth_authorization_codes"), [recognised_by(&code)]);
        let access = [&first, &second].map(|tokens| recognised_by(tokens.access_token.expose()));
        assert_eq!(prefixes("oauth_access_tokens"), access);
        let refresh = [&first, &second].map(|tokens| recognised_by(refresh_token(tokens).expose()));
        assert_eq!(prefixes("oauth_refresh_tokens"), refresh);
    }

    async fn debug_output_hides_every_secret(fixture: Fixture) {
        let tokens = fixture.tokens().await;
        let session = fixture.session().await;
        let params = fixture.refresh_form(refresh_token(&tokens)).params();
        let new = NewClient { secret: ClientSecret::Chosen(CHOSEN.into()), ..client("chosen") };
        let printed = format!(
            "{tokens:?} {session:?} {new:?} {params:?} {:?} {:?}",
            fixture.server,
            fixture.server.store()
        );
        for secret in
            [&tokens.access_token, refresh_token(&tokens), &session.secret, &CHOSEN.into()]
        {
            assert!(!printed.contains(secret.expose()), "{printed}");
        }
    }

    // §5.2: error_description "MUST NOT include characters outside the set %x20-21 / %x23-5B / %x5D-7E". Each refusal
    // of `fixture.token` is held against that, and against what was presented.
    async fn a_refusal_of_the_token_endpoint_is_fit_to_be_sent_whatever_was_presented(
        fixture: Fixture,
    ) {
        let code = fixture.exchange_form("x").set("code_verifier", VERIFIER);
        let refresh = fixture.refresh_form(&"x".into()).set("scope", "read");
        for form in [code, refresh, public_exchange_form("x")] {
            for name in [
                "grant_type",
                "client_id",
                "client_secret",
                "code",
                "redirect_uri",
                "code_verifier",
                "refresh_token",
                "scope",
            ] {
                for hostile in HOSTILE {
                    fixture.token(&form.clone().set(name, hostile)).await.unwrap_err();
                }
            }
        }
    }

    async fn a_refusal_of_the_authorization_endpoint_is_fit_to_be_sent_whatever_was_asked(
        fixture: Fixture,
    ) {
        for name in ["response_type", "scope", "code_challenge", "code_challenge_method"] {
            for hostile in HOSTILE {
                fixture.refusal(&public_request().set(name, hostile)).await;
            }
        }
    }
}

/// What would show in an answer, or break out of its quotes, header or markup.
const HOSTILE: [&str; 5] = [
    "canary-canary-canary",
    "\"\\\u{fc}\u{7f}\t\r\n",
    "<script>alert(1)</script>",
    "%0d%0aSet-Cookie: a=b",
    "\u{1F980}",
];
