//! Tables that name tests: what each row claims is there.

use std::{fs, path::Path};

/// A row of a table: what it is about, the tests that it names, and why they differ from the seed.
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) tests: Vec<String>,
    pub(crate) reason: String,
}

/// The rows of a table of four columns whose first is an id.
pub(crate) fn rows(table: &str, is_id: impl Fn(&str) -> bool) -> Vec<Row> {
    table.lines().filter_map(|line| row(line, &is_id)).collect()
}

/// `None` for the lines that are no row.
fn row(line: &str, is_id: impl Fn(&str) -> bool) -> Option<Row> {
    let cells: Vec<&str> = line.strip_prefix("| ")?.strip_suffix('|')?.split(" | ").collect();
    let id = cells[0].to_owned();
    if !is_id(&id) {
        return None;
    }
    assert_eq!(cells.len(), 4, "{line}");
    let tests = cells[2].split(", ").map(|name| name.trim_matches('`').to_owned());
    let tests = tests.filter(|name| name != "-").collect();
    Some(Row { id, tests, reason: cells[3].trim().to_owned() })
}

/// Whether a test is in the sources: `module::test` of this crate, `another-crate: module::test` of another.
pub(crate) fn exists(test: &str) -> bool {
    let (package, path) = test.split_once(": ").unwrap_or(("oauth-server", test));
    let (module, test) = path.split_once("::").unwrap_or_else(|| panic!("{path} names no test"));
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(package);
    let (file, test) = (format!("{module}.rs"), format!("fn {test}("));
    let mut found =
        ["tests/suite", "src"].into_iter().flat_map(|folder| sources(&root.join(folder), &file));
    found.any(|source| source.contains(&test))
}

/// The source files of this name under a folder.
fn sources(folder: &Path, name: &str) -> Vec<String> {
    let mut found = Vec::new();
    let Ok(entries) = fs::read_dir(folder) else { return found };
    for entry in entries.map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() {
            found.extend(sources(&entry, name));
        } else if entry.file_name().is_some_and(|file| file == name) {
            found.push(fs::read_to_string(&entry).expect("a source file"));
        }
    }
    found
}
