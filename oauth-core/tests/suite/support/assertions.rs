//! What the claims assert, in words of the protocol.

use oauth_core::{
    AuthorizationError, AuthorizationErrorCode, PageFault, Secret, TokenError, Tokens,
};

use super::{Fixture, Form, Redirect, is_description, scopes};

/// A refusal that is answered at the client.
pub(crate) struct Refusal {
    pub(crate) location: String,
    pub(crate) code: AuthorizationErrorCode,
    pub(crate) description: String,
}

impl Fixture {
    /// The refusal of a request, where it is answered on a page.
    pub(crate) async fn page(&self, request: &Form) -> PageFault {
        match self.judge(request).await {
            Err(AuthorizationError::Page(fault)) => fault,
            other => panic!("{}: no page, but {other:?}", request.encoded()),
        }
    }

    /// The refusal of a request, where it is answered at the client.
    pub(crate) async fn refusal(&self, request: &Form) -> Refusal {
        match self.judge(request).await {
            Err(AuthorizationError::Client { response: location, code, description, .. }) => {
                assert_fit_to_be_sent(&description, request);
                let location = location.location().to_owned();
                Refusal { location, code, description: description.into_owned() }
            }
            other => panic!("{}: not answered at the client, but {other:?}", request.encoded()),
        }
    }

    /// Whether the token admits to a resource for `read`.
    pub(crate) async fn is_live(&self, access_token: &Secret) -> bool {
        self.server.verify(access_token.expose(), &scopes("read")).await.is_ok()
    }
}

/// That a token request was refused with this code, for a reason that says so.
#[track_caller]
pub(crate) fn assert_refused(answer: Result<Tokens, TokenError>, code: &str, reason: &str) {
    match answer {
        Ok(_) => panic!("answered, not refused with {code} ({reason})"),
        Err(refusal) => {
            assert_eq!(refusal.code(), code, "{refusal:?}");
            assert!(refusal.description().contains(reason), "not for {reason:?}: {refusal:?}");
        }
    }
}

pub(crate) async fn assert_live(fixture: &Fixture, tokens: &Tokens) {
    assert!(fixture.is_live(&tokens.access_token).await, "the access token should be live");
}

/// That the tokens are of no use any more.
pub(crate) async fn assert_dead(fixture: &Fixture, tokens: &Tokens) {
    assert!(!fixture.is_live(&tokens.access_token).await, "the access token should be dead");
    if let Some(refresh_token) = &tokens.refresh_token {
        assert_refused(fixture.refresh(refresh_token).await, "invalid_grant", "revoked");
    }
}

/// Every refusal that a test meets is held against the characters that the RFC allows, and against what was presented.
#[track_caller]
pub(super) fn assert_fit_to_be_sent(description: &str, request: &Form) {
    assert!(is_description(description), "{description:?}");
    for secret in ["client_secret", "code", "code_verifier", "refresh_token", "subject_token"] {
        let presented = request.get(secret).filter(|presented| presented.len() > 8);
        let echoed = presented.is_some_and(|presented| description.contains(presented));
        assert!(!echoed, "the description echoes {secret}: {description}");
    }
}
