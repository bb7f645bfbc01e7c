"use strict";

(function () {
  const place = document.getElementById("docs");
  const options = JSON.parse(place.dataset.options) || {};
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
  const absolute = (path) => new URL(path, document.baseURI).href;
  follow();
  dark.addEventListener("change", follow);
  place.textContent = "";
  place.className = "";
  const settings = {
    url: absolute(place.dataset.openapi),
    domNode: place,
    deepLinking: true,
    presets: [window.SwaggerUIBundle.presets.apis],
    layout: "BaseLayout",
    // Without this the page shows the document to a public validator.
    validatorUrl: null,
  };
  if (options.redirect) {
    settings.oauth2RedirectUrl = absolute(options.redirect);
  }
  const ui = window.SwaggerUIBundle(Object.assign(settings, options.parameters));
  if (options.oauth) {
    ui.initOAuth(options.oauth);
  }
})();
