'use strict';

// What the authorization endpoint answered, for the page that opened this window.
const asked = window.opener && window.opener.swaggerUIRedirectOauth2;

if (asked) {
  const inFragment = /code|token|error/.test(location.hash);
  const answer = Object.fromEntries(
    new URLSearchParams(inFragment ? location.hash.slice(1) : location.search),
  );
  const { auth, redirectUrl } = asked;
  const isValid = answer.state === asked.state;
  const isCode = /^(accessCode|authorizationCode|authorization_code)$/.test(auth.schema.get('flow'));
  if (!isCode || auth.code) {
    asked.callback({ auth, token: answer, isValid, redirectUrl });
  } else if (isValid && answer.code) {
    delete asked.state;
    auth.code = answer.code;
    asked.callback({ auth, redirectUrl });
  } else {
    const { error, error_description: description } = answer;
    const refused = error ? `[${error}]: ${description || ''}` : 'the answer has no code';
    const message = isValid ? refused : 'the answer is to another request: its state differs';
    asked.errCb({ authId: auth.name, source: 'auth', level: 'error', message });
  }
  window.close();
}
