//! A request that a client authenticates: a POST with a form, as RFC 6749 §3.2 says of the token endpoint.

use std::marker::PhantomData;

use oauth_core::{AuthorizationServer, Caller, Params, TokenError};
use poem::{Body, Request, RequestBody, Result};
use poem_openapi::{
    ApiExtractor, ApiExtractorType, ExtractParamOptions,
    registry::{MetaMediaType, MetaRequest, Registry},
    types::Type,
};

use crate::{
    OAuth,
    body::{self, Unreadable},
    request,
    response::refusal::Refusal,
};

/// Such a request as it came, with what is wrong with it as HTTP goes. `T` names its parameters, for the document.
pub(crate) struct ClientForm<T> {
    is_secure: bool,
    caller: Caller,
    read: Result<Sent, Fault>,
    parameters: PhantomData<fn() -> T>,
}

/// The header `Authorization`, and the form.
pub(crate) type Sent = (Option<String>, Params);

enum Fault {
    Token(TokenError),
    Unreadable(Unreadable),
}

impl From<TokenError> for Fault {
    fn from(error: TokenError) -> Self {
        Self::Token(error)
    }
}

impl<T> ClientForm<T> {
    pub(crate) async fn read(provider: Option<&OAuth>, request: &Request, body: Body) -> Self {
        let is_secure = provider.is_some_and(|oauth| oauth.proxies().is_secure(request));
        let caller = provider.map(|oauth| oauth.caller(request)).unwrap_or_default();
        let read = read(request, body).await;
        Self { is_secure, caller, read, parameters: PhantomData }
    }

    /// The answer of a verb of the server.
    pub(crate) async fn answer<A>(
        self,
        oauth: &OAuth,
        verb: impl AsyncFnOnce(AuthorizationServer, Sent) -> Result<A, TokenError>,
    ) -> Result<A, Refusal> {
        let server = oauth.server().asked_by(self.caller.clone());
        let answered = match self.checked(oauth) {
            // Apart, so that who is slow to send a body holds little.
            Ok(sent) => Box::pin(verb(server, sent)).await,
            Err(Fault::Token(refusal)) => {
                server.token_refused(None, &refusal);
                Err(refusal)
            }
            Err(Fault::Unreadable(fault)) => return Err(Refusal::unreadable(fault)),
        };
        answered.map_err(|refusal| Refusal::new(refusal, oauth.settings()))
    }

    fn checked(self, oauth: &OAuth) -> Result<Sent, Fault> {
        if oauth.settings().ssl_only && !self.is_secure {
            return Err(
                TokenError::InvalidRequest("this endpoint must be asked over TLS".into()).into()
            );
        }
        self.read
    }
}

async fn read(request: &Request, sent: Body) -> Result<(Option<String>, Params), Fault> {
    let invalid = |fault: &'static str| TokenError::InvalidRequest(fault.into());
    let query = request::query(request);
    query.check(CREDENTIALS).map_err(|fault| TokenError::InvalidRequest(fault.into()))?;
    if CREDENTIALS.iter().any(|name| query.get(name).is_some()) {
        return Err(invalid("client credentials must not stand in the URI (RFC 6749 2.3.1)").into());
    }
    let authorization = request::authorization(request).map_err(invalid)?;
    let form = body::form(request, sent).await.map_err(Fault::Unreadable)?;
    Ok((authorization, Params::parse(&form)))
}

/// What a URI may not carry: it is kept in logs and histories.
const CREDENTIALS: &[&str] = &["client_id", "client_secret"];

impl<'a, T: Type> ApiExtractor<'a> for ClientForm<T> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];
    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        T::register(registry);
    }

    fn request_meta() -> Option<MetaRequest> {
        let form = MetaMediaType {
            content_type: "application/x-www-form-urlencoded",
            schema: T::schema_ref(),
        };
        Some(MetaRequest { description: None, required: true, content: vec![form] })
    }

    async fn from_request(
        request: &'a Request,
        body: &mut RequestBody,
        _: ExtractParamOptions<()>,
    ) -> Result<Self> {
        Ok(Self::read(request.data::<OAuth>(), request, body.take()?).await)
    }
}
