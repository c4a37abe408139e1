//! Logging out: what ends with a session that clients know by its `sid`, and who is told (OpenID Connect Back-Channel Logout
//! 1.0). A session that merely expires ends nothing.

use crate::{
    AuthorizationServer, EventKind, Revocation, StoreError,
    event::LedTo,
    store::{
        Affected, DbConnection,
        logout::{LoggedOut, Logout, Whose},
    },
};

impl AuthorizationServer {
    /// A session of an application's own users has ended, because somebody wanted it to: ends the tokens of what clients
    /// were granted in it with the scope `openid`, unless with `offline_access` too, and lets them know that want to
    /// (`backchannel_logout_uri`). `sid` is what [`Authentication::sid`](crate::Authentication::sid) said. What was granted
    /// without `openid` lives on. Sessions of the bundled accounts end by
    /// [`end_session`](Self::end_session), which does all of this.
    ///
    /// ```
    /// # use oauth_core::{AuthorizationServer, StoreError};
    /// # async fn example(server: &AuthorizationServer, sid: &str) -> Result<(), StoreError> {
    /// // The application has ended its own session, and now
    /// server.log_out_session(sid).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When the store fails; the same call again goes on.
    pub async fn log_out_session(&self, sid: &str) -> Result<(), StoreError> {
        self.log_out(Whose::Sessions(vec![sid.to_owned()])).await
    }

    /// The same of all sessions of a user at once: whose account was locked, or who wants to be signed out everywhere.
    ///
    /// ```
    /// # use oauth_core::{AuthorizationServer, StoreError};
    /// # async fn example(server: &AuthorizationServer, subject: &str) -> Result<(), StoreError> {
    /// server.log_out_user(subject).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When the store fails; the same call again goes on.
    pub async fn log_out_user(&self, subject: &str) -> Result<(), StoreError> {
        self.log_out(Whose::Subject(subject.to_owned())).await
    }

    async fn log_out(&self, whose: Whose) -> Result<(), StoreError> {
        let names = match &whose {
            Whose::Sessions(sids) => sids.iter().any(|sid| sid.contains('\0')),
            Whose::Subject(subject) => subject.contains('\0'),
        };
        if names {
            return Ok(()); // nothing that the database holds
        }
        self.go_on_logging_out(Some(Logout::of(whose, self.now()))).await
    }

    /// What the write that ended the sessions has left to do.
    pub(crate) async fn go_on_logging_out(
        &self,
        mut rest: Option<Logout>,
    ) -> Result<(), StoreError> {
        self.deliveries.wake();
        while let Some(logout) = rest {
            let batch = move |db: &mut DbConnection| logout.batch(db);
            let told = || -> LedTo<LoggedOut> { Box::new(LoggedOut::events) };
            rest = self.write_and_raise(Affected::Anything, batch, told).await?.rest;
            self.deliveries.wake();
        }
        Ok(())
    }
}

impl LoggedOut {
    /// What is heard of it.
    pub(crate) fn events(&self) -> Vec<EventKind> {
        let ended = self.ended.iter().cloned();
        let revoked = |(client_id, subject)| EventKind::GrantRevoked {
            client_id: Some(client_id),
            subject: Some(subject),
            cause: Revocation::Logout,
        };
        ended.map(revoked).collect()
    }
}
