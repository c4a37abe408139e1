//! How many wrong passwords are heard: so many a minute at each account, and from each address. And how many codes that
//! no device shows; and how many clients register themselves, which is counted by the hour.
//!
//! A guess is counted before it is hashed, or as many as arrive within the time of one hash would all be heard. It is
//! given back where it was right. What is counted runs out evenly: at ten a minute, one every six seconds. (governor,
//! which counts as well, gives nothing back.)
//!
//! What is counted by is kept as a keyed hash only, and of 100,000 accounts and addresses at most: the memory is bounded,
//! and holds nothing that somebody typed.

use std::{
    collections::HashMap,
    hash::{BuildHasher, Hash, RandomState},
    mem,
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, PoisonError},
};

use crate::{GuessLimit, Timestamp};

/// What a guess is counted by, and how many a minute (of registrations: an hour) are heard of it; `None` counts, and hears all.
#[derive(Clone, Copy)]
pub(super) struct Counted<'a> {
    pub(super) by: By<'a>,
    pub(super) a_minute: Option<u32>,
}

#[derive(Clone, Copy, Hash)]
pub(super) enum By<'a> {
    /// A name, whether somebody has it or not.
    Account(&'a str),
    Address(IpAddr),
    /// The browser of this digest, from which the user has signed in before.
    Browser(i64, &'a [u8]),
    /// A client whose secret a person picked, and who presents one.
    Client(i64, Option<IpAddr>),
    /// Codes of devices that this user types.
    UserCodesOf(&'a str),
    /// Those that come from here.
    UserCodesFrom(IpAddr),
    /// Clients that register themselves from here.
    RegistrationsFrom(IpAddr),
}

impl By<'_> {
    fn limit(self) -> GuessLimit {
        match self {
            By::Account(_) | By::Client(..) => GuessLimit::Account,
            By::Address(_) => GuessLimit::Address,
            By::Browser(..) => GuessLimit::Browser,
            By::UserCodesOf(_) | By::UserCodesFrom(_) => GuessLimit::UserCodes,
            By::RegistrationsFrom(_) => GuessLimit::Registrations,
        }
    }

    /// What one weighs: so many a minute run out in so many seconds.
    fn weight(self) -> u64 {
        match self {
            By::RegistrationsFrom(_) => 60 * ONE,
            _ => ONE,
        }
    }
}

/// Who asks from an IPv6 network of 64 bits has all of its addresses.
pub(super) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)))
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}

/// The guesses that are counted. Cloning is cheap, and counts on.
#[derive(Clone, Default)]
pub(crate) struct Guesses(Arc<Shared>);

#[derive(Default)]
struct Shared {
    hasher: RandomState,
    meters: Mutex<Meters>,
}

/// A guess that is counted.
pub(super) struct Reserved {
    guesses: Guesses,
    /// Each with what was counted of it.
    keys: Vec<(u64, u64)>,
    /// How many were counted before it, of whatever has most.
    pub(super) before: u32,
}

/// Why a guess is not heard.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refused {
    /// Seconds until one is.
    pub(super) retry_after: i64,
    /// The limit that bites since now; `None` where it did already.
    pub(super) begun: Option<GuessLimit>,
}

impl Guesses {
    /// Counts a guess, by all of these or by none.
    pub(super) fn reserve(
        &self,
        counted: &[Counted<'_>],
        now: Timestamp,
    ) -> Result<Reserved, Refused> {
        let key = |of: &Counted<'_>| (self.0.hasher.hash_one(of.by), of.by.weight());
        let keys: Vec<_> = counted.iter().map(key).collect();
        let mut meters = self.0.meters.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut refused, mut before) = (None::<Refused>, 0);
        for (&(key, weight), of) in keys.iter().zip(counted) {
            let meter = meters.of(key);
            meter.run_out(of.a_minute, now);
            before = before.max(meter.count());
            let retry_after = meter.wait(of.a_minute, weight);
            if retry_after > 0 {
                let begun = !mem::replace(&mut meter.bites, true);
                let refused = refused.get_or_insert(Refused { retry_after, begun: None });
                refused.retry_after = refused.retry_after.max(retry_after);
                refused.begun = refused.begun.or(begun.then(|| of.by.limit()));
            }
        }
        if let Some(refused) = refused {
            return Err(refused);
        }
        for &(key, weight) in &keys {
            let meter = meters.of(key);
            meter.sixtieths = meter.sixtieths.saturating_add(weight);
        }
        drop(meters);
        Ok(Reserved { guesses: self.clone(), keys, before })
    }
}

impl Reserved {
    /// It was right, or nobody judged it.
    pub(super) fn give_back(self) {
        let mut meters = self.guesses.0.meters.lock().unwrap_or_else(PoisonError::into_inner);
        self.keys.iter().for_each(|&(key, weight)| meters.give_back(key, weight));
    }
}

/// In two generations: when the young one is full, the old one goes.
#[derive(Default)]
struct Meters {
    young: HashMap<u64, Meter>,
    old: HashMap<u64, Meter>,
}

impl Meters {
    fn of(&mut self, key: u64) -> &mut Meter {
        let known = self.young.remove(&key).or_else(|| self.old.remove(&key)).unwrap_or_default();
        if self.young.len() >= GENERATION {
            self.old = mem::take(&mut self.young);
        }
        self.young.entry(key).or_insert(known)
    }

    fn give_back(&mut self, key: u64, weight: u64) {
        for generation in [&mut self.young, &mut self.old] {
            if let Some(meter) = generation.get_mut(&key) {
                meter.sixtieths = meter.sixtieths.saturating_sub(weight);
                if meter.sixtieths == 0 {
                    generation.remove(&key);
                }
                return;
            }
        }
    }
}

/// In sixtieths of a guess: where so many guesses a minute run out, as many sixtieths do in a second.
#[derive(Clone, Copy, Default)]
struct Meter {
    sixtieths: u64,
    at: Timestamp,
    /// Whether a guess was refused since it was last empty.
    bites: bool,
}

impl Meter {
    fn run_out(&mut self, a_minute: Option<u32>, now: Timestamp) {
        let seconds = u64::try_from(now.saturating_sub(self.at)).unwrap_or_default();
        let rate = u64::from(a_minute.unwrap_or(COUNTED_A_MINUTE));
        self.sixtieths = self.sixtieths.saturating_sub(seconds.saturating_mul(rate));
        self.at = now;
        self.bites &= self.sixtieths > 0;
    }

    /// Seconds until one more is heard; 0 is now.
    fn wait(&self, a_minute: Option<u32>, weight: u64) -> i64 {
        let Some(rate) = a_minute.map(u64::from) else { return 0 };
        let most = rate.saturating_mul(weight);
        let over = self.sixtieths.saturating_add(weight).saturating_sub(most);
        i64::try_from(over.div_ceil(rate.max(1))).unwrap_or(i64::MAX)
    }

    fn count(&self) -> u32 {
        u32::try_from(self.sixtieths.div_ceil(ONE)).unwrap_or(u32::MAX)
    }
}

const ONE: u64 = 60;
/// How fast runs out what is not limited, and is counted for the order in which it is hashed.
const COUNTED_A_MINUTE: u32 = 10;
/// Half of what is kept.
const GENERATION: usize = 50_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn guess(guesses: &Guesses, name: &str, now: Timestamp) -> Result<Reserved, Refused> {
        guesses.reserve(&[Counted { by: By::Account(name), a_minute: Some(1) }], now)
    }

    fn kept(guesses: &Guesses) -> usize {
        let meters = guesses.0.meters.lock().unwrap();
        meters.young.len() + meters.old.len()
    }

    #[test]
    fn a_hundred_thousand_are_counted_and_the_oldest_go() {
        let guesses = Guesses::default();
        guess(&guesses, "oldest", 0).map(drop).unwrap();
        for number in 0..5 * GENERATION {
            guess(&guesses, &number.to_string(), 0).map(drop).unwrap();
            if number % 1000 == 0 {
                assert!(guess(&guesses, "0", 0).is_err(), "what is still guessed at stays");
            }
            assert!(kept(&guesses) <= 2 * GENERATION);
        }
        assert!(guess(&guesses, "oldest", 0).is_ok());
    }

    #[test]
    fn what_is_given_back_leaves_nothing() {
        let guesses = Guesses::default();
        for number in 0..100 {
            guess(&guesses, &number.to_string(), 0).unwrap().give_back();
        }
        assert_eq!(kept(&guesses), 0);
    }

    #[test]
    fn a_clock_that_goes_back_locks_nobody_out() {
        let guesses = Guesses::default();
        guess(&guesses, "alice", 1_000_000).map(drop).unwrap();
        assert_eq!(guess(&guesses, "alice", 0).map(drop).unwrap_err().retry_after, 60);
        assert!(guess(&guesses, "alice", 60).is_ok());
    }
}
