//! `oauth_server::serve`: what no caller can do to the others, over real connections.

mod application;
mod bodies;
mod bound;
mod caller;
mod end;
mod heads;
mod http2;
mod waits;

pub(super) use self::{
    application::{LARGE, Served},
    caller::Caller,
};
