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
    /// The client may have lost the answer: the very same pair again.
    Pair(Tokens),
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
        Ok(self.pair_again(db, &salt)?.map_or(Judged::Replay, Judged::Pair))
    }

    /// The pair that the redemption led to, while the successor is unused: so there are never two live branches.
    fn pair_again(&self, db: &mut DbConnection, salt: &[u8; 32]) -> Query<Option<Tokens>> {
        let Some((access_token, refresh_token)) = successors(&self.secret, salt) else {
            return Ok(None);
        };
        let family = self.key.family;
        let key = |secret: &Secret| Key { family, digest: Digest::of(secret.expose()) };
        let successor = find(db, key(&refresh_token))?;
        let unused = successor.is_some_and(|(successor, _)| successor.redeemed_at.is_none());
        let terms = store::access_token::terms(db, key(&access_token))?;
        let (true, Some((scopes, expires_at))) = (unused, terms) else { return Ok(None) };
        let members = store::grant::members(db, family)?;
        let members = members.and_then(|members| serde_json::from_str(&members).ok());
        Ok(scopes.parse().ok().map(|scopes| Tokens {
            access_token,
            expires_in: expires_in(expires_at, self.now),
            refresh_token: Some(refresh_token),
            id_token: None,
            issued_token_type: None,
            scopes,
            members: members.unwrap_or_default(),
        }))
    }
}

/// Seconds by which the clocks of two servers may differ; and of two callers at the turn of a second, the one that read
/// the clock first may come second.
const CLOCKS_DIFFER_BY: i64 = 2;
