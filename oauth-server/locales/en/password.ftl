# Changing one's own password, and what is wrong with a new one.
password = Change your password
password-text = You are signed in as { $user }. Your other sessions end with the change: in other browsers you sign in anew.
password-old = Old password
password-new = New password
password-again = New password, once more
password-help = At least 8 characters, and hard to guess: a few words that do not belong together are better than one with odd characters.
password-disconnect = End the access of all connected applications, too
password-submit = Change the password
password-done = Your password was changed, and your other sessions have ended.
password-refused = Your password was not changed.
password-wrong = This is not your password.
password-too-many = Too many wrong passwords. { $count ->
    [one] Try again in a second.
   *[other] Try again in { $count } seconds.
}
password-differs = This is not the same.
password-unchanged = This is your old password.
password-hidden-character = It holds a character that cannot be seen, or typed everywhere.
password-too-short = It has fewer than { $least } characters.
password-too-long = It has more than { $most } characters.
password-guessable = It is too easy to guess.
# Why.
password-row-of-keys = Straight rows of keys are easy to guess.
password-keyboard-pattern = Short keyboard patterns are easy to guess.
password-repeated-character = Repeats like "aaa" are easy to guess.
password-repeated-text = Repeats like "abcabcabc" are only slightly harder to guess than "abc".
password-top-10 = It is among the 10 most common passwords.
password-top-100 = It is among the 100 most common passwords.
password-common = It is a very common password.
password-similar-to-common = It is similar to a common password.
password-sequence = Sequences like "abc" or "6543" are easy to guess.
password-recent-year = Recent years are easy to guess.
password-single-word = A word by itself is easy to guess.
password-date = Dates are often easy to guess.
password-single-name = Names and surnames by themselves are easy to guess.
password-common-name = Common names and surnames are easy to guess.
# What would be better.
password-use-a-few-words = Use a few words, and avoid common phrases.
password-no-need-for-symbols = There is no need for symbols, digits or uppercase letters.
password-add-another-word = Add another word or two. Uncommon words are better.
password-capitalization = Capitalization does not help very much.
password-all-uppercase = All-uppercase is almost as easy to guess as all-lowercase.
password-reversed-word = Reversed words are not much harder to guess.
password-substitutions = Predictable substitutions such as "@" for "a" do not help very much.
password-longer-keyboard-pattern = Use a longer keyboard pattern with more turns.
password-avoid-repetitions = Avoid repeated words and characters.
password-avoid-sequences = Avoid sequences.
password-avoid-recent-years = Avoid recent years.
password-avoid-your-years = Avoid years that have to do with you.
password-avoid-your-dates = Avoid dates and years that have to do with you.
