//! The keys of families.

use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

use rand::{TryRng, rngs::SysRng};

/// Draws the keys of a process: 42 bits of milliseconds since 1970, then 21 random bits. Each is greater than the one
/// before, so that rows are appended; how much greater is random, so that nobody can count what was issued (RFC 9562
/// §6.2 calls this monotonic random). Two processes may draw the same key: then the row is there already, and another
/// is drawn.
#[derive(Debug, Default)]
pub(crate) struct FamilyKeys {
    last: AtomicI64,
}

impl FamilyKeys {
    #[expect(
        clippy::expect_used,
        reason = "without the system's randomness no answer is safe; stopping is the answer"
    )]
    pub(crate) fn draw(&self, milliseconds: i64) -> i64 {
        let random =
            SysRng.try_next_u64().expect("the operating system's random number generator failed");
        let random = (random >> 1).cast_signed();
        let drawn =
            milliseconds.clamp(0, LATEST) << RANDOM_BITS | random & ((1 << RANDOM_BITS) - 1);
        let step = 1 + (random >> RANDOM_BITS) % STEPS;
        let next = |last: i64| if drawn > last { drawn } else { last.saturating_add(step) };
        self.last.fetch_update(Relaxed, Relaxed, |last| Some(next(last))).map_or(drawn, next)
    }
}

const RANDOM_BITS: u32 = 21;
/// In the year 2109.
const LATEST: i64 = (1 << 42) - 1;
/// Half of them is what lies between two keys of one millisecond: some 4,000 fit into one.
const STEPS: i64 = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_rise_also_within_a_millisecond_and_when_the_clock_goes_back() {
        let keys = FamilyKeys::default();
        let drawn: Vec<i64> = [5, 5, 5, 6, 4, 0, i64::MAX, i64::MIN].map(|at| keys.draw(at)).into();
        assert!(drawn.is_sorted_by(|one, next| one < next), "{drawn:?}");
        assert_eq!(drawn[0] >> RANDOM_BITS, 5);
    }

    #[test]
    fn nobody_can_count_by_them() {
        let keys = FamilyKeys::default();
        let drawn: Vec<i64> = (0..1000).map(|_| keys.draw(5)).collect();
        let mut steps: Vec<i64> = drawn.windows(2).map(|pair| pair[1] - pair[0]).collect();
        steps.sort_unstable();
        steps.dedup();
        assert!(steps.len() > 300, "{} different steps", steps.len());
    }
}
