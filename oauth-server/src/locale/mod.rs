//! What pages say, in the language of who reads them: Fluent messages that are compiled in, and those of the application
//! over them.

mod helper;
mod messages;
mod preference;
mod reader;

pub(crate) use self::{
    helper::{NotWhole, add_helpers},
    messages::{Message, Messages},
    reader::{READER, Reader, prefers_html, token_was_in_query},
};
