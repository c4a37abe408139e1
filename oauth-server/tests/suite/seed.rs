//! The table of the seed's tests is complete, and true.

use std::{fs, path::Path};

const TABLE: &str = include_str!("../SEED.md");

/// A row of the table.
struct Row {
    number: usize,
    counterparts: Vec<String>,
    reason: String,
}

fn rows() -> Vec<Row> {
    TABLE.lines().filter_map(row).collect()
}

/// `None` for the lines that are no row.
fn row(line: &str) -> Option<Row> {
    let cells: Vec<&str> = line.strip_prefix("| ")?.strip_suffix('|')?.split(" | ").collect();
    let number = cells[0].parse().ok()?;
    assert_eq!(cells.len(), 4, "{line}");
    let counterparts = cells[2].split(", ").map(|name| name.trim_matches('`').to_owned());
    let counterparts = counterparts.filter(|name| name != "-").collect();
    Some(Row { number, counterparts, reason: cells[3].trim().to_owned() })
}

/// The source files of this name under a folder.
fn sources(folder: &Path, name: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path())
    {
        if entry.is_dir() {
            found.extend(sources(&entry, name));
        } else if entry.file_name().is_some_and(|file| file == name) {
            found.push(fs::read_to_string(&entry).expect("a source file"));
        }
    }
    found
}

fn exists(counterpart: &str) -> bool {
    let (folders, path) = match counterpart.strip_prefix("oauth-core: ") {
        Some(path) => (["../oauth-core/tests/suite", "../oauth-core/src"], path),
        None => (["tests/suite", "src"], counterpart),
    };
    let (module, test) = path.split_once("::").unwrap_or_else(|| panic!("{path} names no test"));
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    folders.iter().any(|folder| {
        let sources = sources(&root.join(folder), &format!("{module}.rs"));
        sources.iter().any(|source| source.contains(&format!(" fn {test}(")))
    })
}

#[test]
fn every_test_of_the_seed_has_exactly_one_row() {
    let numbers: Vec<usize> = rows().iter().map(|row| row.number).collect();
    assert_eq!(numbers, (1..=112).collect::<Vec<_>>());
}

#[test]
fn every_row_names_a_counterpart_or_a_reason() {
    for row in rows() {
        assert!(!row.counterparts.is_empty() || !row.reason.is_empty(), "{}", row.number);
    }
}

#[test]
fn every_counterpart_exists() {
    for row in rows() {
        for counterpart in &row.counterparts {
            assert!(exists(counterpart), "{}: there is no test {counterpart}", row.number);
        }
    }
    assert!(!exists("seed::no_such_test"), "the search finds what is not there");
}
