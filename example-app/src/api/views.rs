//! The quickstart's `api/views.py`.

use oauth_server::{BearerError, OAuth, Secured, User, scope};
use poem::{Result, web::Data};
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
    async fn user_info(
        &self,
        token: Secured<UserInfo>,
        oauth: Data<&OAuth>,
    ) -> Result<Json<Profile>> {
        let subject = token.subject.as_deref().unwrap_or_default();
        let user = oauth
            .bundled_accounts()
            .user(subject)
            .await
            .map_err(poem::error::InternalServerError)?;
        match user {
            Some(user) => Ok(Json(user.into())),
            None => {
                Err(oauth.refuse(&BearerError::InvalidToken("the token's user is gone".into())))
            }
        }
    }
}

impl From<User> for Profile {
    fn from(user: User) -> Self {
        let User { username, first_name, last_name, email, .. } = user;
        Self { username, first_name, last_name, email }
    }
}
