//! How easily a password is guessed: zxcvbn's score, for passwords that somebody chooses anew.

use tokio::sync::Semaphore;
use zxcvbn::{
    Score,
    feedback::{Suggestion, Warning},
    zxcvbn,
};

use crate::{Advice, Problem, StoreError};

/// What is wrong with a password whose owner is known by these texts; nothing where it takes 10^8 guesses or more.
pub(super) async fn judge(password: &str, known: &[&str]) -> Result<Option<Problem>, StoreError> {
    let beginning: String = password.chars().take(JUDGED).collect();
    let words = words(known);
    // Beside the requests, and one at a time: it takes some 10 ms, and for what is made to be slow ten times as much.
    let alone = ONE.acquire().await.map_err(StoreError::internal)?;
    let judge = move || {
        let advice = advice(&beginning, &words);
        drop(alone); // and not before, also where nobody waits any more
        advice
    };
    let judged = tokio::task::spawn_blocking(judge).await;
    Ok(judged.map_err(StoreError::internal)?.map(Problem::Guessable))
}

/// What an attacker tries first: each text, and its parts.
fn words(known: &[&str]) -> Vec<String> {
    let parts = known.iter().flat_map(|text| text.split(|c: char| !c.is_alphanumeric()));
    let words = known.iter().copied().chain(parts);
    words.filter(|word| word.chars().count() > 2).map(str::to_owned).collect()
}

fn advice(password: &str, words: &[String]) -> Option<Vec<Advice>> {
    let (password, words): (_, Vec<_>) = if readings(password) > MOST_READINGS {
        (plain(password), words.iter().map(|word| plain(word)).collect())
    } else {
        (password.to_owned(), words.to_vec())
    };
    let words: Vec<_> = words.iter().map(String::as_str).collect();
    let judged = zxcvbn(&password, &words);
    if judged.score() >= Score::Three {
        return None;
    }
    let Some(feedback) = judged.feedback() else { return Some(Vec::new()) };
    let warning = feedback.warning().map(warned);
    Some(warning.into_iter().chain(feedback.suggestions().iter().map(suggested)).collect())
}

/// In how many ways characters of it can stand for letters. zxcvbn tries each way, and of those that `JUDGED` characters
/// can have it is busy for seconds.
fn readings(password: &str) -> usize {
    let standing = |for_one: &&str| for_one.chars().filter(|&c| password.contains(c)).count();
    READ_AS_ONE_LETTER.iter().map(|for_one| standing(for_one).max(1)).product()
}

/// The same with other punctuation in place of what can stand for a letter: of equal strength, but for that.
fn plain(text: &str) -> String {
    let other = |c| PLAIN.iter().find(|(read, _)| *read == c).map_or(c, |(_, plain)| *plain);
    text.chars().map(other).collect()
}

fn warned(warning: Warning) -> Advice {
    use Warning as W;
    let key = match warning {
        W::StraightRowsOfKeysAreEasyToGuess => "password-row-of-keys",
        W::ShortKeyboardPatternsAreEasyToGuess => "password-keyboard-pattern",
        W::RepeatsLikeAaaAreEasyToGuess => "password-repeated-character",
        W::RepeatsLikeAbcAbcAreOnlySlightlyHarderToGuess => "password-repeated-text",
        W::ThisIsATop10Password => "password-top-10",
        W::ThisIsATop100Password => "password-top-100",
        W::ThisIsACommonPassword => "password-common",
        W::ThisIsSimilarToACommonlyUsedPassword => "password-similar-to-common",
        W::SequencesLikeAbcAreEasyToGuess => "password-sequence",
        W::RecentYearsAreEasyToGuess => "password-recent-year",
        W::AWordByItselfIsEasyToGuess => "password-single-word",
        W::DatesAreOftenEasyToGuess => "password-date",
        W::NamesAndSurnamesByThemselvesAreEasyToGuess => "password-single-name",
        W::CommonNamesAndSurnamesAreEasyToGuess => "password-common-name",
    };
    Advice { key, english: warning.to_string() }
}

fn suggested(suggestion: &Suggestion) -> Advice {
    use Suggestion as S;
    let key = match suggestion {
        S::UseAFewWordsAvoidCommonPhrases => "password-use-a-few-words",
        S::NoNeedForSymbolsDigitsOrUppercaseLetters => "password-no-need-for-symbols",
        S::AddAnotherWordOrTwo => "password-add-another-word",
        S::CapitalizationDoesntHelpVeryMuch => "password-capitalization",
        S::AllUppercaseIsAlmostAsEasyToGuessAsAllLowercase => "password-all-uppercase",
        S::ReversedWordsArentMuchHarderToGuess => "password-reversed-word",
        S::PredictableSubstitutionsDontHelpVeryMuch => "password-substitutions",
        S::UseALongerKeyboardPatternWithMoreTurns => "password-longer-keyboard-pattern",
        S::AvoidRepeatedWordsAndCharacters => "password-avoid-repetitions",
        S::AvoidSequences => "password-avoid-sequences",
        S::AvoidRecentYears => "password-avoid-recent-years",
        S::AvoidYearsThatAreAssociatedWithYou => "password-avoid-your-years",
        S::AvoidDatesAndYearsThatAreAssociatedWithYou => "password-avoid-your-dates",
    };
    Advice { key, english: suggestion.to_string() }
}

static ONE: Semaphore = Semaphore::const_new(1);
/// In characters.
const JUDGED: usize = 100;
const MOST_READINGS: usize = 8;
/// Where zxcvbn reads several characters as one letter.
const READ_AS_ONE_LETTER: [&str; 7] = ["4@", "({[<", "69", "1!|", "1|7", "$5", "+7"];
const PLAIN: [(char, char); 10] = [
    ('@', '&'),
    ('(', ')'),
    ('{', '}'),
    ('[', ']'),
    ('<', '>'),
    ('!', '?'),
    ('|', '~'),
    ('$', '#'),
    ('+', '='),
    ('%', '*'),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_to_be_slow_is_judged_without_its_readings() {
        let slow = "4@8({[<369!1|0$5+7%2".repeat(5);
        assert_eq!(readings(&slow), 576);
        assert_eq!(readings(&plain(&slow)), 4);
        assert_eq!(readings("p4$$w0rd"), 1);
        assert!(advice("password(!", &[]).is_some());
        let own = "a@({[<!1|7$5";
        assert!(readings(own) > MOST_READINGS);
        assert!(advice(own, &[own.to_owned()]).is_some(), "a word of its owner is one in any form");
    }
}
