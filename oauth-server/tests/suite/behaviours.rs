//! The table of the seeds' behaviours is complete, and true.

use crate::support::table::{Row, exists, rows};

/// What the seeds have: djoauth2's behaviours, oauthost's, and where the two disagree.
const IDS: [(char, usize); 3] = [('D', 79), ('O', 56), ('X', 50)];

fn table() -> Vec<Row> {
    let is_id = |id: &str| {
        let number = id.strip_prefix(['D', 'O', 'X']).map(str::parse::<usize>);
        number.is_some_and(|number| number.is_ok())
    };
    rows(include_str!("../BEHAVIOURS.md"), is_id)
}

#[test]
fn every_behaviour_has_exactly_one_row() {
    let all =
        IDS.into_iter().flat_map(|(seed, last)| (1..=last).map(move |n| format!("{seed}{n}")));
    let ids: Vec<String> = table().into_iter().map(|row| row.id).collect();
    assert_eq!(ids, all.collect::<Vec<_>>());
}

#[test]
fn every_row_names_a_test_or_a_reason() {
    for row in table() {
        assert!(!row.tests.is_empty() || !row.reason.is_empty(), "{}", row.id);
    }
}

#[test]
fn every_test_that_is_named_exists() {
    for row in table() {
        for test in &row.tests {
            assert!(exists(test), "{}: there is no test {test}", row.id);
        }
    }
    for nowhere in ["behaviours::no_such_test", "oauth-core: scope::no_such_test", "nobody: a::b"] {
        assert!(!exists(nowhere), "the search finds what is not there: {nowhere}");
    }
}
