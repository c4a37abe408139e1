//! A family as it is written: a grant, and what is issued in it.

use super::{
    DbConnection, Query,
    access_token::{self, NewAccessToken},
    authorization_code::{self, NewAuthorizationCode},
    grant::{self, NewGrant},
    refresh_token::{self, NewRefreshToken},
};

/// A family that begins.
pub(crate) struct NewFamily {
    pub(crate) grant: NewGrant,
    pub(crate) first: First,
}

/// What a family begins with.
pub(crate) enum First {
    Code(NewAuthorizationCode),
    Tokens(NewTokens),
}

/// Tokens that are issued together.
pub(crate) struct NewTokens {
    pub(crate) access: NewAccessToken,
    pub(crate) refresh: Option<NewRefreshToken>,
}

/// Begins a family. Its key may be another's already.
pub(crate) fn begin(db: &mut DbConnection, family: &NewFamily) -> Query<()> {
    grant::insert(db, &family.grant)?;
    match &family.first {
        First::Code(code) => authorization_code::insert(db, family.grant.id, code),
        First::Tokens(tokens) => issue(db, family.grant.id, tokens),
    }
}

/// Issues tokens in a family.
pub(crate) fn issue(db: &mut DbConnection, family: i64, tokens: &NewTokens) -> Query<()> {
    access_token::insert(db, family, &tokens.access)?;
    match &tokens.refresh {
        Some(refresh) => refresh_token::insert(db, family, tokens.access.digest, refresh),
        None => Ok(()),
    }
}
