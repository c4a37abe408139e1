//! One enum for each of the RFCs' error registries.

mod authorization;
mod bearer;
mod registration;
mod token;

pub(crate) use self::token::failure_description;
pub use self::{
    authorization::{AuthorizationError, AuthorizationErrorCode, PageFault},
    bearer::BearerError,
    registration::ClientRegistrationError,
    token::TokenError,
};
