//! Where a user of the bundled accounts is signed in, as the user sees it and ends it.

use super::Session;
use crate::{
    AuthorizationServer, EventKind, StoreError,
    event::LedTo,
    secret::Digest,
    store::{
        self, Affected, DbConnection,
        logout::{LoggedOut, Logout, Whose},
    },
};

pub use crate::store::session::SessionRecord;

impl AuthorizationServer {
    /// The live sessions of who has signed in, the newest first: a hundred at most.
    ///
    /// ```no_run
    /// # use oauth_core::{AuthorizationServer, Session, StoreError};
    /// # async fn example(server: &AuthorizationServer, session: &Session) -> Result<(), StoreError> {
    /// for other in server.sessions(session).await? {
    ///     println!("since {} at {}", other.signed_in_at, other.user_agent.unwrap_or_default());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When the store fails.
    pub async fn sessions(&self, session: &Session) -> Result<Vec<SessionRecord>, StoreError> {
        let (user, now) = (session.user.id, self.now());
        self.store.read(move |db| store::session::live(db, user, now)).await
    }

    /// Ends one session of who has signed in, by the name that it has towards clients, or without one all but the one that
    /// asks; each as by [`end_session`](Self::end_session). One that is over already is no error.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn end_sessions(
        &self,
        session: &Session,
        sid: Option<&str>,
    ) -> Result<(), StoreError> {
        if sid.is_some_and(|sid| sid.contains('\0')) {
            return Ok(()); // nothing that the database holds
        }
        let (user, now) = (session.user.id, self.now());
        let (own, sid) = (Digest::of(session.secret.expose()), sid.map(str::to_owned));
        let end = move |db: &mut DbConnection| {
            let ended = match &sid {
                Some(sid) => store::session::delete_named(db, user, sid)?,
                None => store::session::delete_others(db, user, &own)?,
            };
            let (rows, sids) = (ended.len(), ended.into_iter().flatten().collect());
            Ok((rows, Logout::of(Whose::Sessions(sids), now).batch(db)?))
        };
        let told = || -> LedTo<(usize, LoggedOut)> {
            Box::new(move |(rows, logged_out)| {
                let out = EventKind::SignedOut { subject: user.to_string() };
                let out = std::iter::repeat_n(out, *rows);
                out.chain(logged_out.events()).collect()
            })
        };
        let (_, logged_out) = self.write_and_raise(Affected::Anything, end, told).await?;
        self.go_on_logging_out(logged_out.rest).await
    }
}

/// The browser and the system that a `User-Agent` (RFC 9110 §10.1.5) names, in a few words: what a person recognises, and no
/// more. `None` where it names none that are known.
pub(super) fn named(user_agent: &str) -> Option<String> {
    let first = |names: &[(&str, &'static str)]| {
        names.iter().find(|(mark, _)| user_agent.contains(mark)).map(|(_, name)| *name)
    };
    let named: Vec<_> = [first(BROWSERS), first(SYSTEMS)].into_iter().flatten().collect();
    (!named.is_empty()).then(|| named.join(", "))
}

/// Most say that they are others, too: the first that is found is right.
const BROWSERS: &[(&str, &str)] = &[
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("YaBrowser/", "Yandex Browser"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
];
const SYSTEMS: &[(&str, &str)] = &[
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
];

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn browsers_are_told_apart_whatever_else_they_say_that_they_are() {
        let chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36";
        for (user_agent, name) in [
            (chrome.to_owned(), "Chrome, Linux"),
            (format!("{chrome} Edg/126.0"), "Edge, Linux"),
            (
                "Mozilla/5.0 (Windows NT 10.0; rv:127.0) Gecko/20100101 Firefox/127.0".to_owned(),
                "Firefox, Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Safari/604.1"
                    .to_owned(),
                "Safari, iPhone",
            ),
            (
                "Mozilla/5.0 (Linux; Android 14) Chrome/126.0 Mobile Safari/537.36".to_owned(),
                "Chrome, Android",
            ),
        ] {
            assert_eq!(named(&user_agent).as_deref(), Some(name), "{user_agent}");
        }
        for other in ["", "curl/8.5.0", &"x".repeat(100_000)] {
            assert_eq!(named(other), None);
        }
    }
}
