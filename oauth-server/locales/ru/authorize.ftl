# Что запрашивает приложение и как к нему вернуться.
authorize = Разрешить доступ?
authorize-heading = Приложение «{ $client }» запрашивает доступ к вашей учётной записи
# A client that registered itself.
authorize-unverified = Кто это, здесь никто не проверял: приложение зарегистрировалось само и говорит о себе что хочет.
# A client that nobody registered: it is known by the address of a document of its own.
authorize-host = Кто это, здесь никто не проверял: приложение известно только по своему адресу, { $host }.
authorize-on-device = Ответ получит программа на вашем устройстве, и любая программа там могла бы выдать себя за эту. Разрешайте доступ, только если вы сами её только что запустили.
authorize-about = О приложении «{ $client }»
authorize-policy = Политика конфиденциальности
authorize-terms = Условия использования
authorize-scopes = Приложению будет разрешено:
# Дальше следуют адреса API, для которых действует доступ.
authorize-resources = Только по этим адресам:
authorize-decline = Отклонить
authorize-accept = Разрешить
authorize-user = Вы вошли как { $user }.
authorize-not-you = Это не вы?
authorize-next = После этого браузер перейдёт на { $host }.
# К приложению, которое на нём установлено.
authorize-next-device = После этого вы вернётесь в приложение на этом устройстве.
# $host: as above
authorize-next-loopback = После этого вы вернётесь в приложение на этом устройстве, по адресу { $host }.

proceed = Возврат в приложение «{ $client }»
proceed-granted = Доступ разрешён. Остался один шаг: вернитесь в приложение.
proceed-declined = Доступ не предоставлен. Вернитесь в приложение.
proceed-return = Вернуться

# For a moment, before the browser goes on by itself; or until it is told to.
post = Возврат в приложение
post-continue = Продолжить

authorize-error-title = Ссылка не работает
authorize-error-insecure = Нужно защищённое соединение: откройте ссылку ещё раз, с https в начале адреса.
authorize-error-malformed = Приложение направило вас сюда с запросом, который не удалось прочитать.
authorize-error-client = Приложение, которое направило вас сюда, неизвестно.
authorize-error-redirect-uri = Приложение просит вернуть вас на адрес, который ему не принадлежит.
authorize-error-request-uri = Она была открыта слишком долго, на неё уже ответили или она была начата в другом браузере. Вернитесь в приложение и начните снова.
authorize-error-aside = Доступ никому не предоставлен. Эту страницу можно закрыть. Если вы пришли сюда по ссылке, исправить её должен владелец.
authorize-error-fault = Разработчику приложения:

# The scope that every server knows.
scope-offline_access = Сохранять этот доступ, когда вас нет, пока вы его не отзовёте.
    .title = Оставаться на связи
# The scopes of OpenID Connect, in the words that the server gave them: an application's own words for them stay.
own-scope-openid = Узнать, кто вы здесь.
    .title = Кто вы
own-scope-profile = Видеть ваше имя и остальное в вашем профиле.
    .title = Ваш профиль
own-scope-email = Видеть ваш адрес электронной почты.
    .title = Ваш адрес электронной почты
own-scope-address = Видеть ваш почтовый адрес.
    .title = Ваш почтовый адрес
own-scope-phone = Видеть ваш номер телефона.
    .title = Ваш номер телефона
