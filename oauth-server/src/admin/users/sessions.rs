//! Where a user is signed in, and the end of that.

use oauth_core::User;
use serde_json::{Value, json};

use super::USERS;
use crate::admin::{
    confirm,
    refusal::{Answered, Refusal},
    shown::moment,
    visit::{Visit, found},
};

/// The rows of a table. Who may not change the user ends no session.
pub(super) async fn shown(visit: &Visit<'_>, user: &User) -> Result<Vec<Value>, Refusal> {
    let may_end = visit.admin.may_change_user(user).is_ok();
    let end = |sid: &str| visit.address(&format!("{}sessions/{sid}/end/", USERS.path(user.id)));
    let sessions = visit.admin.user_sessions(user.id).await?;
    let rows = sessions.iter().map(|session| {
        json!({
            "user_agent": session.user_agent,
            "address": session.address,
            "since": moment(session.signed_in_at),
            "last_used": session.last_used_at.map(moment),
            "end": session.sid.as_deref().filter(|_| may_end).map(end),
        })
    });
    Ok(rows.collect())
}

pub(super) async fn end(visit: &Visit<'_>, user: &User, sid: &str) -> Answered {
    visit.admin.may_change_user(user)?;
    let back = USERS.path(user.id);
    let sessions = visit.admin.user_sessions(user.id).await?;
    let session = found(sessions.iter().find(|session| session.sid.as_deref() == Some(sid)))?;
    if visit.sent.is_none() {
        let what = match &session.user_agent {
            Some(browser) => format!("{} ({browser})", user.username),
            None => user.username.clone(),
        };
        return Ok(confirm::ask(visit, "end-session", &what, &back));
    }
    visit.admin.end_user_session(user.id, sid).await?;
    Ok(visit.done(&back, "signed-out"))
}
