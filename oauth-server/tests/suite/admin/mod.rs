//! The admin site.

mod entrance;
