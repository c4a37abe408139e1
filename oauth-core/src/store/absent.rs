//! A connection that there never is: it stands in for the database that is not compiled in.
//!
//! So the queries, and the code that is one database's own, are compiled in every build, and only this file and
//! `connection.rs` know of features. It claims PostgreSQL's dialect, which diesel compiles without libpq.

use std::{any::Any, ops::Range};

use diesel::{
    ConnectionResult, QueryResult,
    connection::{
        AnsiTransactionManager, CacheSize, Connection, Instrumentation, LoadConnection,
        SimpleConnection,
    },
    expression::QueryMetadata,
    internal::derives::multiconnection::{
        ConnectionSealed, MultiConnectionHelper, PartialRow, RowSealed,
    },
    migration::MigrationConnection,
    pg::{Pg, PgValue},
    query_builder::{Query, QueryFragment, QueryId},
    r2d2::R2D2Connection,
    row::{Field, Row, RowIndex},
    sql_types::TypeMetadata,
};

/// No value of it exists, nor of what it would read.
#[derive(Debug)]
pub(crate) enum Absent {}

impl SimpleConnection for Absent {
    fn batch_execute(&mut self, _: &str) -> QueryResult<()> {
        match *self {}
    }
}

impl ConnectionSealed for Absent {}

impl Connection for Absent {
    type Backend = Pg;
    type TransactionManager = AnsiTransactionManager;

    fn establish(_: &str) -> ConnectionResult<Self> {
        Err(diesel::ConnectionError::BadConnection(NOT_COMPILED_IN.to_owned()))
    }

    fn execute_returning_count<T>(&mut self, _: &T) -> QueryResult<usize>
    where
        T: QueryFragment<Pg> + QueryId,
    {
        match *self {}
    }

    fn transaction_state(&mut self) -> &mut AnsiTransactionManager {
        match *self {}
    }

    fn instrumentation(&mut self) -> &mut dyn Instrumentation {
        match *self {}
    }

    fn set_instrumentation(&mut self, _: impl Instrumentation) {
        match *self {}
    }

    fn set_prepared_statement_cache_size(&mut self, _: CacheSize) {
        match *self {}
    }
}

impl LoadConnection for Absent {
    type Cursor<'conn, 'query> = std::iter::Empty<QueryResult<Self>>;
    type Row<'conn, 'query> = Self;

    fn load<'conn, 'query, T>(&'conn mut self, _: T) -> QueryResult<Self::Cursor<'conn, 'query>>
    where
        T: Query + QueryFragment<Pg> + QueryId + 'query,
        Pg: QueryMetadata<T::SqlType>,
    {
        match *self {}
    }
}

impl MultiConnectionHelper for Absent {
    fn to_any<'a>(_: &mut <Pg as TypeMetadata>::MetadataLookup) -> &mut (dyn Any + 'a) {
        Box::leak(Box::new(())) // which takes no memory
    }

    fn from_any(_: &mut dyn Any) -> Option<&mut <Pg as TypeMetadata>::MetadataLookup> {
        None
    }
}

impl MigrationConnection for Absent {
    fn setup(&mut self) -> QueryResult<usize> {
        match *self {}
    }
}

impl R2D2Connection for Absent {
    fn ping(&mut self) -> QueryResult<()> {
        match *self {}
    }
}

impl RowSealed for Absent {}

impl RowIndex<usize> for Absent {
    fn idx(&self, _: usize) -> Option<usize> {
        match *self {}
    }
}

impl RowIndex<&str> for Absent {
    fn idx(&self, _: &str) -> Option<usize> {
        match *self {}
    }
}

impl<'conn> Row<'conn, Pg> for Absent {
    type Field<'f>
        = Self
    where
        'conn: 'f;
    type InnerPartialRow = Self;

    fn field_count(&self) -> usize {
        match *self {}
    }

    fn get<'b, I>(&'b self, _: I) -> Option<Self>
    where
        'conn: 'b,
        Self: RowIndex<I>,
    {
        match *self {}
    }

    fn partial_row(&self, _: Range<usize>) -> PartialRow<'_, Self> {
        match *self {}
    }
}

impl Field<'_, Pg> for Absent {
    fn field_name(&self) -> Option<&str> {
        match *self {}
    }

    fn value(&self) -> Option<PgValue<'_>> {
        match *self {}
    }
}

const NOT_COMPILED_IN: &str = "this database is not compiled in";
