//! Who is signed in, and whether that will do: OpenID Connect Core §3.1.2.3.

use oauth_core::{
    AtBrowser, Authentication, AuthorizationRequest, Pushed, Secret, SignIn, StoreError,
};
use poem::{Request, Response};
use url::form_urlencoded::byte_serialize;

use super::AuthorizationEndpoint;
use crate::{
    ResourceOwner, csrf, request,
    response::{failed, see_other},
};

/// A request, and for whom it may be answered.
pub(super) struct Asked {
    pub(super) authorization: AuthorizationRequest,
    pub(super) owner: ResourceOwner,
    pub(super) authentication: Authentication,
}

impl AuthorizationEndpoint {
    /// Who is signed in, and the request; or the way to the login page, which comes back to this very request. A user comes
    /// first: RFC 9700 §4.11.2, an endpoint that redirects anybody without asking is an open redirector. Only a request by
    /// which nobody may be asked is judged without one.
    pub(super) async fn asked(
        &self,
        request: &Request,
        browser: &csrf::Browser,
    ) -> Result<Asked, Response> {
        let (users, openid) = (self.oauth.users(), self.oauth.settings().openid);
        let owner = users.signed_in(request).await.map_err(|error| failed(&error))?;
        let Some(owner) = owner else {
            let login = see_other(&users.login_url(request, &self.here(request)));
            if !openid || !self.may_want_sign_in(request).await.map_err(|error| failed(&error))? {
                return Err(login);
            }
            let kept = self.sign_in_wanted(request, browser).await?;
            return Err(self.kept(browser, kept.as_ref(), login));
        };
        self.fetched_client(request, &owner).await?;
        let authorization = self.judged(request, browser).await?;
        if !openid {
            return Ok(Asked { authorization, owner, authentication: Authentication::default() });
        }
        let authentication = users.authentication(request, &owner).await;
        let authentication = authentication.map_err(|cause| self.failed(&authorization, cause))?;
        let held = self.oauth.server().sign_in_for(
            &authorization,
            &owner.subject,
            &authentication,
            self.at(request, browser),
        );
        match held.await.map_err(|error| self.refused(error))? {
            SignIn::Wanted(kept) => {
                let again = users.sign_in_again_url(request, &self.here(request));
                Err(self.kept(browser, Some(&kept), see_other(&again)))
            }
            _ => Ok(Asked { authorization, owner, authentication }),
        }
    }

    /// Of a client that is known by a document of its own, where that has to be fetched: for who is signed in alone. What was
    /// pushed has it already.
    async fn fetched_client(
        &self,
        request: &Request,
        owner: &ResourceOwner,
    ) -> Result<(), Response> {
        let query = request::query(request);
        let Some(client_id) = query.get("client_id") else { return Ok(()) };
        if Pushed::is_named_by(&query) {
            return Ok(());
        }
        let fetched = self.oauth.server().fetch_client(client_id, &owner.subject).await;
        fetched.map_err(|fault| self.fault(fault))
    }

    /// The request is answered: what the browser kept for it is of no use any more.
    pub(super) fn answered(&self, wanted_sign_in: bool, response: Response) -> Response {
        if wanted_sign_in { self.oauth.cookies().began.forget(response) } else { response }
    }

    /// Nobody is signed in: a request that needs a fresh sign-in begins here. What is wrong with it, the client is told
    /// once somebody has signed in, unless nobody may be asked.
    async fn sign_in_wanted(
        &self,
        request: &Request,
        browser: &csrf::Browser,
    ) -> Result<Option<Secret>, Response> {
        let nobody_may_be_asked = request::query(request).get("prompt") == Some("none");
        match self.judged(request, browser).await {
            Ok(authorization) => {
                let at = self.at(request, browser);
                let wanted = self.oauth.server().sign_in_wanted(&authorization, at);
                wanted.await.map_err(|error| self.refused(error))
            }
            Err(refused) if nobody_may_be_asked => Err(refused),
            Err(_) => Ok(None),
        }
    }

    /// Whether a request may have something to say of it, or its client's registration: one that was pushed may.
    async fn may_want_sign_in(&self, request: &Request) -> Result<bool, StoreError> {
        let query = request::query(request);
        let says = ["prompt", "max_age", "acr_values", "id_token_hint", "claims", "request_uri"];
        if says.iter().any(|name| query.get(name).is_some()) {
            return Ok(true);
        }
        let Some(client_id) = query.get("client_id") else { return Ok(false) };
        let client = self.oauth.server().client(client_id).await?;
        Ok(client.is_some_and(|client| {
            let openid = &client.metadata.openid;
            openid.default_max_age.is_some() || !openid.default_acr_values.is_empty()
        }))
    }

    /// What tells this request of this browser from others.
    fn at<'a>(&self, request: &'a Request, browser: &'a csrf::Browser) -> AtBrowser<'a> {
        AtBrowser {
            browser: browser.secret(),
            query: request::raw_query(request),
            began: self.oauth.cookies().began.value(request),
        }
    }

    /// Has the browser keep when the request began, and what that hangs on.
    fn kept(
        &self,
        browser: &csrf::Browser,
        began: Option<&Secret>,
        response: Response,
    ) -> Response {
        let Some(began) = began else { return response };
        let response = self.oauth.cookies().began.keep_for(KEPT, began, response);
        browser.keep(&self.oauth, response)
    }

    fn here(&self, request: &Request) -> String {
        let here = request::path_and_query(request, &self.oauth.place().asked_for(request));
        byte_serialize(here.as_bytes()).collect()
    }
}

/// In seconds: what is older is not heard.
const KEPT: i64 = 600;
