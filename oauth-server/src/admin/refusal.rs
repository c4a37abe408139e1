//! Why the admin site does not do what was asked.

use oauth_core::{StoreError, admin::AdminError};
use poem::Response;

use crate::body::Unreadable;

/// What a page of the admin site gives.
pub(super) type Answered = Result<Response, Refusal>;

/// Why there is no such page, or nothing was changed; `Visit::refused` makes an answer of it.
#[derive(Debug)]
pub(super) enum Refusal {
    /// There is no such address, or no such record.
    Missing,
    /// The address only shows something.
    NothingToSend,
    /// Only a superuser may, as the sentence says.
    Forbidden(String),
    /// It cannot be done to this record, for the reason that the sentence gives.
    Refused(String),
    /// Somebody else has changed the record since.
    Conflict,
    /// The form was not made for this session.
    Expired,
    /// The body could not be read.
    Unreadable(Unreadable),
    /// The form is shown first, or once more with what is wrong.
    Form(Response),
    /// The store failed.
    Store(StoreError),
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Of what is asked without a form.
impl From<AdminError> for Refusal {
    fn from(error: AdminError) -> Self {
        match error {
            AdminError::NotFound => Self::Missing,
            AdminError::Conflict => Self::Conflict,
            AdminError::Forbidden(why) => Self::Forbidden(why.to_owned()),
            AdminError::Store(error) => Self::Store(error),
            refused => Self::Refused(refused.to_string()),
        }
    }
}
