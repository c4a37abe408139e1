//! The OpenAPI face of the guard: the scopes that an operation enforces are the scopes that its document shows.

mod discovery;

use std::collections::HashMap;

use oauth_core::DynamicRegistration;
use poem::{
    Endpoint, EndpointExt, IntoResponse, Middleware, Response,
    endpoint::{BoxEndpoint, make_sync},
    http::Method,
};
use poem_openapi::{
    OpenApi,
    registry::{
        MetaApi, MetaHeader, MetaOAuthFlow, MetaOAuthFlows, MetaOAuthScope, MetaResponse,
        MetaSecurityScheme, Registry,
    },
    types::Type,
};
use serde_json::{Map, Value, json};

use crate::{
    Addresses, OAuth,
    addresses::{REGISTRATION, USERINFO, bare},
    cors::Cors,
    declared_scopes,
    endpoint::registration::documented as registration,
    methods, own,
    response::refusal::Refusal,
};

/// An API whose document shows the scopes that its guards require: see [`OAuth::document`](crate::OAuth::document).
pub struct Document<A>(pub(crate) A);

impl<A: OpenApi> OpenApi for Document<A> {
    fn meta() -> Vec<MetaApi> {
        let mut apis = A::meta();
        let paths = apis.iter_mut().flat_map(|api| &mut api.paths);
        for operation in paths.flat_map(|path| &mut path.operations) {
            for requirement in &mut operation.security {
                *requirement =
                    requirement.drain().map(|(name, scopes)| unpacked(name, scopes)).collect();
            }
            if operation.security.iter().any(|requirement| requirement.contains_key(SCHEME)) {
                operation.responses.responses.extend(REFUSALS.map(refusal));
                operation.responses.responses.push(unavailable());
            }
        }
        apis
    }

    fn register(registry: &mut Registry) {
        A::register(registry);
        registry.create_security_scheme(SCHEME, scheme());
    }

    fn add_routes(self, routes: &mut HashMap<String, HashMap<Method, BoxEndpoint<'static>>>) {
        self.0.add_routes(routes);
        let ours = Addresses::default().of_api().map(|(path, _)| path);
        for (path, operations) in routes {
            let is_managed = path.strip_prefix(REGISTRATION).is_some_and(|it| it.starts_with("/:"));
            let cors = match path.as_str() {
                USERINFO => Some(Cors::of_userinfo()),
                REGISTRATION => Some(Cors::of_registration()),
                _ if is_managed => Some(Cors::of_management()),
                _ => None,
            };
            let cors = match cors {
                None if ours.contains(&path.as_str()) => {
                    methods::refuse_others(operations, |_| Refusal::post_only().into_response());
                    Cors::of_endpoint()
                }
                cors => {
                    methods::refuse_others(operations, methods::not_allowed);
                    let Some(cors) = cors else { continue };
                    cors
                }
            };
            let own = operations.drain().map(|(method, endpoint)| {
                (method, cors.transform(own::contained(endpoint)).boxed())
            });
            *operations = own.collect::<HashMap<_, _>>();
        }
    }
}

/// The document of a service with the URLs of this provider: a type's description cannot know them.
pub(crate) fn document(oauth: &OAuth, spec: &str) -> String {
    let Ok(mut document) = serde_json::from_str::<Map<String, Value>>(spec) else {
        return spec.to_owned();
    };
    let servers = json!([{ "url": oauth.settings().issuer }]);
    let named = document.get("servers").and_then(Value::as_array);
    let names_its_own = named.is_some_and(|named| !named.is_empty());
    if !names_its_own {
        document.insert("servers".to_owned(), servers.clone());
    }
    let mut document = Value::Object(document);
    let flow = format!("/components/securitySchemes/{SCHEME}/flows/authorizationCode");
    if let Some(flow) = document.pointer_mut(&flow).and_then(Value::as_object_mut) {
        let token = oauth.url(|addresses| &addresses.token);
        let authorization = oauth.url(|addresses| &addresses.authorization);
        flow.insert("authorizationUrl".to_owned(), authorization.into());
        flow.insert("tokenUrl".to_owned(), token.clone().into());
        flow.insert("refreshUrl".to_owned(), token.into());
        if let Some(scopes) = flow.get_mut("scopes").and_then(Value::as_object_mut) {
            let of_openid = oauth.server().openid_scopes();
            scopes
                .extend(of_openid.map(|(name, description)| (name.to_owned(), description.into())));
        }
    }
    if let Some(paths) = document.pointer_mut("/paths").and_then(Value::as_object_mut) {
        let ours = served(oauth);
        let at_issuer = |mut operations: Value| {
            if let Some(operations) = operations.as_object_mut().filter(|_| names_its_own) {
                operations.insert("servers".to_owned(), servers.clone());
            }
            operations
        };
        let moved = std::mem::take(paths).into_iter().filter_map(|(path, operations)| {
            let Some((_, address)) = ours.iter().find(|(ours, _)| *ours == path) else {
                return Some((path, operations));
            };
            Some((address.clone()?, at_issuer(operations)))
        });
        *paths = moved.collect();
        if paths.contains_key(bare(&oauth.place().addresses.token)) {
            let read_first = discovery::operations(oauth).into_iter();
            paths.extend(read_first.map(|(path, operations)| (path, at_issuer(operations))));
        }
    }
    let schemes =
        document.pointer_mut("/components/securitySchemes").and_then(Value::as_object_mut);
    if let Some(schemes) = schemes.filter(|_| !registers(oauth)) {
        schemes.retain(|name, _| !registration::SCHEMES.contains(&name.as_str()));
    }
    document.to_string()
}

/// The paths of [`OAuthApi`](crate::OAuthApi) in the document, and where each stands, if it is there at all.
fn served(oauth: &OAuth) -> Vec<(String, Option<String>)> {
    let addresses = &oauth.place().addresses;
    let of_api = addresses.of_api().map(|(path, address)| {
        let is_there = path != USERINFO || oauth.settings().openid;
        (path.to_owned(), is_there.then(|| bare(address).to_owned()))
    });
    let of_registration = ["", "/{client_id}"].map(|below| {
        let address = format!("{}{below}", bare(&addresses.registration));
        (format!("{REGISTRATION}{below}"), registers(oauth).then_some(address))
    });
    of_api.into_iter().chain(of_registration).collect()
}

fn registers(oauth: &OAuth) -> bool {
    oauth.settings().dynamic_registration != DynamicRegistration::Off
}

/// Answers with it.
pub(crate) fn endpoint(oauth: &OAuth, spec: &str) -> impl Endpoint<Output = Response> + use<> {
    let document = document(oauth, spec);
    make_sync(move |_| Response::builder().content_type("application/json").body(document.clone()))
}

fn unpacked(name: &'static str, scopes: Vec<&'static str>) -> (&'static str, Vec<&'static str>) {
    let mut parts = name.split(' ');
    (parts.next().unwrap_or_default(), parts.chain(scopes).collect())
}

/// What any guarded operation may answer: RFC 6750 §3.1.
const REFUSALS: [(u16, &str); 3] = [
    (400, "The request is malformed: `invalid_request`, RFC 6750 section 3.1."),
    (401, "There is no token, or it is unknown, expired or revoked: `invalid_token`."),
    (403, "The token lacks the operation's scope: `insufficient_scope`."),
];

fn refusal((status, description): (u16, &'static str)) -> MetaResponse {
    let challenge =
        header("WWW-Authenticate", "`Bearer`, with the error and the scope that is required.");
    let (content, headers) = (Vec::new(), vec![challenge]);
    MetaResponse { description, status: Some(status), status_range: None, content, headers }
}

fn unavailable() -> MetaResponse {
    MetaResponse {
        description: "The server cannot answer at the moment: `temporarily_unavailable`, a code of ours.",
        status: Some(503),
        status_range: None,
        content: Vec::new(),
        headers: vec![header("Retry-After", "When to send the request again, in seconds.")],
    }
}

pub(crate) fn header(name: &str, description: &str) -> MetaHeader {
    MetaHeader {
        name: name.to_owned(),
        description: Some(description.to_owned()),
        required: true,
        deprecated: false,
        schema: String::schema_ref(),
    }
}

fn scheme() -> MetaSecurityScheme {
    let scopes = declared_scopes().into_iter();
    let scopes = scopes
        .map(|scope| MetaOAuthScope { name: scope.name, description: Some(scope.description) });
    let flow = MetaOAuthFlow {
        // `OAuth::openapi` puts the provider's own in their place.
        authorization_url: Some("/oauth2/authorization/"),
        token_url: Some("/oauth2/token/"),
        refresh_url: Some("/oauth2/token/"),
        scopes: scopes.collect(),
    };
    let flows = MetaOAuthFlows {
        implicit: None,
        password: None,
        client_credentials: None,
        authorization_code: Some(flow),
    };
    MetaSecurityScheme {
        ty: "oauth2",
        description: Some(
            "An access token with the operation's scopes, as `Authorization: Bearer` (RFC 6750).",
        ),
        name: None,
        key_in: None,
        scheme: None,
        bearer_format: None,
        flows: Some(flows),
        openid_connect_url: None,
    }
}

pub(crate) const SCHEME: &str = "oauth2";
