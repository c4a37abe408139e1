//! The quickstart's `api/views.py`.

use oauth_server::{Me, Shown, User, scope};
use poem_openapi::{Object, OpenApi, payload::Json};

scope! { pub(crate) UserInfo = "user_info", "Access basic information about the user." }

/// The API that other applications call for a user.
pub(crate) struct Api;

/// Basic information about a user.
#[derive(Object)]
struct Profile {
    username: String,
    first_name: String,
    last_name: String,
    email: String,
}

#[OpenApi]
impl Api {
    /// Return basic information about a user
    ///
    /// Limited to OAuth clients that have received authorization to the `user_info` scope.
    #[oai(path = "/api/user_info", method = "get", method = "post")]
    async fn user_info(&self, me: Shown<Me<User, UserInfo>>) -> Json<Profile> {
        Json(me.0.into_user().into())
    }
}

impl From<User> for Profile {
    fn from(user: User) -> Self {
        let User { username, first_name, last_name, email, .. } = user;
        Self { username, first_name, last_name, email }
    }
}
