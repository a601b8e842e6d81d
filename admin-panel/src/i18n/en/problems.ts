/** What, why and what helps, by the code of the answer. */
export const problems = {
  problems: {
    other: { what: 'That did not work' },
    OFFLINE: {
      what: 'The panel cannot be reached',
      why: 'There was no answer. You may be offline.',
      hint: 'Try again in a moment.',
    },
    SESSION_EXPIRED: {
      what: 'You have been signed out',
      why: 'Your session has ended.',
      hint: 'Sign in again.',
    },
    ISSUER_UNAVAILABLE: {
      what: 'The identity server cannot be reached',
      why: 'The panel got no answer from it.',
      hint: 'Try again in a moment.',
    },
    PANEL_REFUSED: {
      what: 'The identity server refuses the panel',
      why: 'It is not registered there as it has to be.',
      hint: 'Tell whoever runs it: the log says what is missing.',
    },
    UNAVAILABLE: {
      what: 'The server cannot do this now',
      why: 'Its database or its audit log cannot be written.',
      hint: 'Try again in a moment.',
    },
    INTERNAL: {
      what: 'Something went wrong on our side',
      why: 'The server could not finish the request.',
      hint: 'Try again. If it stays, send the request id to whoever runs the server.',
    },
    RATE_LIMITED: {
      what: 'Too many requests',
      why: 'There is a limit for each person.',
      hint: 'Wait for some minutes.',
    },
    NOT_FOUND: {
      what: 'Not found',
      why: 'It does not exist, or it is outside of what you may see.',
    },
    QUERY_INVALID: {
      what: 'These filters do not work',
      why: 'One of the values in the address is not valid.',
      hint: 'Clear the filters.',
    },
    IMPERSONATOR_TOKEN_INVALID: {
      what: 'Your sign-in was not accepted',
      why: 'The server does not accept your session for this any more.',
      hint: 'Sign out and sign in again.',
    },
    IMPERSONATOR_NOT_ALLOWED: {
      what: 'You may not impersonate',
      why: 'Your role may not impersonate on this server.',
    },
    MFA_REQUIRED: {
      what: 'Second factor needed',
      why: 'It is too long ago that you used your second factor.',
    },
    TARGET_NOT_ALLOWED: {
      what: 'Not this account',
      why: 'This account may not be impersonated.',
    },
    APP_NOT_ELIGIBLE: {
      what: 'Not in this app',
      why: 'The app is not an enabled single-page app.',
    },
    CONSENT_REQUIRED: {
      what: 'Consent is missing',
      why: 'The user has not allowed this app.',
    },
    CONSENT_PRESENT: {
      what: 'Consent is there already',
      why: 'The user has allowed this app meanwhile.',
    },
    REASON_REQUIRED: {
      what: 'A reason is missing',
      why: 'A reason of at least 10 characters is required.',
    },
    TICKET_INVALID: {
      what: 'The ticket is missing',
      why: 'A ticket of the form your company uses is required.',
    },
    ALREADY_IMPERSONATING: {
      what: 'You are already impersonating somebody',
      why: 'One at a time: the other one can be ended here.',
    },
  },
} as const
