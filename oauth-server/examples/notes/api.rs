//! The application's own API: notes, for whom the user lets in.

use oauth_server::scope;
use poem::{
    Result,
    error::InternalServerError,
    handler,
    http::StatusCode,
    web::{Data, Json},
};
use serde::{Deserialize, Serialize};

use crate::{database::Database, provider::Me};

scope! { pub(crate) ReadNotes = "notes:read", "Read your notes." }
scope! { pub(crate) WriteNotes = "notes:write", "Write notes for you." }

#[derive(Serialize)]
struct Note {
    id: i64,
    text: String,
}

#[derive(Deserialize)]
struct NewNote {
    text: String,
}

#[handler]
pub(crate) async fn list(
    me: Me<ReadNotes>,
    Data(database): Data<&Database>,
) -> Result<Json<Vec<Note>>> {
    let user_id = me.id;
    let read = database.transaction(move |tx| {
        let mut query = tx.prepare("SELECT id, text FROM notes WHERE user_id = ?1 ORDER BY id")?;
        let notes =
            query.query_map([user_id], |row| Ok(Note { id: row.get(0)?, text: row.get(1)? }))?;
        notes.collect()
    });
    Ok(Json(read.await.map_err(InternalServerError)?))
}

/// Who has a thousand notes gets no more.
#[handler]
pub(crate) async fn create(
    me: Me<WriteNotes>,
    Data(database): Data<&Database>,
    Json(NewNote { text }): Json<NewNote>,
) -> Result<StatusCode> {
    let user_id = me.id;
    let written = database.transaction(move |tx| {
        let count = "SELECT count(*) FROM notes WHERE user_id = ?1";
        let notes: i64 = tx.query_row(count, [user_id], |row| row.get(0))?;
        if notes >= MOST {
            return Ok(0);
        }
        tx.execute("INSERT INTO notes (user_id, text) VALUES (?1, ?2)", (user_id, text))
    });
    let written = written.await.map_err(InternalServerError)?;
    Ok(if written == 0 { StatusCode::CONFLICT } else { StatusCode::CREATED })
}

const MOST: i64 = 1000;
