//! The page that asks the user of a device: RFC 8628 §3.3, §5.4.

use oauth_core::{DeviceRequest, Timestamp};
use poem::{Request, Response};
use serde::Serialize;
use time::OffsetDateTime;
use url::form_urlencoded::byte_serialize;

use crate::{
    OAuth, Page, ResourceOwner,
    csrf::FormToken,
    endpoint::authorization::consent::{Client, Scope, resources},
    pages::HiddenField,
};

#[derive(Serialize)]
struct Context<'a> {
    client: Client<'a>,
    user_code: &'a str,
    scopes: Vec<Scope<'a>>,
    resources: Vec<String>,
    asked_at: String,
    address: Option<&'a str>,
    user_agent: Option<&'a str>,
    user: &'a str,
    switch_user: Option<String>,
    form_action: String,
    form: [HiddenField; 2],
}

pub(super) fn page(
    oauth: &OAuth,
    http: &Request,
    device: &DeviceRequest,
    owner: &ResourceOwner,
) -> Response {
    let token = FormToken::new(oauth, http, Some(&owner.subject));
    let here = oauth.place().asked_for(http);
    let again = format!("{here}?user_code={}", device.user_code());
    let next = byte_serialize(again.as_bytes()).collect::<String>();
    let user_code = HiddenField { name: "user_code", value: device.user_code().to_owned() };
    let context = Context {
        client: Client::of(device.client()),
        user_code: device.user_code(),
        scopes: Scope::all(device.scopes(), oauth.pages().messages()),
        resources: resources(oauth, device.resources()),
        asked_at: minute(device.asked_at()),
        address: device.address(),
        user_agent: device.user_agent(),
        user: &owner.name,
        switch_user: oauth.users().switch_url(http, &next),
        form_action: here,
        form: [token.field(), user_code],
    };
    let page = Page::new("device_authorize", &context).images_from_clients().render(oauth);
    token.keep(oauth, page)
}

/// In UTC: `2026-11-22 10:15`.
fn minute(time: Timestamp) -> String {
    OffsetDateTime::from_unix_timestamp(time).map_or_else(
        |_| String::new(),
        |time| format!("{} {:02}:{:02}", time.date(), time.hour(), time.minute()),
    )
}
