# Смена собственного пароля и что не так с новым.
password = Смена пароля
password-text = Вы вошли как { $user }. После смены пароля остальные сеансы завершатся: в других браузерах придётся войти заново.
password-old = Старый пароль
password-new = Новый пароль
password-again = Новый пароль ещё раз
password-help = Не короче 8 символов и такой, чтобы его было трудно угадать: несколько не связанных между собой слов лучше одного со странными символами.
password-disconnect = Также отозвать доступ у всех подключённых приложений
password-submit = Сменить пароль
password-done = Пароль изменён, остальные сеансы завершены.
password-refused = Пароль не изменён.
password-wrong = Это не ваш пароль.
password-too-many = Слишком много неверных паролей. { $count ->
    [one] Попробуйте ещё раз через { $count } секунду.
    [few] Попробуйте ещё раз через { $count } секунды.
   *[other] Попробуйте ещё раз через { $count } секунд.
}
password-differs = Пароли не совпадают.
password-unchanged = Это ваш старый пароль.
password-hidden-character = В нём есть символ, который не виден или набирается не везде.
password-too-short = В нём меньше { $least } символов.
password-too-long = В нём больше { $most } символов.
password-guessable = Его слишком легко угадать.
# Почему.
password-row-of-keys = Ряды соседних клавиш легко угадать.
password-keyboard-pattern = Короткие узоры на клавиатуре легко угадать.
password-repeated-character = Повторы вроде «aaa» легко угадать.
password-repeated-text = Повторы вроде «abcabcabc» угадать лишь немногим труднее, чем «abc».
password-top-10 = Это один из 10 самых распространённых паролей.
password-top-100 = Это один из 100 самых распространённых паролей.
password-common = Это очень распространённый пароль.
password-similar-to-common = Он похож на распространённый пароль.
password-sequence = Последовательности вроде «abc» или «6543» легко угадать.
password-recent-year = Недавние годы легко угадать.
password-single-word = Одно слово легко угадать.
password-date = Даты часто легко угадать.
password-single-name = Имя или фамилию сами по себе легко угадать.
password-common-name = Распространённые имена и фамилии легко угадать.
# Что было бы лучше.
password-use-a-few-words = Возьмите несколько слов, но не расхожую фразу.
password-no-need-for-symbols = Особые знаки, цифры и заглавные буквы не обязательны.
password-add-another-word = Добавьте слово-другое. Лучше редкие слова.
password-capitalization = Заглавные буквы помогают мало.
password-all-uppercase = Одни заглавные буквы угадать почти так же легко, как одни строчные.
password-reversed-word = Слово задом наперёд угадать ненамного труднее.
password-substitutions = Предсказуемые замены вроде «@» вместо «a» помогают мало.
password-longer-keyboard-pattern = Возьмите узор на клавиатуре подлиннее и с поворотами.
password-avoid-repetitions = Избегайте повторов слов и символов.
password-avoid-sequences = Избегайте последовательностей.
password-avoid-recent-years = Избегайте недавних лет.
password-avoid-your-years = Избегайте лет, которые связаны с вами.
password-avoid-your-dates = Избегайте дат и лет, которые связаны с вами.
