//! A request of somebody who may enter.

use std::str::FromStr;

use oauth_core::{
    DynamicRegistration, Params, Resources, Secret, StoreError,
    admin::{Actor, Admin},
};
use poem::{
    Body, Request, Response,
    http::{Method, StatusCode},
};
use serde_json::{Value, json};
use url::form_urlencoded::byte_serialize;

use super::{refusal::Refusal, sent::Sent};
use crate::{
    OAuth, Page, ResourceOwner,
    accounts::refused_in_the_clear,
    body,
    csrf::{self, FormToken},
    refusals, request,
    response::{failed, method_not_allowed, see_other},
};

/// A request of a member of staff: what was asked for, and by whom.
pub(super) struct Visit<'a> {
    pub(super) oauth: &'a OAuth,
    /// The server in the hands of who asks.
    pub(super) admin: Admin,
    pub(super) query: Params,
    /// Of a POST, the form: it was made for this user at this browser.
    pub(super) sent: Option<Sent>,
    staff: ResourceOwner,
    token: FormToken,
    /// Where the site is mounted: `/admin`.
    base: String,
    /// The address within it, without a trailing slash: `/clients/7`.
    path: String,
}

impl<'a> Visit<'a> {
    /// Lets staff in. Who is not signed in goes to the login page, and who is not staff gets 403.
    pub(super) async fn admit(
        oauth: &'a OAuth,
        request: &Request,
        sent: Body,
    ) -> Result<Self, Response> {
        if let Some(refused) = refused_in_the_clear(oauth, request) {
            return Err(refused);
        }
        if !matches!(*request.method(), Method::GET | Method::HEAD | Method::POST) {
            return Err(method_not_allowed("GET, HEAD, POST", Response::default()));
        }
        // The form comes first, and who sends it second: a request whose body is held back would keep the rights of its
        // beginning, also of a user who has none any more.
        let is_sent = *request.method() == Method::POST;
        let form = if is_sent { Some(body::form(request, sent).await) } else { None };
        let staff = staff(oauth, request).await?;
        let admin = hands(oauth, &staff).await.map_err(|error| failed(&error))?;
        let token = FormToken::new(oauth, request, Some(&staff.subject));
        let mut path = request::with_single_slashes(request.uri().path());
        path.truncate(path.trim_end_matches('/').len());
        let here = oauth.place().asked_for(request);
        let base = here.trim_end_matches('/').strip_suffix(&path).unwrap_or_default().to_owned();
        let query = request::query(request);
        let mut visit = Self { oauth, admin, query, sent: None, staff, token, base, path };
        if let Some(form) = form {
            let sent = form.map_err(Refusal::Unreadable).and_then(|form| visit.own(request, &form));
            visit.sent = Some(sent.map_err(|refusal| visit.refused(refusal))?);
        }
        Ok(visit)
    }

    /// What was sent, where the form is one of ours.
    fn own(&self, request: &Request, form: &[u8]) -> Result<Sent, Refusal> {
        let fields = Params::parse(form);
        if csrf::is_ours(self.oauth, request, Some(&self.staff.subject), &fields) {
            Ok(Sent::parse(form))
        } else {
            Err(Refusal::Expired)
        }
    }

    /// Where something of the site stands.
    pub(super) fn address(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// Where resources are.
    pub(super) fn addresses(&self, resources: &Resources) -> Vec<String> {
        resources.iter().map(|it| self.oauth.server().resource_address(it)).collect()
    }

    /// This very address.
    pub(super) fn here(&self) -> String {
        format!("{}{}/", self.base, self.path)
    }

    /// After a change: goes on to where it can be seen. `done` is a word that `admin/done` knows.
    pub(super) fn done(&self, path: &str, done: &str) -> Response {
        see_other(&format!("{}{path}?done={done}", self.base))
    }

    /// Nothing is sent to this address.
    pub(super) fn only_shows(&self) -> Result<(), Refusal> {
        if self.sent.is_some() { Err(Refusal::NothingToSend) } else { Ok(()) }
    }

    /// A code or token that is looked for by its whole value: it comes by POST, because a URL is kept by browsers.
    pub(super) fn looked_for(&self) -> Option<Secret> {
        let value = self.sent.as_ref()?.text("value");
        (!value.is_empty()).then(|| Secret::from(value))
    }

    /// A page of the site.
    pub(super) fn page(&self, template: &str, context: Value) -> Response {
        self.page_with_status(template, context, StatusCode::OK)
    }

    /// The same, with another status.
    pub(super) fn page_with_status(
        &self,
        template: &str,
        mut context: Value,
        status: StatusCode,
    ) -> Response {
        let settings = self.oauth.settings();
        let section = self.path.split('/').nth(1).unwrap_or_default();
        let common = json!({
            "base": self.base,
            "accounts": self.oauth.path(|addresses| &addresses.accounts),
            "section": section,
            "staff": self.staff.name,
            "has_users": self.oauth.has_bundled_users(),
            "has_openid": settings.openid,
            "has_registration_tokens": settings.dynamic_registration == DynamicRegistration::Token,
            "done": self.query.get("done"),
            "form": [self.token.field()],
            "form_action": self.here(),
            "hidden": [],
        });
        if let (Some(context), Value::Object(common)) = (context.as_object_mut(), common) {
            for (name, value) in common {
                context.entry(name).or_insert(value);
            }
        }
        let page = Page::new(template, &context).language("en").status(status).render(self.oauth);
        self.token.keep(self.oauth, page)
    }

    /// The page that says why not.
    pub(super) fn refused(&self, refusal: Refusal) -> Response {
        let (problem, status, why) = match refusal {
            Refusal::Missing => ("missing", StatusCode::NOT_FOUND, None),
            Refusal::Forbidden(why) => ("forbidden", StatusCode::FORBIDDEN, Some(why)),
            Refusal::Refused(why) => ("refused", StatusCode::CONFLICT, Some(why)),
            Refusal::Conflict => ("conflict", StatusCode::CONFLICT, None),
            Refusal::Expired => ("expired", StatusCode::FORBIDDEN, None),
            Refusal::Unreadable(fault) => ("unreadable", fault.status(), None),
            Refusal::NothingToSend => return method_not_allowed("GET, HEAD", Response::default()),
            Refusal::Form(page) => return page,
            Refusal::Store(cause) => return failed(&cause),
        };
        self.page_with_status("admin/refusal", json!({ "problem": problem, "why": why }), status)
    }
}

/// Who asks, when that is staff.
async fn staff(oauth: &OAuth, request: &Request) -> Result<ResourceOwner, Response> {
    let failed = |error: StoreError| failed(&error);
    let Some(owner) = oauth.users().signed_in(request).await.map_err(failed)? else {
        return Err(login(oauth, request));
    };
    if oauth.users().is_staff(&owner).await.map_err(failed)? {
        return Ok(owner);
    }
    if refusals::admits("admin site") {
        tracing::warn!(subject = owner.subject, "the admin site is refused to who is not staff");
    }
    Err(oauth.forbidden(Some(&owner)))
}

async fn hands(oauth: &OAuth, staff: &ResourceOwner) -> Result<Admin, StoreError> {
    let is_superuser = oauth.users().is_superuser(staff).await?;
    let actor = Actor { subject: staff.subject.clone(), name: staff.name.clone(), is_superuser };
    Ok(oauth.server().admin(actor))
}

/// To the login page, and back to what was asked for: of a form, to the page that has it.
fn login(oauth: &OAuth, request: &Request) -> Response {
    let here = request::path_and_query(request, &oauth.place().asked_for(request));
    see_other(
        &oauth.users().login_url(request, &byte_serialize(here.as_bytes()).collect::<String>()),
    )
}

/// The key that stands in an address.
pub(super) fn key<K: FromStr>(text: &str) -> Result<K, Refusal> {
    text.parse().map_err(|_| Refusal::Missing)
}

/// A record that must be there.
pub(super) fn found<T>(record: Option<T>) -> Result<T, Refusal> {
    record.ok_or(Refusal::Missing)
}
