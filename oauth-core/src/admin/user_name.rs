//! The name that a user of the bundled accounts signs in with.

use super::AdminError;
use crate::{
    FieldError, Problem, User,
    account::check,
    field::Faults,
    precis::ComparedName,
    store::{self, DbConnection, Query, user_names::Occupied},
};

/// Gives a user another name, where that is free. One that stays is not judged: it may be from before.
pub(super) fn rename(
    db: &mut DbConnection,
    user: &User,
    username: &str,
) -> Query<Result<(), AdminError>> {
    if user.username == username {
        return Ok(Ok(()));
    }
    let mut faults = Faults::default();
    check::name(username, &mut faults);
    if let Err(faults) = faults.into_result() {
        return Ok(Err(faults.into()));
    }
    let name = ComparedName::of(username);
    if let Some(occupied) = store::user_names::occupied(db, username, &name, Some(user.id))? {
        return Ok(Err(not_free(occupied)));
    }
    store::user_names::rename(db, user.id, username, &name).map(Ok)
}

pub(super) fn not_free(occupied: Occupied) -> AdminError {
    let problem = match occupied {
        Occupied::Taken => Problem::Taken,
        Occupied::LooksTaken => Problem::LooksTaken,
    };
    AdminError::Invalid(vec![FieldError { field: "username", problem }])
}
