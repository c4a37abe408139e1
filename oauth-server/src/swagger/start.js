window.ui = SwaggerUIBundle({
  dom_id: '#ui',
  spec,
  filter: false,
  deepLinking: true,
  // Beside this page, whether or not its address ends in a slash, and without its fragment.
  oauth2RedirectUrl: location.origin + location.pathname.replace(/\/*$/, '/oauth-receiver.html'),
});
window.ui.initOAuth(options);
