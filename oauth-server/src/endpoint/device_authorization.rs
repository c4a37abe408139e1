//! Where a device asks: RFC 8628 §3.1, §3.2.

use oauth_core::AuthorizationServer;
use poem::{Request, http::header};
use poem_openapi::{ApiResponse, Object, payload::Json};

use super::client_form::{ClientForm, Sent};
use crate::{OAuth, response::refusal::Refusal};

/// The parameters: RFC 8628 §3.1, and the client's credentials.
#[derive(Object)]
#[oai(rename = "DeviceAuthorizationRequest")]
pub(super) struct DeviceRequest {
    /// The client, where it does not use HTTP Basic.
    client_id: Option<String>,
    /// The client's secret, where it does not use HTTP Basic and is not public.
    client_secret: Option<String>,
    /// Separated by spaces.
    scope: Option<String>,
    /// What the tokens shall be for (RFC 8707); up to 8, each as a parameter of this name. The server's own API without.
    resource: Option<Vec<String>>,
}

/// RFC 8628 §3.2.
#[derive(Debug, Object)]
#[oai(rename = "DeviceAuthorizationResponse")]
pub(super) struct DeviceBody {
    /// What the device polls the token endpoint with, and shows nobody.
    device_code: String,
    /// What its user types at `verification_uri`.
    user_code: String,
    /// Where its user goes.
    verification_uri: String,
    /// The same with the code in it: for a QR code, or a link. The user compares the code all the same.
    verification_uri_complete: String,
    /// Seconds until both codes are over.
    expires_in: i64,
    /// Seconds between two polls.
    interval: i64,
}

/// The device waits for its user.
#[derive(ApiResponse)]
pub(super) enum DeviceResponse {
    /// The device waits for its user.
    #[oai(status = 200)]
    Waits(Json<DeviceBody>, #[oai(header = "Cache-Control")] String),
}

/// Gives a device its codes, and says where its user goes.
pub(super) async fn authorize_device(
    oauth: &OAuth,
    request: &Request,
    form: ClientForm<DeviceRequest>,
) -> Result<DeviceResponse, Refusal> {
    let user_agent = request.header(header::USER_AGENT);
    let ask = async |server: AuthorizationServer, (authorization, params): Sent| {
        server.authorize_device(authorization.as_deref(), &params, user_agent).await
    };
    let device = form.answer(oauth, ask).await?;
    let verification_uri = oauth.url(|addresses| &addresses.device);
    let body = DeviceBody {
        device_code: device.device_code.expose().to_owned(),
        verification_uri_complete: format!("{verification_uri}?user_code={}", device.user_code),
        user_code: device.user_code,
        verification_uri,
        expires_in: device.expires_in,
        interval: device.interval,
    };
    Ok(DeviceResponse::Waits(Json(body), "no-store".to_owned()))
}
