"use strict";

// The end of a log-in: tells the window of Swagger UI, which opened this one, what the
// authorization server answered, and closes. (RFC 6749, 4.1.2 and 4.2.2.)
(function () {
  const opener = window.opener;
  const oauth2 = opener && opener.swaggerUIRedirectOauth2;
  if (!oauth2) {
    document.title = "Nothing to log in to";
    return;
  }
  const flow = oauth2.auth.schema.get("flow");
  const byCode = ["accessCode", "authorizationCode", "authorization_code"].includes(flow);
  const answer = Object.fromEntries(
    new URLSearchParams((byCode ? location.search : location.hash || location.search).slice(1)),
  );
  const valid = answer.state === oauth2.state;
  const fault = (message, level) => {
    oauth2.errCb({ authId: oauth2.auth.name, source: "auth", level: level, message: message });
  };
  if (byCode && !oauth2.auth.code) {
    if (!valid) {
      fault("The log-in may not be safe: the state it came back with is another one.", "warning");
    }
    if (answer.code) {
      delete oauth2.state;
      oauth2.auth.code = answer.code;
      oauth2.callback({ auth: oauth2.auth, redirectUrl: oauth2.redirectUrl });
    } else {
      const reason = [answer.error, answer.error_description].filter(Boolean).join(": ");
      fault(reason || "The authorization server gave no code.", "error");
    }
  } else {
    oauth2.callback({
      auth: oauth2.auth,
      token: answer,
      isValid: valid,
      redirectUrl: oauth2.redirectUrl,
    });
  }
  window.close();
})();
