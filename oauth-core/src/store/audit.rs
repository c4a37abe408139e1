//! The audit trail: who changed what, when. Rows are only ever added; `forgetting.rs` blanks names in them.

use diesel::prelude::*;

use super::{DbConnection, Query, list::PAGE, schema::oauth_audit};
use crate::Timestamp;

/// One change, as the trail has it.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = oauth_audit)]
#[non_exhaustive]
pub struct AuditRecord {
    /// The key of its row.
    pub id: i64,
    /// When.
    pub at: Timestamp,
    /// Who: the subject.
    pub actor: String,
    /// Who: the name at that time; empty of who was forgotten since.
    pub actor_name: String,
    /// What was done: the name of an [`Action`].
    pub action: String,
    /// To what kind of record: the name of a [`Kind`].
    pub kind: String,
    /// The record's key; the record itself may be gone. 0 of a user of the application's own.
    pub record_id: i64,
    /// The record's name at that time; of a code or token its prefix. Of a bundled user who was forgotten it is empty, and
    /// of one of the application's own it is the subject.
    pub record_name: String,
    /// The fields that changed, separated by commas; never their values.
    pub changes: String,
    /// The id of the request that it came with; none where it was no request's.
    pub request_id: Option<String>,
    /// The address that sent the request, where it is known.
    pub address: Option<String>,
}

/// What kind of record was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// A client.
    Client,
    /// A scope.
    Scope,
    /// A user: of the bundled accounts, or one of the application's own who was forgotten.
    User,
    /// An authorization code.
    AuthorizationCode,
    /// An access token.
    AccessToken,
    /// A grant, with all that hangs on it.
    Family,
    /// A key that the server signs with.
    SigningKey,
    /// A logout that a client is to be told of.
    LogoutDelivery,
    /// An initial access token, with which clients register themselves.
    RegistrationToken,
}

impl Kind {
    /// The name of the kind, as it is stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Scope => "scope",
            Self::User => "user",
            Self::AuthorizationCode => "authorization_code",
            Self::AccessToken => "access_token",
            Self::Family => "family",
            Self::SigningKey => "signing_key",
            Self::LogoutDelivery => "logout_delivery",
            Self::RegistrationToken => "registration_token",
        }
    }
}

/// What was done to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Action {
    /// It was made.
    Create,
    /// Fields of it were changed.
    Update,
    /// A client got another secret.
    RotateSecret,
    /// One of a client's two secrets was ended.
    EndSecret,
    /// A user got another password.
    SetPassword,
    /// A session of a user was ended.
    EndSession,
    /// A client was disabled.
    Disable,
    /// A client was enabled again.
    Enable,
    /// A code or token was issued by hand.
    Issue,
    /// A code, a token or a family was ended.
    Revoke,
    /// It was deleted.
    Delete,
    /// A user was erased, with all that hung on the subject.
    Forget,
}

impl Action {
    /// The name of the action, as it is stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::RotateSecret => "rotate_secret",
            Self::EndSecret => "end_secret",
            Self::SetPassword => "set_password",
            Self::EndSession => "end_session",
            Self::Disable => "disable",
            Self::Enable => "enable",
            Self::Issue => "issue",
            Self::Revoke => "revoke",
            Self::Delete => "delete",
            Self::Forget => "forget",
        }
    }
}

/// Which changes are listed.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum AuditFilter {
    /// Every one.
    All,
    /// The history of one record.
    Of(Kind, i64),
    /// What somebody did, by subject.
    By(String),
}

/// A change, as it is written down.
#[derive(Debug, Insertable)]
#[diesel(table_name = oauth_audit)]
pub(crate) struct NewAuditRecord<'a> {
    pub(crate) at: Timestamp,
    pub(crate) actor: &'a str,
    pub(crate) actor_name: &'a str,
    pub(crate) action: &'a str,
    pub(crate) kind: &'a str,
    pub(crate) record_id: i64,
    pub(crate) record_name: &'a str,
    pub(crate) changes: String,
    pub(crate) request_id: Option<&'a str>,
    pub(crate) address: Option<String>,
}

pub(crate) fn insert(db: &mut DbConnection, record: &NewAuditRecord<'_>) -> Query<()> {
    diesel::insert_into(oauth_audit::table).values(record).execute(db).map(drop)
}

pub(crate) fn list(
    db: &mut DbConnection,
    filter: &AuditFilter,
    before: i64,
) -> Query<Vec<AuditRecord>> {
    let list = oauth_audit::table
        .filter(oauth_audit::id.lt(before))
        .order(oauth_audit::id.desc())
        .limit(PAGE)
        .select(AuditRecord::as_select())
        .into_boxed();
    match filter {
        AuditFilter::All => list,
        AuditFilter::Of(kind, id) => {
            list.filter(oauth_audit::kind.eq(kind.as_str())).filter(oauth_audit::record_id.eq(*id))
        }
        AuditFilter::By(subject) => list.filter(oauth_audit::actor.eq(subject.clone())),
    }
    .load(db)
}
