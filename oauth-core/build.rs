//! A new migration folder must reach the binary: `embed_migrations!` itself only notices edits of files it knows.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
