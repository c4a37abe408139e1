//! The bundled users. An application with its own has no such pages.

mod sessions;

use oauth_core::{
    NewUser, User,
    admin::{self, UserChange, UserFilter},
};
use serde_json::{Value, json};

use super::{
    confirm,
    field::{Field, Kind},
    form::Form,
    list::{Asked, Which},
    record::Records,
    refusal::{Answered, Refusal},
    sent::Sent,
    shown::moment,
    visit::{Visit, found, key},
};

const USERS: Records = Records {
    kind: admin::Kind::User,
    name: "user",
    path: "/users/",
    template: "admin/users/form",
};

const NEW: [Field; 9] = [
    Field::new("username", Kind::Line),
    Field::new("password", Kind::Hidden),
    Field::new("password_again", Kind::Again("password")),
    Field::new("first_name", Kind::Line),
    Field::new("last_name", Kind::Line),
    Field::new("email", Kind::Line),
    Field::new("email_verified", Kind::Check),
    Field::new("is_staff", Kind::Check),
    Field::new("is_superuser", Kind::Check),
];

const OLD: [Field; 8] = [
    Field::new("username", Kind::Line),
    Field::new("first_name", Kind::Line),
    Field::new("last_name", Kind::Line),
    Field::new("email", Kind::Line),
    Field::new("email_verified", Kind::Check),
    Field::new("is_active", Kind::Check),
    Field::new("is_staff", Kind::Check),
    Field::new("is_superuser", Kind::Check),
];

const PASSWORD: [Field; 2] =
    [Field::new("password", Kind::Hidden), Field::new("password_again", Kind::Again("password"))];

pub(super) async fn answer(visit: &Visit<'_>, path: &[&str]) -> Answered {
    if !visit.oauth.has_bundled_users() {
        return Err(Refusal::Missing);
    }
    match path {
        [] => list(visit).await,
        ["new"] => create(visit).await,
        [id] => change(visit, &user(visit, id).await?).await,
        [id, "sessions", sid, "end"] => sessions::end(visit, &user(visit, id).await?, sid).await,
        [id, "password"] => set_password(visit, &user(visit, id).await?).await,
        [id, "delete"] => delete(visit, &user(visit, id).await?).await,
        _ => Err(Refusal::Missing),
    }
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
    let form = USERS.created(visit, &NEW)?;
    let new = NewUser {
        username: form.sent.text("username").to_owned(),
        first_name: form.sent.text("first_name").to_owned(),
        last_name: form.sent.text("last_name").to_owned(),
        email: form.sent.text("email").to_owned(),
        email_verified: form.sent.is_on("email_verified"),
        is_staff: form.sent.is_on("is_staff"),
        is_superuser: form.sent.is_on("is_superuser"),
    };
    let created = visit.admin.create_user(new, form.sent.raw("password")).await;
    let user = form.saved(visit, created)?;
    Ok(visit.done(&USERS.path(user.id), "created"))
}

async fn change(visit: &Visit<'_>, user: &User) -> Answered {
    let begun = Sent::default()
        .with("username", &user.username)
        .with("first_name", &user.first_name)
        .with("last_name", &user.last_name)
        .with("email", &user.email)
        .with_check("email_verified", user.email_verified)
        .with_check("is_active", user.is_active)
        .with_check("is_staff", user.is_staff)
        .with_check("is_superuser", user.is_superuser);
    let mut record = shown(visit, user);
    if let Some(record) = record.as_object_mut() {
        record.insert("sessions".to_owned(), sessions::shown(visit, user).await?.into());
    }
    let form = USERS.changed(visit, &OLD, (user.id, record), begun).await?;
    let change = UserChange {
        username: form.sent.text("username").to_owned(),
        first_name: form.sent.text("first_name").to_owned(),
        last_name: form.sent.text("last_name").to_owned(),
        email: form.sent.text("email").to_owned(),
        email_verified: form.sent.is_on("email_verified"),
        is_staff: form.sent.is_on("is_staff"),
        is_superuser: form.sent.is_on("is_superuser"),
        is_active: form.sent.is_on("is_active"),
    };
    let user = form.saved(visit, visit.admin.update_user(user.id, change).await)?;
    Ok(visit.done(&USERS.path(user.id), "saved"))
}

async fn set_password(visit: &Visit<'_>, user: &User) -> Answered {
    let back = USERS.path(user.id);
    let context = json!({ "user": shown(visit, user), "back": visit.address(&back) });
    let sent = visit.sent.clone().unwrap_or_default();
    let form = Form::new("admin/users/password", &PASSWORD, sent, context).filled(visit)?;
    // As it was typed, with white space around it.
    let password = form.sent.raw("password");
    let set = visit.admin.set_user_password(user.id, password).await;
    form.saved(visit, set)?;
    Ok(visit.done(&back, "password"))
}

async fn delete(visit: &Visit<'_>, user: &User) -> Answered {
    if visit.sent.is_none() {
        return Ok(confirm::ask(visit, "delete-user", &user.username, &USERS.path(user.id)));
    }
    visit.admin.delete_user(user.id).await?;
    Ok(visit.done(USERS.path, "deleted"))
}

fn shown(visit: &Visit<'_>, user: &User) -> Value {
    json!({
        "href": visit.address(&USERS.path(user.id)),
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
