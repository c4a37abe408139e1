//! A guard as poem-openapi sees it.

use std::{
    collections::HashSet,
    ops::Deref,
    pin::Pin,
    sync::{Mutex, OnceLock, PoisonError},
};

use poem::{FromRequest, Request, RequestBody};
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};

use super::{Access, Guard};
use crate::{InHeader, ScopeSet, openapi::SCHEME};

/// [`Access`] for a poem-openapi operation: the same check, and shown in the document.
///
/// ```
/// use oauth_server::{Secured, scope};
/// use poem_openapi::{OpenApi, payload::PlainText};
///
/// scope! { pub UserInfo = "user_info", "Access basic information about the user." }
///
/// struct Api;
///
/// #[OpenApi]
/// impl Api {
///     /// Who the token acts for.
///     #[oai(path = "/whoami", method = "get")]
///     async fn whoami(&self, token: Secured<UserInfo>) -> PlainText<String> {
///         PlainText(token.client_id.clone())
///     }
/// }
/// ```
pub type Secured<S, P = InHeader> = Shown<Access<S, P>>;

/// A guard for a poem-openapi operation: the same check, and shown in the document. poem-openapi takes a plain poem
/// extractor, too, but shows nothing of it.
///
/// So an extractor of your own that goes through a guard keeps its security in the document:
///
/// ```
/// use oauth_server::{Access, Guard, Shown, scope};
/// use poem::{FromRequest, Request, RequestBody, Result};
/// use poem_openapi::{OpenApi, payload::PlainText};
///
/// scope! { pub ReadNotes = "notes:read", "Read your notes." }
///
/// /// The notebook that a token opens.
/// struct Notebook {
///     of: String,
/// }
///
/// impl<'a> FromRequest<'a> for Notebook {
///     async fn from_request(request: &'a Request, body: &mut RequestBody) -> Result<Self> {
///         let token = Access::<ReadNotes>::from_request(request, body).await?;
///         Ok(Self { of: token.subject.clone().unwrap_or_default() })
///     }
/// }
///
/// impl Guard for Notebook {
///     type Scopes = ReadNotes;
/// }
///
/// struct Api;
///
/// #[OpenApi]
/// impl Api {
///     /// Whose notes these are.
///     #[oai(path = "/notes/owner", method = "get")]
///     async fn owner(&self, notebook: Shown<Notebook>) -> PlainText<String> {
///         PlainText(notebook.of.clone())
///     }
/// }
/// ```
#[derive(Debug, Clone)]
pub struct Shown<G>(pub G);

impl<G> Deref for Shown<G> {
    type Target = G;

    fn deref(&self) -> &G {
        &self.0
    }
}

impl<'a, G: Guard + FromRequest<'a>> ApiExtractor<'a> for Shown<G> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::SecurityScheme];
    type ParamType = ();
    type ParamRawType = ();

    /// One requirement for each alternative. poem-openapi has room for a scheme's name here, and none for its scopes:
    /// both go in one text, which [`Document`](crate::Document) takes apart again.
    fn security_schemes() -> Vec<&'static str> {
        let packed = |names: &&[&str]| interned(&[&[SCHEME], *names].concat().join(" "));
        <G::Scopes as ScopeSet>::ALTERNATIVES.iter().map(packed).collect()
    }

    async fn from_request(
        request: &'a Request,
        body: &mut RequestBody,
        _options: ExtractParamOptions<()>,
    ) -> poem::Result<Self> {
        // In a box, as poem-openapi has its own: the compiler does not see through a future of any lifetime else
        // (https://github.com/rust-lang/rust/issues/100013).
        let admitted: Pin<Box<dyn Future<Output = poem::Result<G>> + Send + '_>> =
            Box::pin(<G as FromRequest>::from_request(request, body));
        admitted.await.map(Self)
    }
}

/// Each text once for the life of the program: there are as many as there are guards.
fn interned(text: &str) -> &'static str {
    static KNOWN: OnceLock<Mutex<HashSet<&'static str>>> = OnceLock::new();
    let mut known =
        KNOWN.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(same) = known.get(text) {
        return same;
    }
    let leaked: &'static str = Box::leak(text.to_owned().into_boxed_str());
    known.insert(leaked);
    leaked
}
