//! The endpoints that programs call, with their place in the OpenAPI document.

use poem::{Body, Request, web::Data};
use poem_openapi::{OpenApi, Tags, param::Path};

use super::{
    client_form::ClientForm,
    device_authorization::{self, DeviceRequest, DeviceResponse},
    introspection::{self, IntrospectionRequest, IntrospectionResponse},
    pushed::{self, PushedRequest, PushedResponse},
    registration::{
        self,
        documented::{Document, Presented, Told},
        metadata::{ClientMetadata, ClientUpdate},
    },
    revocation::{self, RevocationRequest, RevocationResponse},
    token::{self, TokenRequest},
    userinfo::{self, OpenId, UserInfoResponse},
};
use crate::{
    InHeaderOrBody, OAuth, Secured,
    response::{refusal::Refusal, token::TokenResponse},
};

/// The endpoints at which clients authenticate: tokens at `/oauth2/token` (RFC 6749 §3.2), what they give back at
/// `/oauth2/revoke` (RFC 7009), what a token is worth at `/oauth2/introspect` (RFC 7662), and what they push at
/// `/oauth2/par` (RFC 9126), and devices at `/oauth2/device_authorization` (RFC 8628). Where they are on there are `/oauth2/userinfo` (OpenID Connect Core §5.3), too,
/// and `/oauth2/register` (RFC 7591) with what is below it (RFC 7592).
///
/// ```no_run
/// use oauth_server::{OAuth, OAuthApi};
/// use poem::Route;
/// use poem_openapi::OpenApiService;
///
/// fn urls(oauth: &OAuth) -> Route {
///     let service = OpenApiService::new(oauth.document(OAuthApi), "Notes", "1.0");
///     Route::new().nest_no_strip("/oauth2", service)
/// }
/// ```
#[derive(Debug, Clone, Copy)]
pub struct OAuthApi;

#[derive(Tags)]
enum Tag {
    /// RFC 6749
    #[oai(rename = "OAuth 2.0")]
    OAuth,
}

#[OpenApi]
impl OAuthApi {
    /// Trade a grant for tokens
    ///
    /// RFC 6749 section 3.2. A confidential client authenticates with HTTP Basic, or with `client_id` and
    /// `client_secret` in the body; a public client sends its `client_id` alone. Parameters that are not named here are
    /// ignored; none may be repeated. A client that is registered for token exchange (RFC 8693) gets an access token for
    /// one that it was called with.
    #[oai(path = "/oauth2/token", method = "post", operation_id = "token", tag = "Tag::OAuth")]
    async fn token(
        &self,
        request: &Request,
        oauth: Data<&OAuth>,
        form: ClientForm<TokenRequest>,
    ) -> Result<TokenResponse, Refusal> {
        token::token(oauth.0, request, form).await
    }

    /// Give back a token
    ///
    /// RFC 7009. A refresh token takes along every token of its authorization, an access token goes alone. The client
    /// authenticates as for tokens. A token that is unknown or over is no error.
    #[oai(path = "/oauth2/revoke", method = "post", operation_id = "revoke", tag = "Tag::OAuth")]
    async fn revoke(
        &self,
        oauth: Data<&OAuth>,
        form: ClientForm<RevocationRequest>,
    ) -> Result<RevocationResponse, Refusal> {
        revocation::revoke(oauth.0, form).await
    }

    /// Say what a token is worth
    ///
    /// RFC 7662, for resource servers. Only a client with a secret may ask: for its own tokens, and for access tokens of
    /// the resources that its registration names. Every other token is not active.
    #[oai(
        path = "/oauth2/introspect",
        method = "post",
        operation_id = "introspect",
        tag = "Tag::OAuth"
    )]
    async fn introspect(
        &self,
        oauth: Data<&OAuth>,
        form: ClientForm<IntrospectionRequest>,
    ) -> Result<IntrospectionResponse, Refusal> {
        introspection::introspect(oauth.0, form).await
    }

    /// Push an authorization request
    ///
    /// RFC 9126. What the browser would have brought to the authorization endpoint comes here first, from the client
    /// itself, and is judged at once. The browser then brings `client_id` and the `request_uri` of the answer, once.
    /// `resource` alone may be repeated (RFC 8707).
    #[oai(path = "/oauth2/par", method = "post", operation_id = "push", tag = "Tag::OAuth")]
    async fn push(
        &self,
        oauth: Data<&OAuth>,
        form: ClientForm<PushedRequest>,
    ) -> Result<PushedResponse, Refusal> {
        pushed::push(oauth.0, form).await
    }

    /// Ask for a device
    ///
    /// RFC 8628. A device without a browser shows its user the code of the answer, and polls the token endpoint with the
    /// other one: with the grant `urn:ietf:params:oauth:grant-type:device_code`. `resource` alone may be repeated (RFC 8707).
    #[oai(
        path = "/oauth2/device_authorization",
        method = "post",
        operation_id = "authorize_device",
        tag = "Tag::OAuth"
    )]
    async fn authorize_device(
        &self,
        request: &Request,
        oauth: Data<&OAuth>,
        form: ClientForm<DeviceRequest>,
    ) -> Result<DeviceResponse, Refusal> {
        device_authorization::authorize_device(oauth.0, request, form).await
    }

    /// Tell who the user is
    ///
    /// OpenID Connect Core section 5.3. What the client of an access token with the scope `openid` may know of the user who
    /// granted it: the claims of its scopes, and those that it asked for one by one.
    #[oai(path = "/oauth2/userinfo", method = "get", operation_id = "userinfo", tag = "Tag::OAuth")]
    async fn userinfo(
        &self,
        oauth: Data<&OAuth>,
        token: Secured<OpenId, InHeaderOrBody>,
    ) -> poem::Result<UserInfoResponse> {
        userinfo::userinfo(oauth.0, &token).await
    }

    /// Tell who the user is, by POST
    ///
    /// The same; the token may also stand in a form.
    #[oai(
        path = "/oauth2/userinfo",
        method = "post",
        operation_id = "userinfo_by_post",
        tag = "Tag::OAuth"
    )]
    async fn userinfo_by_post(
        &self,
        oauth: Data<&OAuth>,
        token: Secured<OpenId, InHeaderOrBody>,
    ) -> poem::Result<UserInfoResponse> {
        userinfo::userinfo(oauth.0, &token).await
    }

    /// Register a client
    ///
    /// RFC 7591. A client that nobody here knows says what it is. What it may not set is left out of the answer, which has
    /// its secret once, if it has one, and where it manages its registration.
    #[oai(
        path = "/oauth2/register",
        method = "post",
        operation_id = "register",
        tag = "Tag::OAuth"
    )]
    async fn register(
        &self,
        request: &Request,
        to: Presented<'_, true>,
        metadata: Document<ClientMetadata>,
    ) -> Told<201> {
        Told(registration::answer(to.0, request, None, metadata.0).await)
    }

    /// Read a registration
    ///
    /// RFC 7592 section 2.1.
    #[oai(
        path = "/oauth2/register/:client_id",
        method = "get",
        operation_id = "read_registration",
        tag = "Tag::OAuth"
    )]
    async fn read_registration(
        &self,
        request: &Request,
        to: Presented<'_, false>,
        client_id: Path<String>,
    ) -> Told<200> {
        Told(registration::answer(to.0, request, Some(&client_id), Body::empty()).await)
    }

    /// Replace a registration
    ///
    /// RFC 7592 section 2.2. What is left out is no longer so; what staff set beside it stays.
    #[oai(
        path = "/oauth2/register/:client_id",
        method = "put",
        operation_id = "replace_registration",
        tag = "Tag::OAuth"
    )]
    async fn replace_registration(
        &self,
        request: &Request,
        to: Presented<'_, false>,
        client_id: Path<String>,
        metadata: Document<ClientUpdate>,
    ) -> Told<200> {
        Told(registration::answer(to.0, request, Some(&client_id), metadata.0).await)
    }

    /// Delete a client
    ///
    /// RFC 7592 section 2.3. Its tokens are dead with it.
    #[oai(
        path = "/oauth2/register/:client_id",
        method = "delete",
        operation_id = "delete_registration",
        tag = "Tag::OAuth"
    )]
    async fn delete_registration(
        &self,
        request: &Request,
        to: Presented<'_, false>,
        client_id: Path<String>,
    ) -> Told<204> {
        Told(registration::answer(to.0, request, Some(&client_id), Body::empty()).await)
    }
}
