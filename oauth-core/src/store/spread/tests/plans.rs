//! How each statement that concerns one family is planned.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

use diesel::{Connection, connection::InstrumentationEvent};

use super::{
    super::super::{access_token, authorization_code, exchange::Exchange, grant, write::Write},
    visits::{THERE, begins, code, pair, partitions, redemption, renewal, rotation, spread, there},
    *,
};

/// What requests send that concern one family.
fn of_one_family(db: &mut DbConnection, family: i64) {
    let key = there(family);
    access_token::standing(db, key).unwrap().unwrap();
    access_token::told(db, key).unwrap().unwrap();
    authorization_code::find(db, key).unwrap().unwrap();
    let (actor, access) = (Some("{}".to_owned()), pair(family + 3).access);
    assert!(Exchange { subject: key, now: 1, access, actor }.issue(db).unwrap());
    assert!(redemption(family).step_by_step(db).unwrap());
    assert!(renewal(family + 1).step_by_step(db).unwrap());
    let rotation = rotation(db, family + 2);
    assert!(rotation.step_by_step(db).unwrap());
    assert!(code(THERE + 1).step_by_step(db).unwrap());
    assert!(begins(THERE + 2, pair(THERE + 2)).step_by_step(db).unwrap());
    assert!(rotation.is_done(postgres(db)).unwrap());
    grant::touch(db, family, 2).unwrap();
    assert!(grant::revoke(db, family, 2).unwrap());
}

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
    line: String,
}

fn plan(db: &mut PgConnection, statement: &str) -> String {
    db.batch_execute(&format!("PREPARE explained AS {statement}")).expect(statement);
    let places = (1..).take_while(|place| statement.contains(&format!("${place}")));
    let values = places.map(|_| "'7'").collect::<Vec<_>>().join(", ");
    let explain = format!("EXPLAIN EXECUTE explained ({values})");
    let steps: Vec<Step> = sql_query(explain).load(db).expect(statement);
    db.batch_execute("DEALLOCATE explained").unwrap();
    steps.into_iter().map(|step| step.line + "\n").collect()
}

#[test]
fn the_plan_of_each_statement_of_a_family_is_one_partition() {
    let Some(database) = Database::postgres() else { return };
    spread(&database);
    let (mut db, sent) = (connection(&database), Arc::new(Mutex::new(BTreeSet::new())));
    let hears = Arc::clone(&sent);
    db.set_instrumentation(move |event: InstrumentationEvent<'_>| {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            let query = query.to_string();
            hears.lock().unwrap().insert(query.split(" -- binds").next().unwrap().to_owned());
        }
    });
    of_one_family(&mut db, 7);
    db.set_instrumentation(|_: InstrumentationEvent<'_>| ());
    let sent = sent.lock().unwrap();
    assert!(sent.len() >= 15, "{sent:#?}");
    for statement in sent.iter() {
        let plan = plan(postgres(&mut db), statement);
        let inserts = statement.starts_with("INSERT");
        assert_eq!(partitions(&plan).len(), usize::from(!inserts), "{statement}\n{plan}");
    }
}
