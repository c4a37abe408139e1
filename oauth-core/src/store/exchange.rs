//! An access token for another one of its family: RFC 8693 §2.1.

use diesel::prelude::*;

use super::{
    DbConnection, Query,
    access_token::{self, NewAccessToken},
    kept::Keep,
    schema::oauth_access_tokens as tokens,
};
use crate::{Timestamp, secret::Key};

/// What a token is exchanged for.
pub(crate) struct Exchange {
    /// That of the token that is exchanged, which stays as it is.
    pub(crate) subject: Key,
    pub(crate) now: Timestamp,
    pub(crate) access: NewAccessToken,
    /// Who acts with it, as JSON.
    pub(crate) actor: Option<String>,
}

impl Exchange {
    /// Issues it where the token is live still, and says whether it was.
    pub(crate) fn issue(&self, db: &mut DbConnection) -> Query<bool> {
        let Self { subject, now, access, actor } = self;
        let standing = access_token::standing(db, *subject)?;
        if !standing.is_some_and(|standing| standing.is_live(*now)) {
            return Ok(false);
        }
        diesel::insert_into(tokens::table)
            .values((
                tokens::grant_id.eq(subject.family),
                tokens::digest.eq(access.digest.as_bytes()),
                tokens::prefix.eq(&access.prefix),
                tokens::scopes.eq(access.scopes.to_string()),
                tokens::audience.eq(access.audience()),
                tokens::created_at.eq(access.created_at),
                tokens::expires_at.eq(access.expires_at),
                tokens::actor.eq(actor),
            ))
            .returning(tokens::grant_id)
            .kept()
            .found(db)
    }
}
