//! `client_secret_basic`: RFC 6749 §2.3.1, RFC 7617.

use base64::{Engine, engine::general_purpose::STANDARD};

use super::{Credentials, with_hint};
use crate::{
    error::TokenError::{self, InvalidClient, InvalidRequest},
    params,
};

/// The credentials of an `Authorization` header. Both are form-urlencoded inside (§2.3.1). An empty secret is none.
pub(super) fn credentials(authorization: &str) -> Result<Credentials, TokenError> {
    let malformed = || InvalidRequest(MALFORMED.into());
    let (scheme, value) = authorization.trim().split_once(' ').ok_or_else(malformed)?;
    if !scheme.eq_ignore_ascii_case("Basic") {
        return Err(InvalidClient(
            "the token endpoint authenticates clients with the scheme Basic".into(),
        ));
    }
    let decoded = STANDARD.decode(value.trim()).map_err(|_| malformed())?;
    let colon = decoded.iter().position(|&byte| byte == b':').ok_or_else(malformed)?;
    let (client_id, secret) = decoded.split_at(colon);
    let secret = secret.strip_prefix(b":").unwrap_or_default();

    let may_be_raw = decoded.iter().any(|byte| b"+%".contains(byte));
    let text = |encoded: &[u8]| {
        let text = params::decode(encoded).filter(|text| !text.contains('\0'));
        text.ok_or_else(|| InvalidRequest(with_hint(MALFORMED, may_be_raw)))
    };
    let (client_id, secret) = (text(client_id)?, text(secret)?);
    if client_id.is_empty() {
        return Err(malformed());
    }
    let secret = (!secret.is_empty()).then(|| secret.as_str().into());
    Ok(Credentials { client_id, secret, may_be_raw })
}

const MALFORMED: &str = "the Authorization header must be Basic base64(client_id:client_secret)";

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(pair: &str) -> (String, Option<String>) {
        let credentials = credentials(&format!("Basic {}", STANDARD.encode(pair))).unwrap();
        (credentials.client_id, credentials.secret.map(|secret| secret.expose().to_owned()))
    }

    #[test]
    fn id_and_secret_are_form_urldecoded_as_rfc_6749_section_2_3_1_says() {
        assert_eq!(decoded("a%3Ab:c%2Fd+e"), ("a:b".to_owned(), Some("c/d e".to_owned())));
        assert_eq!(decoded("id:sec:ret"), ("id".to_owned(), Some("sec:ret".to_owned())));
        assert_eq!(decoded("id:"), ("id".to_owned(), None));
    }

    #[test]
    fn a_malformed_header_is_invalid_request_and_another_scheme_is_invalid_client() {
        for header in [
            "",
            "INVALID",
            "Basic",
            "Basic ",
            "Basic !!!",
            "Basic aWQ=",
            "Basic OnNlY3JldA==",
            "Basic JWZmOmE=",
        ] {
            assert!(matches!(credentials(header), Err(InvalidRequest(_))), "{header}");
        }
        assert!(matches!(credentials("Bearer aWQ6c2VjcmV0"), Err(InvalidClient(_))));
        assert!(
            credentials("basic aWQ6c2VjcmV0").is_ok(),
            "the scheme is case-insensitive (RFC 9110 section 11.1)"
        );
    }
}
