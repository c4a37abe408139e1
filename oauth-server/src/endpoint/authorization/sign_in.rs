//! Who is signed in, and whether that will do: OpenID Connect Core §3.1.2.3.

use oauth_core::{Authentication, AuthorizationRequest, Params, Secret, SignIn};
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
            if openid && says_how_to_sign_in(&request::query(request)) {
                self.sign_in_wanted(request, browser).await?;
            }
            return Err(self.to_login(request));
        };
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
            this(request, browser),
        );
        match held.await.map_err(|error| self.refused(error))? {
            SignIn::Holds => Ok(Asked { authorization, owner, authentication }),
            _ => Err(self.to_switch(request)),
        }
    }

    /// Nobody is signed in: a request that needs a fresh sign-in begins here. What is wrong with it, the client is told
    /// once somebody has signed in, unless nobody may be asked.
    async fn sign_in_wanted(
        &self,
        request: &Request,
        browser: &csrf::Browser,
    ) -> Result<(), Response> {
        let nobody_may_be_asked = request::query(request).get("prompt") == Some("none");
        match self.judged(request, browser).await {
            Ok(authorization) => {
                let wanted =
                    self.oauth.server().sign_in_wanted(&authorization, this(request, browser));
                wanted.await.map_err(|error| self.refused(error))
            }
            Err(refused) if nobody_may_be_asked => Err(refused),
            Err(_) => Ok(()),
        }
    }

    fn to_login(&self, request: &Request) -> Response {
        see_other(&self.oauth.users().login_url(request, &self.here(request)))
    }

    /// To the login page's form, also for who is signed in.
    fn to_switch(&self, request: &Request) -> Response {
        let (users, here) = (self.oauth.users(), self.here(request));
        let switch = users.switch_url(request, &here);
        see_other(&switch.unwrap_or_else(|| users.login_url(request, &here)))
    }

    fn here(&self, request: &Request) -> String {
        let here = request::path_and_query(request, &self.oauth.place().asked_for(request));
        byte_serialize(here.as_bytes()).collect()
    }
}

/// Whether a request has something to say of it; one that was pushed may have.
pub(super) fn says_how_to_sign_in(query: &Params) -> bool {
    ["prompt", "max_age", "request_uri"].iter().any(|name| query.get(name).is_some())
}

/// What tells this request of this browser from others.
pub(super) fn this<'a>(request: &'a Request, browser: &'a csrf::Browser) -> (&'a Secret, &'a str) {
    (browser.secret(), request::raw_query(request))
}
