window.ui = SwaggerUIBundle({
  dom_id: '#ui',
  spec,
  filter: false,
  deepLinking: true,
  oauth2RedirectUrl: receiver,
});
window.ui.initOAuth(options);
