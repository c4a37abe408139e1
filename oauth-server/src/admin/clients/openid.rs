//! What a client says of itself for OpenID Connect, in a section of its form and of its page. Where that is off neither is
//! shown, and a change of the client keeps all of it.

use oauth_core::{IdTokenResponse, OpenIdMetadata, SigningAlgorithm, SubjectType};
use serde_json::{Value, json};

use super::form::{choices, words};
use crate::admin::{
    field::{Choice, Field, Kind},
    form::Form,
    sent::Sent,
};

pub(super) const FIELDS: [Field; 11] = [
    Field::new("response_types", Kind::Choice),
    Field::new("id_token_signed_response_alg", Kind::Choice),
    Field::new("userinfo_signed_response_alg", Kind::Choice),
    Field::new("subject_type", Kind::Check),
    Field::new("sector_identifier_uri", Kind::Line),
    Field::new("default_max_age", Kind::Line),
    Field::new("require_auth_time", Kind::Check),
    Field::new("default_acr_values", Kind::Line),
    Field::new("post_logout_redirect_uris", Kind::Lines),
    Field::new("backchannel_logout_uri", Kind::Line),
    Field::new("backchannel_logout_session_required", Kind::Check),
];

pub(super) fn offer(form: &mut Form<'_>) {
    let algorithms = || SigningAlgorithm::ALL.map(SigningAlgorithm::as_str).map(Choice::named);
    form.offer("response_types", choices(IdTokenResponse::ALL.map(IdTokenResponse::as_str)));
    form.offer("id_token_signed_response_alg", algorithms().into());
    let unsigned = choices([NOT_SIGNED]).into_iter();
    form.offer("userinfo_signed_response_alg", unsigned.chain(algorithms()).collect());
}

/// With what a browser would send that changed nothing.
pub(super) fn begun(sent: Sent, openid: &OpenIdMetadata) -> Sent {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let userinfo = openid.userinfo_signed_response_alg.map_or(NOT_SIGNED, SigningAlgorithm::as_str);
    let max_age = openid.default_max_age.map(|seconds| seconds.to_string());
    let session_required = openid.backchannel_logout_session_required;
    sent.with_each("response_types", openid.response_types.iter().map(|one| one.as_str()))
        .with("id_token_signed_response_alg", of_id_tokens(openid).as_str())
        .with("userinfo_signed_response_alg", userinfo)
        .with_check("subject_type", openid.subject_type == SubjectType::Pairwise)
        .with("sector_identifier_uri", text(&openid.sector_identifier_uri))
        .with("default_max_age", text(&max_age))
        .with_check("require_auth_time", openid.require_auth_time)
        .with("default_acr_values", openid.default_acr_values.join(" "))
        .with("post_logout_redirect_uris", openid.post_logout_redirect_uris.join("\n"))
        .with("backchannel_logout_uri", text(&openid.backchannel_logout_uri))
        .with_check("backchannel_logout_session_required", session_required)
}

/// What the form says in place of what the client has; what cannot be read is said in the form.
pub(super) fn described(form: &mut Form<'_>, old: &OpenIdMetadata) -> OpenIdMetadata {
    let default_max_age = form.sent.optional("default_max_age").and_then(|text| {
        let seconds = text.parse().ok();
        if seconds.is_none() {
            form.wrong("default_max_age", "must be a number of seconds");
        }
        seconds
    });
    let sent = &form.sent;
    let algorithm = |name| sent.raw(name).parse::<SigningAlgorithm>().ok();
    let of_id_token = algorithm("id_token_signed_response_alg");
    // Who says nothing of it and who says the default mean the same: none is put in place of the other.
    let is_as_before = of_id_token.is_none_or(|it| it == of_id_tokens(old));
    let is_pairwise = sent.is_on("subject_type");
    OpenIdMetadata {
        response_types: sent.all("response_types").filter_map(|one| one.parse().ok()).collect(),
        id_token_signed_response_alg: if is_as_before {
            old.id_token_signed_response_alg
        } else {
            of_id_token
        },
        userinfo_signed_response_alg: algorithm("userinfo_signed_response_alg"),
        subject_type: if is_pairwise { SubjectType::Pairwise } else { SubjectType::Public },
        sector_identifier_uri: sent.optional("sector_identifier_uri"),
        default_max_age,
        require_auth_time: sent.is_on("require_auth_time"),
        default_acr_values: words(sent, "default_acr_values"),
        post_logout_redirect_uris: words(sent, "post_logout_redirect_uris"),
        backchannel_logout_uri: sent.optional("backchannel_logout_uri"),
        backchannel_logout_session_required: sent.is_on("backchannel_logout_session_required"),
    }
}

/// What the client's page says.
pub(super) fn shown(openid: &OpenIdMetadata) -> Value {
    json!({
        "response_types": openid.response_types.iter().map(|one| one.as_str()).collect::<Vec<_>>(),
        "id_token_signed_response_alg": of_id_tokens(openid).as_str(),
        "userinfo_signed_response_alg": openid.userinfo_signed_response_alg.map(SigningAlgorithm::as_str),
        "is_pairwise": openid.subject_type == SubjectType::Pairwise,
        "sector_identifier_uri": openid.sector_identifier_uri,
        // A template takes the number 0 for nothing.
        "default_max_age": openid.default_max_age.map(|seconds| seconds.to_string()),
        "require_auth_time": openid.require_auth_time,
        "default_acr_values": openid.default_acr_values,
        "post_logout_redirect_uris": openid.post_logout_redirect_uris,
        "backchannel_logout_uri": openid.backchannel_logout_uri,
        "backchannel_logout_session_required": openid.backchannel_logout_session_required,
    })
}

fn of_id_tokens(openid: &OpenIdMetadata) -> SigningAlgorithm {
    openid.id_token_signed_response_alg.unwrap_or(SigningAlgorithm::Rs256)
}

/// The choice of an answer that is not signed.
const NOT_SIGNED: &str = "none";
