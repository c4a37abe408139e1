//! `response_mode`: OAuth 2.0 Multiple Response Type Encoding Practices §2.1, and Form Post Response Mode.

use super::{refusal::Refusal, response_type::ResponseType};
use crate::{Params, RedirectUri, error::AuthorizationErrorCode as Code};

/// How the answer travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ResponseMode {
    Query,
    Fragment,
    FormPost,
}

impl ResponseMode {
    /// What the request asks for. Where it asks for nothing that there is, an error goes as answers of its response type
    /// do.
    pub(super) fn of(params: &Params, redirect_uri: &RedirectUri) -> Self {
        Self::requested(params, redirect_uri).unwrap_or_else(|_| Self::by_default(params))
    }

    /// The same; what cannot be is refused. §2.1 and §5 there: what carries a token "MUST NOT" be encoded in the query,
    /// which servers and proxies keep.
    pub(super) fn requested(params: &Params, redirect_uri: &RedirectUri) -> Result<Self, Refusal> {
        let refused = |why: &'static str| Err(Refusal::new(Code::InvalidRequest, why));
        let by_default = Self::by_default(params);
        match params.get("response_mode") {
            None => Ok(by_default),
            Some("query") if by_default == Self::Fragment => {
                refused("response_mode query is not for what carries a token")
            }
            Some("query") => Ok(Self::Query),
            Some("fragment") => Ok(Self::Fragment),
            Some("form_post") if redirect_uri.takes_forms() => Ok(Self::FormPost),
            Some("form_post") => {
                refused("response_mode form_post is for redirect URIs of https and http")
            }
            Some(_) => refused("response_mode must be query, fragment or form_post"),
        }
    }

    fn by_default(params: &Params) -> Self {
        match ResponseType::of(params) {
            None | Some(ResponseType::Code) => Self::Query,
            Some(_) => Self::Fragment,
        }
    }
}
