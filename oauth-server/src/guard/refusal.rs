//! What a guard refuses, as a value, for who answers it in their own words.

use oauth_core::{BearerError, RequiredSignIn, Scopes};
use poem::{IntoResponse, Response, http::StatusCode, web::Json};
use serde_json::{Map, Value, json};

/// Why a guard refused a request: RFC 6750 §3.1. It comes to the function of
/// [`OAuthBuilder::refusal`](crate::OAuthBuilder::refusal), and stands in the error of a guard, for who catches that:
///
/// ```
/// use oauth_server::{GuardRefusal, OAuth, Scopes};
/// use poem::Request;
///
/// /// The owner of a token sees more; everybody else sees the public notes.
/// async fn may_see_all(oauth: &OAuth, request: &Request) -> bool {
///     match oauth.verify(request, &Scopes::default()).await {
///         Ok(_) => true,
///         Err(error) => {
///             let refusal = error.data::<GuardRefusal>();
///             println!("refused: {:?}", refusal.map(|refusal| &refusal.description));
///             false
///         }
///     }
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct GuardRefusal {
    /// The status of the answer: 400, 401 or 403; 408, 413 or 415 of a form that was not taken in; 500 and 503 of our own.
    pub status: StatusCode,
    /// The value of `error` in the challenge; none where no token was sent, and two that are not in the RFC's list:
    /// `temporarily_unavailable` with 503, `server_error` with 500.
    pub error: Option<&'static str>,
    /// The value of `error_description`: a sentence for the client's developer, in English.
    pub description: String,
    /// What the resource requires, or the first of its alternatives, where that is what the token lacks.
    pub scope: Option<Scopes>,
    /// How the user must have signed in, where that is what the token lacks (RFC 9470).
    pub sign_in: Option<RequiredSignIn>,
}

impl GuardRefusal {
    pub(crate) fn new(error: &BearerError, status: StatusCode) -> Self {
        let scope = match error {
            BearerError::InsufficientScope(required) => Some(required.clone()),
            _ => None,
        };
        let sign_in = match error {
            BearerError::InsufficientUserAuthentication(required) => Some(required.clone()),
            _ => None,
        };
        let description = error.description().to_owned();
        Self { status, error: error.code(), description, scope, sign_in }
    }

    /// The answer as a problem of RFC 9457, `application/problem+json`: `title` and `status` are those of HTTP, `detail` is
    /// the description, and members more are the `error` of RFC 6750 and what is required: `scope`, or `acr_values` and `max_age`. For
    /// [`OAuthBuilder::refusal`](crate::OAuthBuilder::refusal).
    #[must_use]
    pub fn problem_json(&self) -> Response {
        let title = self.status.canonical_reason().unwrap_or("Refused");
        let members = [
            ("type", Some(Value::from("about:blank"))),
            ("title", Some(Value::from(title))),
            ("status", Some(Value::from(self.status.as_u16()))),
            ("detail", Some(Value::from(self.description.as_str()))),
            ("error", self.error.map(Value::from)),
            ("scope", self.scope.as_ref().map(|scope| Value::from(scope.to_string()))),
        ];
        let sign_in = self.sign_in.as_ref();
        let acr_values = sign_in.map(|it| it.acr_values.join(" ")).filter(|acr| !acr.is_empty());
        let required = [
            ("acr_values", acr_values.map(Value::from)),
            ("max_age", sign_in.and_then(|it| it.max_age).map(Value::from)),
        ];
        let members = members.into_iter().chain(required);
        let present = members.filter_map(|(name, value)| Some((name.to_owned(), value?)));
        let problem: Map<String, Value> = present.collect();
        Json(problem).with_content_type("application/problem+json").into_response()
    }

    /// What RFC 6750 §3 has in mind: the challenge's words again.
    pub(crate) fn json(&self) -> Response {
        let body = match self.error {
            Some(code) => json!({ "error": code, "error_description": self.description }),
            None => json!({ "message": self.description }),
        };
        Json(body).into_response()
    }
}
