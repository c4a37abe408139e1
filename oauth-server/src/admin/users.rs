//! The bundled users. An application with its own has no such pages.

use oauth_core::{
    NewUser, User,
    admin::{AdminError, AuditFilter, Kind as Record, UserChange, UserFilter},
};
use serde_json::{Value, json};

use super::{
    audit, confirm,
    form::{Field, Form, Kind},
    list::{Asked, Which},
    refusal::{Answered, Refusal},
    sent::Sent,
    shown::moment,
    visit::{Visit, found, key},
};

const NEW: [Field; 8] = [
    Field::new("username", Kind::Line),
    Field::new("password", Kind::Hidden),
    Field::new("password_again", Kind::Hidden),
    Field::new("first_name", Kind::Line),
    Field::new("last_name", Kind::Line),
    Field::new("email", Kind::Line),
    Field::new("is_staff", Kind::Check),
    Field::new("is_superuser", Kind::Check),
];

const OLD: [Field; 7] = [
    Field::new("username", Kind::Line),
    Field::new("first_name", Kind::Line),
    Field::new("last_name", Kind::Line),
    Field::new("email", Kind::Line),
    Field::new("is_active", Kind::Check),
    Field::new("is_staff", Kind::Check),
    Field::new("is_superuser", Kind::Check),
];

const PASSWORD: [Field; 2] =
    [Field::new("password", Kind::Hidden), Field::new("password_again", Kind::Hidden)];

pub(super) async fn answer(visit: &Visit<'_>, path: &[&str]) -> Answered {
    if !visit.oauth.has_bundled_users() {
        return Err(Refusal::Missing);
    }
    match path {
        [] => list(visit).await,
        ["new"] => create(visit).await,
        [id] => change(visit, &user(visit, id).await?).await,
        [id, "password"] => set_password(visit, &user(visit, id).await?).await,
        [id, "delete"] => delete(visit, &user(visit, id).await?).await,
        _ => Err(Refusal::Missing),
    }
}

fn path(id: i64) -> String {
    format!("/users/{id}/")
}

async fn user(visit: &Visit<'_>, id: &str) -> Result<User, Refusal> {
    found(visit.admin.user(key(id)?).await?)
}

async fn list(visit: &Visit<'_>) -> Answered {
    visit.only_shows()?;
    let choices = [
        Which::Have("username"),
        Which::Have("email"),
        Which::Are("staff"),
        Which::Are("active"),
        Which::Are("inactive"),
    ];
    let asked = Asked::new(visit, &choices);
    let filter = match asked.filter() {
        ("username", text) => UserFilter::UsernameBegins(text.to_owned()),
        ("email", text) => UserFilter::Email(text.to_owned()),
        ("staff", _) => UserFilter::Staff,
        ("active", _) => UserFilter::Active,
        ("inactive", _) => UserFilter::Inactive,
        _ => UserFilter::All,
    };
    let page = visit.admin.users(filter, asked.after()).await?;
    let rows = page.rows.iter().map(|user| shown(visit, user));
    Ok(visit.page("admin/users/list", asked.context(&page, rows)))
}

async fn create(visit: &Visit<'_>) -> Answered {
    let context = json!({ "user": null, "history": [], "back": visit.address("/users/") });
    let sent = visit.sent.clone().unwrap_or_default();
    let mut form = Form::new("admin/users/form", &NEW, sent, context);
    if visit.sent.is_none() {
        return form.page(visit);
    }
    let password = password(&mut form);
    if !form.is_right() {
        return form.wrong_page(visit);
    }
    let new = NewUser {
        username: form.sent.text("username").to_owned(),
        first_name: form.sent.text("first_name").to_owned(),
        last_name: form.sent.text("last_name").to_owned(),
        email: form.sent.text("email").to_owned(),
        is_staff: form.sent.is_on("is_staff"),
        is_superuser: form.sent.is_on("is_superuser"),
    };
    match visit.admin.create_user(new, &password).await {
        Ok(user) => Ok(visit.done(&path(user.id), "created")),
        Err(error) => form.refused(visit, error),
    }
}

async fn change(visit: &Visit<'_>, user: &User) -> Answered {
    let history = visit.admin.audit(AuditFilter::Of(Record::User, user.id), None).await?;
    let context = json!({
        "user": shown(visit, user),
        "history": history.rows.iter().map(|it| audit::shown(visit, it)).collect::<Vec<_>>(),
        "back": visit.address("/users/"),
    });
    let begun = Sent::default()
        .with("username", &user.username)
        .with("first_name", &user.first_name)
        .with("last_name", &user.last_name)
        .with("email", &user.email)
        .with_check("is_active", user.is_active)
        .with_check("is_staff", user.is_staff)
        .with_check("is_superuser", user.is_superuser);
    let version = begun.fingerprint();
    let sent = visit.sent.clone().unwrap_or(begun);
    let form = Form::new("admin/users/form", &OLD, sent, context);
    let mut form = form.of_version(visit, version.clone());
    if visit.sent.is_none() {
        return form.page(visit);
    }
    form.check_text();
    if !form.is_right() {
        return form.wrong_page(visit);
    }
    if form.version() != version {
        return form.refused(visit, AdminError::Conflict);
    }
    let change = UserChange {
        username: form.sent.text("username").to_owned(),
        first_name: form.sent.text("first_name").to_owned(),
        last_name: form.sent.text("last_name").to_owned(),
        email: form.sent.text("email").to_owned(),
        is_staff: form.sent.is_on("is_staff"),
        is_superuser: form.sent.is_on("is_superuser"),
        is_active: form.sent.is_on("is_active"),
    };
    match visit.admin.update_user(user.id, change).await {
        Ok(user) => Ok(visit.done(&path(user.id), "saved")),
        Err(error) => form.refused(visit, error),
    }
}

async fn set_password(visit: &Visit<'_>, user: &User) -> Answered {
    let context = json!({ "user": shown(visit, user), "back": visit.address(&path(user.id)) });
    let sent = visit.sent.clone().unwrap_or_default();
    let mut form = Form::new("admin/users/password", &PASSWORD, sent, context);
    if visit.sent.is_none() {
        return form.page(visit);
    }
    let password = password(&mut form);
    if !form.is_right() {
        return form.wrong_page(visit);
    }
    match visit.admin.set_user_password(user.id, &password).await {
        Ok(()) => Ok(visit.done(&path(user.id), "password")),
        Err(error) => form.refused(visit, error),
    }
}

/// The password of a form, typed twice: as it is, with white space around it.
fn password(form: &mut Form<'_>) -> String {
    form.check_text();
    let password = form.sent.raw("password").to_owned();
    if form.sent.raw("password_again") != password {
        form.wrong("password_again", "is not the same");
    }
    password
}

async fn delete(visit: &Visit<'_>, user: &User) -> Answered {
    if visit.sent.is_none() {
        return Ok(confirm::ask(visit, "delete-user", &user.username, &path(user.id)));
    }
    visit.admin.delete_user(user.id).await?;
    Ok(visit.done("/users/", "deleted"))
}

fn shown(visit: &Visit<'_>, user: &User) -> Value {
    json!({
        "href": visit.address(&path(user.id)),
        "id": user.id,
        "username": user.username,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "email": user.email,
        "is_staff": user.is_staff,
        "is_superuser": user.is_superuser,
        "state": if user.is_active { "active" } else { "inactive" },
        "created": moment(user.created_at),
    })
}
