//! Errors as Rust's: what they display is what is sent, and their cause is for the log.

use std::error::Error;

use oauth_core::{AuthorizationError, BearerError, PageFault, StoreError, TokenError};

const CAUSE: &str = "the disk under the cupboard is full";

fn cause() -> StoreError {
    StoreError::Url(CAUSE.to_owned())
}

#[test]
fn a_refusal_displays_its_code_and_its_description() {
    let refused = TokenError::InvalidGrant("the code is unknown".into());
    assert_eq!(refused.to_string(), "invalid_grant: the code is unknown");
    let refused = BearerError::InvalidToken("the access token is unknown".into());
    assert_eq!(refused.to_string(), "invalid_token: the access token is unknown");
    assert_eq!(BearerError::MissingToken.to_string(), "this resource requires an access token");
    let refused = AuthorizationError::Page(PageFault::UnknownClient);
    assert_eq!(refused.to_string(), PageFault::UnknownClient.to_string());
}

#[test]
fn a_failure_displays_no_cause_and_keeps_it_as_its_source() {
    let failures: [Box<dyn Error>; 3] = [
        Box::new(TokenError::Server(cause())),
        Box::new(BearerError::Server(cause())),
        Box::new(AuthorizationError::Server(cause())),
    ];
    for failure in failures {
        assert!(!failure.to_string().contains(CAUSE), "{failure}");
        let source = failure.source().expect("a cause");
        assert!(source.to_string().contains(CAUSE), "{source}");
    }
}
