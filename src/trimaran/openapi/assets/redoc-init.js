"use strict";

(function () {
  const place = document.getElementById("docs");
  const dark = window.matchMedia("(prefers-color-scheme: dark)").matches;
  const fonts = { fontFamily: "system-ui, sans-serif", headings: { fontFamily: "system-ui, sans-serif" } };
  const darkColors = {
    primary: { main: "#67c3d8" },
    text: { primary: "#e4e6e6", secondary: "#b5bcbf" },
    border: { dark: "#4a5256", light: "#33393c" },
    success: { main: "#6fcf8b" },
    error: { main: "#f2948b" },
    responses: {
      success: { color: "#6fcf8b", backgroundColor: "rgba(111, 207, 139, 0.1)", tabTextColor: "#1f9d4d" },
      error: { color: "#f2948b", backgroundColor: "rgba(242, 148, 139, 0.1)", tabTextColor: "#d4453b" },
      redirect: { color: "#e0b252", backgroundColor: "rgba(224, 178, 82, 0.1)", tabTextColor: "#b57d12" },
      info: { color: "#67c3d8", backgroundColor: "rgba(103, 195, 216, 0.1)", tabTextColor: "#1c8fa8" },
    },
    http: { get: "#4fae6c", post: "#4a9ad4", put: "#b08ad6", patch: "#d1913c", delete: "#d9645c" },
  };
  const theme = { typography: fonts };
  if (dark) {
    document.documentElement.classList.add("dark-mode");
    theme.colors = darkColors;
    theme.schema = { nestedBackground: "#24292b", typeNameColor: "#b5bcbf", typeTitleColor: "#e4e6e6" };
    theme.sidebar = { backgroundColor: "#171a1c", textColor: "#e4e6e6" };
    theme.rightPanel = { backgroundColor: "#14171a", textColor: "#f2f4f4" };
    theme.typography = Object.assign({}, fonts, { code: { backgroundColor: "#24292b", color: "#e79f9f" } });
  }
  place.textContent = "";
  place.className = "";
  window.Redoc.init(
    new URL(place.dataset.openapi, document.baseURI).href,
    { theme: theme, hideDownloadButton: false, scrollYOffset: 0 },
    place,
  );
})();
