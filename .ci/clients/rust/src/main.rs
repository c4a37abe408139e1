//! The crate oauth2: code with PKCE, refresh, introspection, revocation; the grant of devices.

mod user;

use std::{error::Error, thread};

use oauth2::{
    AccessToken, AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken,
    DeviceAuthorizationUrl, HttpRequest, HttpResponse, IntrospectionUrl, PkceCodeChallenge,
    RedirectUrl, RefreshToken, RequestTokenError, RevocationUrl, Scope,
    StandardDeviceAuthorizationResponse, TokenIntrospectionResponse, TokenResponse, TokenUrl,
    basic::{BasicClient, BasicErrorResponseType, BasicTokenResponse},
};

use crate::user::{agent, allow};

type Failed = Box<dyn Error>;

const REDIRECT_URI: &str = "http://localhost:1111";

fn main() -> Result<(), Failed> {
    let issuer = std::env::args().nth(1).ok_or("the URL of the issuer is missing")?;
    let client = BasicClient::new(ClientId::new("be6f31235c6118273918c4c70f6768".to_owned()))
        .set_client_secret(ClientSecret::new("89dcee4e6fe655377a19944c2bee9b".to_owned()))
        .set_auth_uri(AuthUrl::new(format!("{issuer}/oauth2/authorization/"))?)
        .set_token_uri(TokenUrl::new(format!("{issuer}/oauth2/token/"))?)
        .set_redirect_uri(RedirectUrl::new(REDIRECT_URI.to_owned())?)
        // The crate revokes over https only: `send` takes that back, as a proxy in front would.
        .set_revocation_url(RevocationUrl::new(
            format!("{issuer}/oauth2/revoke/").replacen("http:", "https:", 1),
        )?);

    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (url, state) = client
        .authorize_url(CsrfToken::new_random)
        .add_scope(Scope::new("user_info".to_owned()))
        .set_pkce_challenge(challenge)
        .url();
    let answer = allow(&agent(), url, Some(REDIRECT_URI))?;
    let parameter =
        |name| answer.query_pairs().find(|(of, _)| of == name).map(|(_, value)| value.into_owned());
    expect(parameter("state").as_ref() == Some(state.secret()), "the answer has the state")?;

    let code = AuthorizationCode::new(parameter("code").ok_or("the answer has no code")?);
    let first = client.exchange_code(code).set_pkce_verifier(verifier).request(&send)?;
    expect(!first.access_token().secret().is_empty(), "code with PKCE")?;
    expect(
        user_of(&issuer, first.access_token())? == "exampleuser",
        "the guarded API takes the token",
    )?;

    let second = client.exchange_refresh_token(refresh_token(&first)?).request(&send)?;
    expect(second.access_token().secret() != first.access_token().secret(), "refresh")?;
    expect(is_active(&issuer, second.access_token())?, "introspection by the resource server")?;

    client.revoke_token(refresh_token(&second)?.into())?.request(&send)?;
    expect(
        !is_active(&issuer, second.access_token())?,
        "revocation, and the access token ends too",
    )?;

    let refused = match client.exchange_refresh_token(refresh_token(&second)?).request(&send) {
        Err(RequestTokenError::ServerResponse(refused)) => refused,
        other => {
            return Err(format!("not so: a revoked refresh token is refused: {other:?}").into());
        }
    };
    let invalid_grant = *refused.error() == BasicErrorResponseType::InvalidGrant;
    expect(invalid_grant, "a revoked refresh token is refused as invalid_grant")?;
    device(&issuer)
}

/// A device without a browser, whose user says yes elsewhere.
fn device(issuer: &str) -> Result<(), Failed> {
    let asking = format!("{issuer}/oauth2/device_authorization/");
    let client = BasicClient::new(ClientId::new("example-device".to_owned()))
        .set_token_uri(TokenUrl::new(format!("{issuer}/oauth2/token/"))?)
        .set_device_authorization_url(DeviceAuthorizationUrl::new(asking)?);
    let codes: StandardDeviceAuthorizationResponse = client
        .exchange_device_code()
        .add_scope(Scope::new("user_info".to_owned()))
        .request(&send)?;
    let link = codes.verification_uri_complete().ok_or("the answer has no complete link")?;
    allow(&agent(), link.secret().parse()?, None)?;
    let tokens = client.exchange_device_access_token(&codes).request(&send, thread::sleep, None)?;
    expect(
        user_of(issuer, tokens.access_token())? == "exampleuser",
        "a device gets tokens once its user has said yes",
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

fn refresh_token(response: &BasicTokenResponse) -> Result<&RefreshToken, Failed> {
    response.refresh_token().ok_or_else(|| "the response has no refresh token".into())
}

/// Who the guarded API says that the token acts for.
fn user_of(issuer: &str, token: &AccessToken) -> Result<String, Failed> {
    let authorization = format!("Bearer {}", token.secret());
    let url = format!("{issuer}/api/user_info/");
    let answer = agent()
        .get(url)
        .header("authorization", authorization)
        .call()?
        .body_mut()
        .read_to_string()?;
    let answer: serde_json::Value = serde_json::from_str(&answer)?;
    Ok(answer["username"].as_str().unwrap_or_default().to_owned())
}

/// What the resource server is told of the token.
fn is_active(issuer: &str, token: &AccessToken) -> Result<bool, Failed> {
    let resource_server = BasicClient::new(ClientId::new("example-resource-server".to_owned()))
        .set_client_secret(ClientSecret::new("example-resource-server-secret".to_owned()))
        .set_introspection_url(IntrospectionUrl::new(format!("{issuer}/oauth2/introspect/"))?);
    Ok(resource_server.introspect(token).request(&send)?.active())
}

/// The HTTP client that the crate is given.
fn send(request: HttpRequest) -> Result<HttpResponse, ureq::Error> {
    let (mut parts, body) = request.into_parts();
    parts.uri = parts
        .uri
        .to_string()
        .replacen("https:", "http:", 1)
        .parse()
        .map_err(ureq::http::Error::from)?;
    let (parts, mut body) = agent().run(HttpRequest::from_parts(parts, body))?.into_parts();
    Ok(HttpResponse::from_parts(parts, body.read_to_vec()?))
}
