//! Which partitions are asked.

use std::collections::BTreeSet;

use super::{
    super::super::{
        access_token::{self, NewAccessToken},
        authorization_code::NewAuthorizationCode,
        executor::tests::CLIENT,
        family::{NewFamily, NewTokens},
        grant::NewGrant,
        redemption::Redemption,
        refresh_token::{self, NewRefreshToken},
        renewal::Renewal,
        rotation::Rotation,
        write::Write,
    },
    *,
};
use crate::{
    Resources, Scopes,
    secret::{Digest, Key},
};

/// Families that are there, each with a code, an access token and a refresh token whose digest is that of its number: so
/// many that to read all of them would cost more than to look for some.
pub(super) const THERE: i64 = 40_000;
const SEED: &str = "SET session_replication_role = replica;
    INSERT INTO oauth_grants (id, client_id, subject, scopes, created_at)
        SELECT n, 1, md5(n::text), 'openid profile email offline_access', 0 FROM generate_series(1, 40000) AS n;
    INSERT INTO oauth_authorization_codes (grant_id, digest, prefix, created_at, expires_at)
        SELECT n, sha256(n::text::bytea), '', 0, 9 FROM generate_series(1, 40000) AS n;
    INSERT INTO oauth_access_tokens (grant_id, digest, prefix, scopes, created_at, expires_at)
        SELECT n, sha256(n::text::bytea), '', '', 0, 9 FROM generate_series(1, 40000) AS n;
    INSERT INTO oauth_refresh_tokens (grant_id, digest, prefix, access_token, created_at)
        SELECT n, sha256(n::text::bytea), '', sha256(n::text::bytea), 0 FROM generate_series(1, 40000) AS n;
    ANALYZE";

pub(super) fn spread(database: &Database) {
    let store = Store::open(&database.url).unwrap();
    store.migrate_spread(Spread::Partitions).unwrap();
    connection(database).batch_execute(&format!("{CLIENT}; {SEED}")).unwrap();
}

pub(super) fn there(family: i64) -> Key {
    Key { family, digest: Digest::of(&family.to_string()) }
}

pub(super) fn pair(family: i64) -> NewTokens {
    let (digest, prefix) = (Digest::of(&format!("new {family}")), String::new());
    let (scopes, created_at, expires_at) = (Scopes::default(), 0, 9);
    let refresh = NewRefreshToken {
        digest,
        prefix: prefix.clone(),
        created_at,
        expires_at: None,
        predecessor: Some(there(family).digest),
    };
    let access = NewAccessToken { digest, prefix, scopes, audience: None, created_at, expires_at };
    NewTokens { access, refresh: Some(refresh) }
}

pub(super) fn begins<F>(id: i64, first: F) -> NewFamily<F> {
    let (subject, scopes) = (None, Scopes::default());
    let grant = NewGrant {
        openid: None,
        sid: None,
        id,
        client_id: 1,
        subject,
        scopes,
        resources: Resources::default(),
        created_at: 0,
        expires_at: None,
        data: None,
    };
    NewFamily { grant, first }
}

pub(super) fn code(id: i64) -> NewFamily<NewAuthorizationCode> {
    let code = NewAuthorizationCode {
        digest: there(id).digest,
        prefix: String::new(),
        redirect_uri: None,
        code_challenge: None,
        created_at: 0,
        expires_at: 9,
    };
    begins(id, code)
}

pub(super) fn redemption(family: i64) -> Redemption {
    Redemption { key: there(family), now: 1, tokens: pair(family), data: None }
}

pub(super) fn renewal(family: i64) -> Renewal {
    Renewal { key: there(family), now: 1, access: pair(family).access }
}

pub(super) fn rotation(db: &mut DbConnection, family: i64) -> Rotation {
    let (mut redeemed, _) = refresh_token::find(db, there(family)).unwrap().unwrap();
    redeemed.predecessor = Some(there(family).digest.as_bytes().to_vec());
    let (NewTokens { access, refresh }, salt) = (pair(family), [0; 32]);
    Rotation {
        key: there(family),
        redeemed,
        now: 1,
        salt,
        access,
        refresh: refresh.unwrap(),
        data: None,
        members: None,
    }
}

/// The partitions that a text names.
pub(super) fn partitions(text: &str) -> BTreeSet<String> {
    let words = text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
    let number = |word: &str| {
        let (_, table) = word.split_once("oauth_")?;
        let (_, number) = table.split_once("_p")?;
        number
            .get(..2)
            .filter(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
            .map(str::to_owned)
    };
    words.filter_map(number).collect()
}

/// Runs it in a transaction of a connection of its own, and compares the partitions that it visits with those of the
/// families.
fn assert_visits_its_own(
    database: &Database,
    name: &str,
    families: &[i64],
    run: impl Fn(&mut PgConnection),
) {
    for mode in ["auto", "force_generic_plan"] {
        let mut db = connection(database);
        let db = postgres(&mut db);
        let begin = format!("SET plan_cache_mode = {mode}; BEGIN");
        db.batch_execute(&begin).unwrap();
        run(db);
        let visited = lines(
            db,
            "SELECT relname::text AS line FROM pg_stat_xact_user_tables WHERE schemaname = current_schema() \
             AND coalesce(seq_scan, 0) + coalesce(idx_scan, 0) + n_tup_ins + n_tup_upd > 0",
        );
        let own = format!(
            "SELECT tableoid::regclass::text AS line FROM oauth_grants WHERE id = ANY ('{{{families:?}}}')"
        );
        let own = lines(db, &own.replace(['[', ']'], ""));
        assert_eq!(partitions(&visited), partitions(&own), "{name} ({mode})\n{visited}");
        db.batch_execute("ROLLBACK").unwrap();
    }
}

fn win<W: Write>(db: &mut PgConnection, writes: &[W]) {
    let writes: Vec<&W> = writes.iter().collect();
    assert!(W::at_once(db, &writes).unwrap().into_iter().all(|won| won));
}

#[test]
fn a_shared_statement_visits_the_partitions_of_its_families_and_no_other() {
    let Some(database) = Database::postgres() else { return };
    spread(&database);
    let (families, new) = ([7, 8, 2000], [THERE + 7, THERE + 8, THERE + 9000]);
    let keys = families.map(there);
    let rotations = families.map(|family| rotation(&mut connection(&database), family));
    let is = |name, families: &[i64], run: &dyn Fn(&mut PgConnection)| {
        assert_visits_its_own(&database, name, families, run);
    };
    is("bearer checks", &families, &|db| {
        assert_eq!(access_token::standings(db, &keys).unwrap().len(), 3);
    });
    is("refresh tokens", &families, &|db| {
        assert_eq!(refresh_token::found(db, &keys).unwrap().len(), 3);
    });
    is("codes", &new, &|db| win(db, &new.map(code)));
    is("issues", &new, &|db| win(db, &new.map(|id| begins(id, pair(id)))));
    is("redemptions", &families, &|db| win(db, &families.map(redemption)));
    is("rotations", &families, &|db| win(db, &rotations));
    is("renewals", &families, &|db| win(db, &families.map(renewal)));
}

#[tokio::test]
async fn a_store_finds_out_at_its_start_whether_it_may_share() {
    let Some(database) = Database::postgres() else { return };
    spread(&database);
    let (id, store) = (THERE + 1, format!("{}&application_name=alone", database.url));
    let store = Store::open(&store).unwrap();
    let last = "SELECT query AS line FROM pg_stat_activity WHERE application_name = 'alone'";
    let assert_alone = |what: &str| {
        let sent = lines(postgres(&mut connection(&database)), last);
        assert!(!sent.is_empty() && !sent.contains("unnest"), "{what}: {sent}");
    };
    assert!(store.compare_and_set(begins(id, pair(id))).await.unwrap());
    assert_alone("an issue");
    assert!(!store.compare_and_set(begins(id, pair(id))).await.unwrap(), "its key is taken");
    assert!(store.standing(there(7)).await.unwrap().is_some());
    assert_alone("a bearer check");
    assert!(store.refresh_token(there(7)).await.unwrap().is_some());
    assert_alone("a refresh token");
}
