//! How often a host is asked, so that nobody uses this server against another.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    sync::{Mutex, PoisonError},
};

use crate::Timestamp;

/// What a host may be asked for one purpose: one purpose takes nothing from another.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Budget {
    pub(crate) purpose: &'static str,
    pub(crate) a_minute: u32,
}

/// What was spent within this minute. Hosts are kept as keyed hashes, so many at most.
#[derive(Default)]
pub(super) struct Spent {
    hasher: RandomState,
    minute: Mutex<Minute>,
}

#[derive(Default)]
struct Minute {
    number: i64,
    counts: HashMap<u64, u32>,
}

impl Spent {
    /// Counts a fetch; false where there were enough.
    pub(super) fn spend(&self, budget: Budget, host: &str, now: Timestamp) -> bool {
        let key = self.hasher.hash_one((budget.purpose, host));
        let mut minute = self.minute.lock().unwrap_or_else(PoisonError::into_inner);
        let number = now.div_euclid(60);
        if minute.number != number {
            *minute = Minute { number, counts: HashMap::new() };
        }
        if minute.counts.len() >= MOST_HOSTS && !minute.counts.contains_key(&key) {
            return false;
        }
        let count = minute.counts.entry(key).or_default();
        let has_left = *count < budget.a_minute;
        *count += u32::from(has_left);
        has_left
    }
}

/// Within a minute. Some hundred kilobytes.
const MOST_HOSTS: usize = 10_000;

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: Budget = Budget { purpose: "tests", a_minute: 2 };

    #[test]
    fn a_host_is_asked_so_often_within_a_minute_and_then_in_the_next() {
        let spent = Spent::default();
        assert!(spent.spend(TWO, "a.example", 60) && spent.spend(TWO, "a.example", 61));
        assert!(!spent.spend(TWO, "a.example", 119));
        assert!(spent.spend(TWO, "b.example", 119), "another host has its own");
        assert!(spent.spend(Budget { purpose: "others", ..TWO }, "a.example", 119));
        assert!(spent.spend(TWO, "a.example", 120));
    }

    #[test]
    fn so_many_hosts_are_remembered_and_no_more_asked_within_a_minute() {
        let spent = Spent::default();
        for number in 0..MOST_HOSTS {
            assert!(spent.spend(TWO, &number.to_string(), 0));
        }
        assert!(!spent.spend(TWO, "one more", 0));
        assert!(spent.spend(TWO, "0", 0), "a host that is known goes on");
        assert!(spent.spend(TWO, "one more", 60));
        assert_eq!(spent.minute.lock().unwrap().counts.len(), 1);
    }
}
