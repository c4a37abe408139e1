//! The crate openidconnect logs a user in: discovery, code with PKCE and nonce, the ID token, userinfo, refresh,
//! RP-initiated logout.

mod user;

use std::error::Error;

use openidconnect::{
    AccessTokenHash, AuthenticationFlow, AuthorizationCode, ClientId, ClientSecret, CsrfToken,
    HttpRequest, HttpResponse, IssuerUrl, LogoutRequest, Nonce, OAuth2TokenResponse,
    PkceCodeChallenge, PostLogoutRedirectUrl, ProviderMetadataWithLogout, RedirectUrl, Scope,
    TokenResponse,
    core::{CoreClient, CoreResponseType, CoreUserInfoClaims},
};

use crate::user::{agent, allow};

type Failed = Box<dyn Error>;

const REDIRECT_URI: &str = "http://localhost:1111";

fn main() -> Result<(), Failed> {
    let issuer = std::env::args().nth(1).ok_or("the URL of the issuer is missing")?;
    let browser = agent();
    let metadata = ProviderMetadataWithLogout::discover(&IssuerUrl::new(issuer)?, &send)?;
    let end_session = metadata.additional_metadata().end_session_endpoint.clone();
    let client = CoreClient::from_provider_metadata(
        metadata,
        ClientId::new("example-login".to_owned()),
        Some(ClientSecret::new("example-login-secret".to_owned())),
    )
    .set_redirect_uri(RedirectUrl::new(REDIRECT_URI.to_owned())?);
    expect(true, "discovery, and the keys of the server")?;

    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let flow = AuthenticationFlow::<CoreResponseType>::AuthorizationCode;
    let (url, state, nonce) = client
        .authorize_url(flow, CsrfToken::new_random, Nonce::new_random)
        .add_scopes(["profile", "email", "offline_access"].map(str::to_owned).map(Scope::new))
        .set_pkce_challenge(challenge)
        .url();
    let answer = allow(&browser, url, Some(REDIRECT_URI))?;
    let parameter =
        |name| answer.query_pairs().find(|(of, _)| of == name).map(|(_, value)| value.into_owned());
    expect(parameter("state").as_ref() == Some(state.secret()), "the answer has the state")?;

    let code = AuthorizationCode::new(parameter("code").ok_or("the answer has no code")?);
    let first = client.exchange_code(code)?.set_pkce_verifier(verifier).request(&send)?;
    let id_token = first.id_token().ok_or("the response has no ID token")?;
    let keys = client.id_token_verifier();
    let claims = id_token.claims(&keys, &nonce)?;
    expect(claims.auth_time().is_some(), "code with PKCE and nonce, and an ID token")?;
    let hash = AccessTokenHash::from_token(
        first.access_token(),
        id_token.signing_alg()?,
        id_token.signing_key(&keys)?,
    )?;
    expect(claims.access_token_hash() == Some(&hash), "the hash of the access token is in it")?;

    let subject = claims.subject();
    let user: CoreUserInfoClaims =
        client.user_info(first.access_token().clone(), Some(subject.clone()))?.request(&send)?;
    let email = user.email().map(|email| email.as_str());
    expect(email == Some("exampleuser@example.com"), "userinfo")?;

    let refresh_token = first.refresh_token().ok_or("the response has no refresh token")?;
    let second = client.exchange_refresh_token(refresh_token)?.request(&send)?;
    let id_token = second.id_token().ok_or("the second response has no ID token")?;
    let again = id_token.claims(&keys, |_: Option<&Nonce>| Ok(()))?;
    expect(again.subject() == subject, "refresh, with an ID token of the same user")?;

    let farewell = format!("{REDIRECT_URI}/bye");
    let goodbye = LogoutRequest::from(end_session.ok_or("discovery names no logout endpoint")?)
        .set_id_token_hint(id_token)
        .set_post_logout_redirect_uri(PostLogoutRedirectUrl::new(farewell.clone())?)
        .set_state(state.clone());
    let bye = browser.get(goodbye.http_get_url().as_str()).call()?;
    let back = bye.headers().get("location").and_then(|location| location.to_str().ok());
    expect(
        back == Some(&format!("{farewell}?state={}", state.secret())),
        "logout at the provider, and back with the state (RP-initiated)",
    )
}

/// Prints the step that is proved, or fails with it.
fn expect(held: bool, what: &str) -> Result<(), Failed> {
    if !held {
        return Err(format!("not so: {what}").into());
    }
    println!("  {what}");
    Ok(())
}

/// The HTTP client that the crate is given.
fn send(request: HttpRequest) -> Result<HttpResponse, ureq::Error> {
    let (parts, mut body) = agent().run(request)?.into_parts();
    Ok(HttpResponse::from_parts(parts, body.read_to_vec()?))
}
