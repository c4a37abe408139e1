//! The writes that requests wait for: issue, redeem, rotate. On PostgreSQL those of a kind share a statement, which is its
//! own transaction; SQLite takes them step by step and shares the commit.

use std::{
    collections::HashMap,
    hash::{Hash, Hasher},
    ptr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use diesel::{
    QueryableByName, RunQueryDsl,
    query_dsl::LoadQuery,
    result::{DatabaseErrorKind as Kind, Error},
    sql_types::BigInt,
};
use tokio::time::Instant;

use super::{
    Affected, DbConnection, PgConnection, Query, StoreError,
    executor::{Queue, Queues, transaction},
    kept::{Keep, Kept},
};

/// A write with one compare-and-set in it.
pub(crate) trait Write: Send + Sync + Sized + 'static {
    /// Where those of its kind wait for PostgreSQL.
    fn queue(queues: &Queues) -> &Queue<Self>;

    /// What it affects, where it wins.
    fn affected(&self) -> Affected;

    /// Does it, and says whether it won.
    fn step_by_step(&self, db: &mut DbConnection) -> Query<bool>;

    /// Does all of these in one statement, and says of each whether it won. Where two want the same, one does.
    fn at_once(db: &mut PgConnection, these: &[&Self]) -> Query<Vec<bool>>;

    /// Whether what it writes is there: its own, which nobody else can have drawn.
    fn is_done(&self, db: &mut PgConnection) -> Query<bool>;
}

/// One that waits for the next statement of its kind.
pub(crate) struct Waiting<W>(Arc<Sent<W>>);

struct Sent<W> {
    write: W,
    /// From when on its caller has been told that it failed.
    ends: Instant,
    /// Whether it was sent before: then the rows say what became of it.
    was_sent: AtomicBool,
}

/// What became of one.
#[derive(Clone)]
pub(crate) enum Outcome {
    Won,
    Lost,
    /// By its own fault, and no other's.
    Failed(Arc<StoreError>),
}

impl<W> Waiting<W> {
    pub(super) fn new(write: W, ends: Instant) -> Self {
        Self(Arc::new(Sent { write, ends, was_sent: AtomicBool::new(false) }))
    }
}

impl<W> Clone for Waiting<W> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<W> PartialEq for Waiting<W> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl<W> Eq for Waiting<W> {}

impl<W> Hash for Waiting<W> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        ptr::hash(Arc::as_ptr(&self.0), state);
    }
}

/// What came in time is sent together. Where the statement fails by the fault of one, each goes alone. It may run again
/// after a connection broke: what was sent before and is there is done. It may even have been under way until now, so
/// that what was sent before is looked for once more where somebody has won.
pub(super) fn all<W: Write>(
    db: &mut PgConnection,
    waiting: &[Waiting<W>],
) -> Query<HashMap<Waiting<W>, Outcome>> {
    let (mut outcomes, mut open) = (HashMap::new(), Vec::new());
    for one in waiting {
        let was_sent = one.0.was_sent.swap(true, Relaxed);
        if was_sent && one.0.write.is_done(db)? {
            outcomes.insert(one.clone(), Outcome::Won);
        } else if Instant::now() < one.0.ends {
            open.push((one, was_sent));
        }
    }
    if open.is_empty() {
        return Ok(outcomes);
    }
    let writes: Vec<&W> = open.iter().map(|(one, _)| &one.0.write).collect();
    let sent: Vec<Outcome> = match W::at_once(db, &writes) {
        Ok(won) => won.into_iter().map(Outcome::of).collect(),
        Err(error) if is_of_one(&error) => {
            writes.iter().map(|write| alone(db, *write)).collect::<Query<_>>()?
        }
        Err(error) => return Err(error),
    };
    for ((one, was_sent), mut outcome) in open.into_iter().zip(sent) {
        if was_sent && !matches!(outcome, Outcome::Won) && one.0.write.is_done(db)? {
            outcome = Outcome::Won;
        }
        outcomes.insert(one.clone(), outcome);
    }
    Ok(outcomes)
}

/// Where the tables are spread: step by step, in one transaction. The rows tell in the same way.
pub(super) fn one<W: Write>(db: &mut DbConnection, Waiting(one): &Waiting<W>) -> Query<bool> {
    let is_done = |db: &mut DbConnection| match db {
        DbConnection::Postgres(db) => one.write.is_done(db),
        DbConnection::Sqlite(_) => Ok(false), // none is sent here
    };
    let was_sent = one.was_sent.swap(true, Relaxed);
    if was_sent && is_done(db)? {
        return Ok(true);
    }
    match transaction(db, &|db| one.write.step_by_step(db), one.ends).0 {
        Ok(false) | Err(Error::DatabaseError(Kind::UniqueViolation, _)) => {
            Ok(was_sent && is_done(db)?)
        }
        done => done,
    }
}

fn alone<W: Write>(db: &mut PgConnection, write: &W) -> Query<Outcome> {
    match W::at_once(db, &[write]) {
        Ok(won) => Ok(Outcome::of(won == [true])),
        Err(error) if is_of_one(&error) => Ok(Outcome::Failed(Arc::new(error.into()))),
        Err(error) => Err(error),
    }
}

impl Outcome {
    fn of(won: bool) -> Self {
        if won { Self::Won } else { Self::Lost }
    }

    /// Whether it won.
    pub(super) fn into_result(self) -> Result<bool, StoreError> {
        match self {
            Self::Won => Ok(true),
            Self::Lost => Ok(false),
            Self::Failed(error) => Err(error.shared()),
        }
    }
}

/// Whether a row was at fault, and not the database.
fn is_of_one(error: &Error) -> bool {
    use Kind::{
        CheckViolation, ExclusionViolation, ForeignKeyViolation, NotNullViolation, UniqueViolation,
    };
    matches!(
        error,
        Error::DatabaseError(
            UniqueViolation
                | ForeignKeyViolation
                | CheckViolation
                | NotNullViolation
                | ExclusionViolation,
            _
        )
    )
}

/// A column of what is sent.
pub(super) fn column<'w, W, T>(these: &[&'w W], of: impl Fn(&'w W) -> T) -> Vec<T> {
    these.iter().map(|one| of(one)).collect()
}

/// The number of one that won, the first of them being 1.
#[derive(QueryableByName)]
pub(super) struct Won {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// Sends a statement that gives the numbers of those that won.
pub(super) fn won<'q, S>(db: &mut PgConnection, statement: S, count: usize) -> Query<Vec<bool>>
where
    Kept<S>: LoadQuery<'q, PgConnection, Won>,
{
    let numbers: Vec<Won> = statement.kept().load(db)?;
    let has_won = |number| numbers.iter().any(|won| usize::try_from(won.number) == Ok(number));
    Ok((1..=count).map(has_won).collect())
}

#[cfg(test)]
mod tests;
