"use strict";

(function () {
  const place = document.getElementById("docs");
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
  follow();
  dark.addEventListener("change", follow);
  place.textContent = "";
  place.className = "";
  window.SwaggerUIBundle({
    url: new URL(place.dataset.openapi, document.baseURI).href,
    domNode: place,
    deepLinking: true,
    presets: [window.SwaggerUIBundle.presets.apis],
    layout: "BaseLayout",
    // Without this the page shows the document to a public validator.
    validatorUrl: null,
  });
})();
