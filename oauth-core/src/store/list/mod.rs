//! The lists of the admin site. Each is read in the order of one index, from a key on, and ends after a page: it costs
//! the same however long the table is.

mod client;
mod cursor;
mod family;
mod issued;
mod scope;
mod user;

pub use self::{
    client::ClientFilter,
    family::FamilyFilter,
    issued::{IssuedFilter, IssuedId, NoIssuedId},
    scope::ScopeFilter,
    user::UserFilter,
};
pub(crate) use self::{
    client::clients,
    cursor::Cursor,
    family::{FamilyRow, families, family},
    issued::{Hook, IssuedRow, issued, issued_one},
    scope::scopes,
    user::users,
};

/// How many rows a page has.
pub const PAGE_SIZE: usize = 50;

/// One more than are shown: so that there is another page is known.
pub(crate) const PAGE: i64 = PAGE_SIZE as i64 + 1;

/// The records whose name begins with a text, whatever the case of its ASCII letters, in alphabetical order: first
/// those of the very name that the page before ended with, then those of the names behind it. Each is one range of the
/// index on `(lower(name), id)`, or on what else the names are compared by; `of` is what a partial one is of.
macro_rules! beginning_with {
    ($db:expr, $table:ident . $name:ident, $Row:ty, $prefix:expr, $after:expr $(, $of:expr)?) => {{
        use $crate::store::{list::beginning_with, schema::lower};

        let prefix = $prefix.to_ascii_lowercase();
        beginning_with!($db, $table, lower($table::$name), $Row, prefix, $after $(, $of)?)
    }};
    ($db:expr, $table:ident, $name:expr, $Row:ty, $prefix:expr, $after:expr $(, $of:expr)?) => {{
        use diesel::prelude::*;
        use $crate::store::list::PAGE;

        let prefix: String = $prefix;
        let behind_all = format!("{prefix}\u{10ffff}");
        let (name, id): &(String, i64) = $after;
        let mut rows: Vec<$Row> = $table::table
            $(.filter($of))?
            .filter($name.eq(name.clone()))
            .filter($table::id.gt(*id))
            .order($table::id)
            .limit(PAGE)
            .select(<$Row>::as_select())
            .load($db)?;
        rows.extend(
            $table::table
                $(.filter($of))?
                .filter($name.ge(prefix))
                .filter($name.gt(name.clone()))
                .filter($name.lt(behind_all))
                .order(($name, $table::id))
                .limit(PAGE)
                .select(<$Row>::as_select())
                .load::<$Row>($db)?,
        );
        rows.truncate(PAGE_SIZE + 1);
        Ok(rows)
    }};
}
use beginning_with;
