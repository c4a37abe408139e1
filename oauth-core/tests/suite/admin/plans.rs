//! What a list costs does not grow with the table: the plans of both databases for each list and each filter.

use std::sync::Mutex;

use diesel::{
    RunQueryDsl,
    connection::{
        Instrumentation, InstrumentationEvent, SimpleConnection, set_default_instrumentation,
    },
    sql_query,
    sql_types::Text,
};
use oauth_core::{
    RegisteredBy,
    admin::{
        Admin, AuditFilter, ClientFilter, FamilyFilter, IssuedFilter, IssuedKind, Kind,
        ScopeFilter, UserFilter,
    },
};

use crate::support::{Database, Fixture};

/// The queries that carry the mark, in the order in which any test sent them.
static SENT: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// A key behind all others, which stands in no other test.
const KEY: &str = "987654321";
/// In a list of codes or tokens.
const ISSUED: &str = "987654321-0000000000000001";
/// In a list of names: a name that stands in no other test.
const NAME: &str = "0~zzplan";

fn listen() -> Option<Box<dyn Instrumentation>> {
    Some(Box::new(|event: InstrumentationEvent<'_>| {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            let query = query.to_string();
            if query.contains(KEY) || query.contains("zzplan") {
                SENT.lock().unwrap().push(query);
            }
        }
    }))
}

/// A list, and a word that its plan must hold: the index that serves the filter.
struct Listed {
    filter: &'static str,
    index: &'static str,
    queries: Vec<String>,
}

/// Rows of every table: so many that the planner of PostgreSQL has reason to care.
const SEED: &str = "
    INSERT INTO oauth_users (username, password_hash, first_name, last_name, email, is_staff, is_superuser, is_active, created_at, name_key, name_skeleton)
        SELECT 'user' || n, '', '', '', 'user' || n || '@example.com', n % 2 = 0, FALSE, n % 2 = 0, 1, 'user' || n, 'user' || n FROM numbers;
    INSERT INTO oauth_scopes (name, description, is_enabled) SELECT 'scope' || n, '', n % 2 = 0 FROM numbers;
    INSERT INTO oauth_clients (client_id, metadata, description, is_public, require_pkce, version, created_at, disabled_at, registered_by)
        SELECT 'id' || n, '{\"client_name\":\"client' || n || '\"}', '', n % 2 = 0, FALSE, 1, 1, CASE n % 2 WHEN 0 THEN 1 END,
            CASE n % 3 WHEN 0 THEN 'dynamic' WHEN 1 THEN 'staff' ELSE 'document' END FROM numbers;
    INSERT INTO oauth_grants (id, client_id, subject, scopes, created_at, revoked_at)
        SELECT n, 1 + n % 10, CAST(n % 10 AS TEXT), 'read', 1, CASE n % 2 WHEN 0 THEN 1 END FROM numbers;
    INSERT INTO oauth_authorization_codes (grant_id, digest, prefix, created_at, expires_at)
        SELECT 1 + n % 100, CAST('code' || n AS DIGEST), '', 1, 1 FROM numbers;
    INSERT INTO oauth_access_tokens (grant_id, digest, prefix, scopes, created_at, expires_at)
        SELECT 1 + n % 100, CAST('token' || n AS DIGEST), '', '', 1, 1 FROM numbers;
    INSERT INTO oauth_refresh_tokens (grant_id, digest, prefix, access_token, created_at)
        SELECT 1 + n % 100, CAST('token' || n AS DIGEST), '', '', 1 FROM numbers;
    INSERT INTO oauth_audit (at, actor, actor_name, action, kind, record_id, record_name, changes)
        SELECT 1, CAST(n % 100 AS TEXT), '', 'update', 'client', n % 100, '', '' FROM numbers;
    ANALYZE";

impl Database {
    fn seed(&self) {
        let (digest, numbers) = if self.is_postgres() {
            (
                "bytea",
                "CREATE TEMPORARY VIEW numbers AS SELECT * FROM generate_series(1, 20000) AS n",
            )
        } else {
            let series = "CREATE TEMPORARY TABLE numbers AS \
                WITH RECURSIVE series (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < 2000) \
                SELECT n FROM series";
            ("blob", series)
        };
        let seed = SEED.replace("DIGEST", digest);
        // SQLite's planner must do without statistics: nobody makes them.
        let seed = if self.is_postgres() { seed } else { seed.replace("ANALYZE", "") };
        self.execute(&format!("{numbers}; {seed}"));
    }

    fn plan(&self, query: &str) -> String {
        let (sql, binds) = query.rsplit_once(" -- binds: ").expect("a query with binds");
        if self.is_postgres() {
            self.plan_of_postgres(sql, binds)
        } else {
            self.plan_of_sqlite(sql)
        }
    }

    fn plan_of_sqlite(&self, sql: &str) -> String {
        #[derive(diesel::QueryableByName)]
        struct Step {
            #[diesel(sql_type = Text)]
            detail: String,
        }
        let explain = format!("EXPLAIN QUERY PLAN {sql}");
        let steps: Vec<Step> = sql_query(explain).load(&mut self.connect_sqlite()).expect("a plan");
        steps.into_iter().map(|step| step.detail + "\n").collect()
    }

    fn plan_of_postgres(&self, sql: &str, binds: &str) -> String {
        #[derive(diesel::QueryableByName)]
        struct Step {
            #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
            detail: String,
        }
        let mut connection = self.connect_postgres();
        connection.batch_execute(&format!("PREPARE listed AS {sql}")).expect("a statement");
        let explain = format!("EXPLAIN EXECUTE listed ({})", literals(binds));
        let steps: Vec<Step> = sql_query(explain).load(&mut connection).expect("a plan");
        steps.into_iter().map(|step| step.detail + "\n").collect()
    }
}

/// Binds as diesel prints them, as PostgreSQL reads them: texts in single quotes, bytes as one text.
fn literals(binds: &str) -> String {
    let binds = binds.trim();
    let binds = binds.strip_prefix('[').and_then(|binds| binds.strip_suffix(']'));
    let mut literals = binds.expect("a list").to_owned();
    while let (Some(start), Some(end)) = (literals.find('['), literals.find(']')) {
        literals.replace_range(start..=end, "'bytes'");
    }
    literals.replace('"', "'").replace("\\u{10ffff}", "\u{10ffff}")
}

/// Asks for each of the lists, and adds to `$lists` what it asked the database.
macro_rules! listed {
    ($lists:ident, $admin:ident . $list:ident, $after:expr, $($filter:expr => $index:expr),+ $(,)?) => {$(
        listed!(@asked $lists, $filter, $index, $admin.$list($filter, Some($after)));
    )+};
    ($lists:ident, $admin:ident . issued of $kind:ident, $after:expr, $($filter:expr => $index:expr),+ $(,)?) => {$(
        listed!(@asked $lists, $filter, $index, $admin.issued(IssuedKind::$kind, $filter, Some($after)));
    )+};
    (@asked $lists:ident, $filter:expr, $index:expr, $asked:expr) => {
        SENT.lock().unwrap().clear();
        $asked.await.expect("a list");
        let queries = SENT.lock().unwrap().drain(..).collect();
        $lists.push(Listed { filter: stringify!($filter), index: $index, queries });
    };
}

/// What the lists of clients, scopes and users ask.
async fn of_records(admin: &Admin) -> Vec<Listed> {
    let mut lists = Vec::new();
    let text = || "zzplan".to_owned();
    listed!(lists, admin.clients, NAME, ClientFilter::NameBegins(text()) => "oauth_clients_name");
    listed!(lists, admin.scopes, NAME, ScopeFilter::NameBegins(text()) => "oauth_scopes_name");
    listed!(lists, admin.users, NAME, UserFilter::UsernameBegins(text()) => "oauth_users_name_key");
    listed!(lists, admin.clients, KEY,
        ClientFilter::All => "",
        ClientFilter::ClientId(text()) => "client_id",
        ClientFilter::Public => "oauth_clients_public",
        ClientFilter::Confidential => "oauth_clients_confidential",
        ClientFilter::Enabled => "oauth_clients_enabled",
        ClientFilter::Disabled => "oauth_clients_disabled",
        ClientFilter::RegisteredBy(RegisteredBy::Staff) => "oauth_clients_staff",
        ClientFilter::RegisteredBy(RegisteredBy::Dynamic) => "oauth_clients_dynamic",
        ClientFilter::RegisteredBy(RegisteredBy::Document) => "oauth_clients_document",
    );
    listed!(lists, admin.scopes, KEY,
        ScopeFilter::All => "",
        ScopeFilter::Enabled => "oauth_scopes_enabled",
        ScopeFilter::Disabled => "oauth_scopes_disabled",
    );
    listed!(lists, admin.users, KEY,
        UserFilter::All => "",
        UserFilter::Email(text()) => "oauth_users_email",
        UserFilter::Staff => "oauth_users_staff",
        UserFilter::Active => "oauth_users_active",
        UserFilter::Inactive => "oauth_users_inactive",
    );
    lists
}

/// What the lists of what was issued ask, and that of changes.
async fn of_issues(admin: &Admin) -> Vec<Listed> {
    let mut lists = Vec::new();
    listed!(lists, admin.families, KEY,
        FamilyFilter::All => "",
        FamilyFilter::OfClient(7) => "oauth_grants_client_id",
        FamilyFilter::OfSubject("7".to_owned()) => "oauth_grants_subject",
        FamilyFilter::Revoked => "oauth_grants_revoked",
    );
    listed!(lists, admin.issued of AuthorizationCode, ISSUED,
        IssuedFilter::All => "",
        IssuedFilter::Value("oac_AAAAADreaLEAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eH-4m9Cc".into()) => "digest",
        IssuedFilter::OfFamily(7) => "oauth_authorization_codes",
    );
    listed!(lists, admin.issued of AccessToken, ISSUED,
        IssuedFilter::All => "",
        IssuedFilter::Value("oat_AAAAADreaLEAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyxeD0E".into()) => "digest",
        IssuedFilter::OfFamily(7) => "oauth_access_tokens",
    );
    listed!(lists, admin.issued of RefreshToken, ISSUED,
        IssuedFilter::All => "",
        IssuedFilter::Value("ort_AAAAADreaLEAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eH09zbno".into()) => "digest",
        IssuedFilter::OfFamily(7) => "oauth_refresh_tokens",
    );
    listed!(lists, admin.audit, KEY,
        AuditFilter::All => "",
        AuditFilter::Of(Kind::Client, 7) => "oauth_audit_record",
        AuditFilter::By("7".to_owned()) => "oauth_audit_actor",
    );
    lists
}

/// The two databases in turn: the queries are heard by the whole program.
static ONE_AT_A_TIME: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

both_databases! {
    async fn every_list_and_every_filter_is_read_from_one_index_in_its_order(database: Database) {
        let _alone = ONE_AT_A_TIME.lock().await;
        set_default_instrumentation(listen).expect("the instrumentation");
        let fixture = Fixture::on(database).await;
        fixture.database.seed();

        // A table that is read whole, rows that are sorted, or read and thrown away; of each database in its words.
        let unbounded: &[&str] = if fixture.database.is_postgres() {
            &["Seq Scan", "Sort", "Hash", "Filter:", "Bitmap"]
        } else {
            &["SCAN", "USE TEMP B-TREE", "AUTOMATIC"]
        };
        let (records, issues) = (of_records(&fixture.admin()).await, of_issues(&fixture.admin()).await);
        for Listed { filter, index, queries } in records.into_iter().chain(issues) {
            assert!(!queries.is_empty(), "{filter}: nothing was heard");
            for query in queries {
                let plan = fixture.database.plan(&query);
                // What is unique is one row, whatever is done with it then (SQLite up to 3.46 sorts it).
                let finds_one = ["client_id", "digest"].contains(&index);
                let harmless = |step: &str| finds_one && ["Sort", "Filter:", "USE TEMP B-TREE"].contains(&step);
                let found =
                    unbounded.iter().find(|step| plan.contains(**step) && !harmless(step));
                assert_eq!(found, None, "{filter}: {query}\n{plan}");
                assert!(plan.contains(index), "{filter}: not by {index}: {query}\n{plan}");
            }
        }
    }
}
