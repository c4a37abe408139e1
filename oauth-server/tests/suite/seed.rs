//! The table of the seed's tests is complete, and true.

use crate::support::table::{Row, exists, rows};

fn table() -> Vec<Row> {
    rows(include_str!("../SEED.md"), |id| id.parse::<usize>().is_ok())
}

#[test]
fn every_test_of_the_seed_has_exactly_one_row() {
    let numbers: Vec<usize> = table().iter().map(|row| row.id.parse().unwrap()).collect();
    assert_eq!(numbers, (1..=112).collect::<Vec<_>>());
}

#[test]
fn every_row_names_a_counterpart_or_a_reason() {
    for row in table() {
        assert!(!row.tests.is_empty() || !row.reason.is_empty(), "{}", row.id);
    }
}

#[test]
fn every_counterpart_exists() {
    for row in table() {
        for counterpart in &row.tests {
            assert!(exists(counterpart), "{}: there is no test {counterpart}", row.id);
        }
    }
    assert!(!exists("seed::no_such_test"), "the search finds what is not there");
}
