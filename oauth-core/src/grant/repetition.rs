//! A redeemed refresh token that is presented once more: RFC 9700 §4.14.2.

use crate::{
    Secret, Timestamp, Tokens,
    grant::{issue::successors, terms::expires_in},
    secret::{Digest, Key},
    store::{self, DbConnection, Query, refresh_token::find},
};

/// What was presented, and when.
pub(super) struct Repetition {
    pub(super) secret: Secret,
    pub(super) key: Key,
    pub(super) now: Timestamp,
    /// Seconds.
    pub(super) grace: i64,
}

/// What it comes to.
pub(super) enum Judged {
    /// The client may have lost the answer: the very same pair again, which is for this resource.
    Pair(Box<Tokens>, Option<String>),
    /// It would be, had the access token not been revoked.
    Revoked,
    /// It was redeemed so many seconds from now. A clock that was set back says nothing of whose repetition this is: it
    /// is refused, and nobody is accused.
    Ahead(i64),
    /// Somebody else has it.
    Replay,
}

impl Repetition {
    pub(super) fn judged(&self, db: &mut DbConnection) -> Query<Judged> {
        let Some((redeemed, grant)) = find(db, self.key)? else { return Ok(Judged::Replay) };
        let Some(redeemed_at) = redeemed.redeemed_at else { return Ok(Judged::Replay) };
        let ahead = redeemed_at - self.now;
        if ahead > CLOCKS_DIFFER_BY {
            return Ok(Judged::Ahead(ahead));
        }
        let since_redemption = (-ahead).max(0);
        let salt = redeemed.salt.and_then(|salt| salt.try_into().ok());
        let Some(salt) = salt.filter(|_| since_redemption < self.grace && grant.is_live(self.now))
        else {
            return Ok(Judged::Replay);
        };
        Ok(self.pair_again(db, &salt)?.unwrap_or(Judged::Replay))
    }

    /// The pair that the redemption led to, while the successor is unused: so there are never two live branches.
    fn pair_again(&self, db: &mut DbConnection, salt: &[u8; 32]) -> Query<Option<Judged>> {
        let Some((access_token, refresh_token)) = successors(&self.secret, salt) else {
            return Ok(None);
        };
        let family = self.key.family;
        let key = |secret: &Secret| Key { family, digest: Digest::of(secret.expose()) };
        let successor = find(db, key(&refresh_token))?;
        let unused = successor.is_some_and(|(successor, _)| successor.redeemed_at.is_none());
        let told = store::access_token::told(db, key(&access_token))?;
        let (true, Some(told)) = (unused, told) else { return Ok(None) };
        if told.revoked_at.is_some() {
            return Ok(Some(Judged::Revoked));
        }
        let members = store::grant::members(db, family)?;
        let members = members.and_then(|members| serde_json::from_str(&members).ok());
        let pair = |scopes| Tokens {
            access_token,
            expires_in: expires_in(told.expires_at, self.now),
            refresh_token: Some(refresh_token),
            id_token: None,
            issued_token_type: None,
            scopes,
            members: members.unwrap_or_default(),
        };
        Ok(told
            .scopes
            .parse()
            .ok()
            .map(|scopes| Judged::Pair(Box::new(pair(scopes)), told.audience)))
    }
}

/// Seconds by which the clocks of two servers may differ; and of two callers at the turn of a second, the one that read
/// the clock first may come second.
const CLOCKS_DIFFER_BY: i64 = 2;
