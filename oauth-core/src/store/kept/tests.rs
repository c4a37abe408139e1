use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

use diesel::{
    Connection,
    connection::{InstrumentationEvent, SimpleConnection},
};

use super::super::{
    DbConnection, access_token, authorization_code, client, connection::Database as Kind, consent,
    exchange::Exchange, executor::tests::databases, grant, plan, redemption::Redemption,
    refresh_token, rotation::Rotation, scope, session, user,
};
use crate::{
    Resources, Scopes,
    secret::{Digest, Key},
    store::{
        access_token::NewAccessToken,
        authorization_code::NewAuthorizationCode,
        family::{NewFamily, NewTokens},
        grant::NewGrant,
        refresh_token::NewRefreshToken,
        write::Write,
    },
};

const CLIENT: &str = "INSERT INTO oauth_clients (client_id, metadata, description, is_public, require_pkce, version, \
    created_at) VALUES ('app', '{\"client_name\":\"app\"}', '', FALSE, FALSE, 1, 0)";

const USER: &str = "INSERT INTO oauth_users (username, password_hash, first_name, last_name, email, is_staff, \
    is_superuser, is_active, created_at) VALUES ('ada', '', '', '', '', FALSE, FALSE, TRUE, 0)";

/// What the requests that come most often look up and write.
fn requests(db: &mut DbConnection, round: &str) {
    let client = client::version(db, "app").unwrap().unwrap();
    scope::named(db, &"a b c".parse().unwrap()).unwrap();
    let (subject, redirect_uri) = ("1".to_owned(), "https://app.example/".to_owned());
    let consent = consent::Consent { subject, client_id: client.id, redirect_uri };
    assert!(consent::allowed(db, &consent).unwrap().is_none());
    let ada = user::named(db, "ada", "ada").unwrap().unwrap();
    let family = i64::try_from(round.len()).unwrap();
    let new = NewGrant {
        openid: None,
        sid: None,
        id: family,
        client_id: client.id,
        subject: None,
        scopes: Scopes::default(),
        resources: Resources::default(),
        created_at: 0,
        expires_at: None,
        data: None,
    };
    let digest = Digest::of(round);
    let code = NewAuthorizationCode {
        digest,
        prefix: String::new(),
        redirect_uri: None,
        code_challenge: None,
        created_at: 0,
        expires_at: 9,
    };
    assert!(wins(db, &NewFamily { grant: new.clone(), first: code }));
    let key = Key { family, digest };
    authorization_code::find(db, key).unwrap().unwrap();
    let redemption =
        || Redemption { key, now: 1, tokens: pair(round), data: Some("{}".to_owned()) };
    assert!(wins(db, &redemption()));
    assert!(!wins(db, &redemption()), "once");
    tokens(db, key);
    let new = NewGrant { id: family + 100, ..new };
    assert!(wins(db, &NewFamily { grant: new, first: pair(&format!("more {round}")) }));
    grant::touch(db, family, 1).unwrap();
    assert_eq!(grant::members(db, family).unwrap(), None);
    assert!(grant::revoke(db, family, 1).unwrap());

    session::insert(db, &digest, (ada.id, "sid"), &session::SignedInAt::default(), (0, 9)).unwrap();
    session::find(db, &digest).unwrap().unwrap();
    session::used(db, &digest, (5, 10)).unwrap();
}

/// As the database does it for a request.
fn wins<W: Write>(db: &mut DbConnection, write: &W) -> bool {
    match db {
        DbConnection::Postgres(db) => W::at_once(db, &[write]).unwrap() == [true],
        DbConnection::Sqlite(_) => write.step_by_step(db).unwrap(),
    }
}

fn pair(value: &str) -> NewTokens {
    let (digest, prefix) = (Digest::of(value), String::new());
    let (scopes, created_at) = (Scopes::default(), 0);
    NewTokens {
        access: NewAccessToken {
            digest,
            prefix,
            scopes,
            audience: None,
            created_at,
            expires_at: 9,
        },
        refresh: Some(NewRefreshToken {
            digest,
            prefix: String::new(),
            created_at,
            expires_at: None,
            predecessor: None,
        }),
    }
}

/// The same of the tokens of a family.
fn tokens(db: &mut DbConnection, key: Key) {
    let family = key.family;
    access_token::standing(db, key).unwrap().unwrap();
    let (found, _) = refresh_token::find(db, key).unwrap().unwrap();
    if let DbConnection::Postgres(db) = db {
        assert_eq!(client::versions(db, &["app".to_owned()]).unwrap().len(), 1);
        assert_eq!(access_token::standings(db, &[key]).unwrap().len(), 1);
        assert_eq!(refresh_token::found(db, &[key]).unwrap().len(), 1);
    }
    let NewTokens { access, .. } = pair(&format!("exchanged of {family}"));
    let exchange = Exchange { subject: key, now: 1, access, actor: Some("{}".to_owned()) };
    assert!(exchange.issue(db).unwrap());
    let NewTokens { access, refresh } = pair(&format!("successor of {family}"));
    let refresh = NewRefreshToken { predecessor: Some(key.digest), ..refresh.unwrap() };
    let rotation = Rotation {
        key,
        redeemed: found,
        now: 1,
        salt: [0; 32],
        access,
        refresh,
        data: Some("{}".to_owned()),
        members: None,
    };
    assert!(wins(db, &rotation));
    assert!(!wins(db, &rotation), "once");
    refresh_token::forget_salt(db, family, key.digest.as_bytes()).unwrap();
    access_token::revoke(db, family, key.digest.as_bytes(), 1).unwrap();
}

#[test]
fn what_most_requests_ask_is_prepared_once_a_connection_and_goes_by_an_index() {
    for database in databases() {
        crate::Store::open(&database.url).unwrap().migrate().unwrap();
        let mut db = Kind::parse(&database.url).unwrap().connect().unwrap();
        db.batch_execute(&format!("{CLIENT}; {USER}")).unwrap();
        let (asked, prepared) =
            (Arc::new(Mutex::new(BTreeSet::new())), Arc::new(Mutex::new(Vec::new())));
        let (hears_asked, hears_prepared) = (Arc::clone(&asked), Arc::clone(&prepared));
        db.set_instrumentation(move |event: InstrumentationEvent<'_>| match event {
            InstrumentationEvent::StartQuery { query, .. } => {
                let query = query.to_string();
                let statement = query.split(" -- binds").next().unwrap().to_owned();
                hears_asked.lock().unwrap().insert(statement);
            }
            InstrumentationEvent::CacheQuery { sql, .. } => {
                hears_prepared.lock().unwrap().push(sql.to_owned());
            }
            _ => {}
        });
        requests(&mut db, "the first time");
        requests(&mut db, "and again");

        let (asked, prepared) = (asked.lock().unwrap(), prepared.lock().unwrap());
        let once: BTreeSet<String> = prepared.iter().cloned().collect();
        assert_eq!(*asked, once, "kept is what is asked");
        assert_eq!(prepared.len(), once.len(), "and never prepared again");
        // SQLite prepares a statement anew whenever another limit might be bound to it.
        let limited = asked.iter().find(|statement| statement.contains("LIMIT"));
        assert_eq!(limited, None, "a unique key needs no limit");
        db.set_instrumentation(|_: InstrumentationEvent<'_>| ());
        asked.iter().for_each(|statement| plan::assert_indexed(&mut db, statement));
    }
}
