import { theme } from './theme.ts'

import { accountCss } from './account-styles.ts'

/** The issuer's pages in light, dark and forced colours; served as `/assets/issuer.css`. */
export const issuerCss: string = `${theme}
*, ::before, ::after { box-sizing: border-box; }

body {
  margin: 0;
  min-height: 100svh;
  padding: clamp(1.5rem, 9vh, 6rem) 1rem 2rem;
  background: radial-gradient(60rem 26rem at 50% -8rem, var(--glow), transparent) no-repeat;
  background-color: var(--ground);
  color: var(--text);
  font: 1rem/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif;
  overflow-wrap: anywhere;
}

.brand, main { max-width: 25rem; margin-inline: auto; }

.brand {
  display: flex;
  align-items: center;
  justify-content: center;
  gap: 0.75rem;
  margin-bottom: 1.5rem;
}

.brand-name { font-size: 1.375rem; font-weight: 700; letter-spacing: -0.02em; }
.mark { flex: none; }
.mark-ground { fill: var(--amber); }
.mark-behind { fill: #9c5800; }
.mark-front { fill: var(--on-amber); stroke: var(--amber); stroke-width: 2; paint-order: stroke; }

.card {
  padding: clamp(1.25rem, 6vw, 2rem);
  border: 1px solid var(--line);
  border-radius: 1rem;
  background: var(--card);
  box-shadow: var(--shadow);
}

h1 {
  margin: 0;
  font-size: 1.5rem;
  line-height: 1.25;
  letter-spacing: -0.015em;
  text-wrap: balance;
}

h2 { margin: 1.5rem 0 0; font-size: 0.875rem; line-height: 1.5; }
p { margin: 0.75rem 0 0; }
ul { margin: 0; padding: 0; list-style: none; }
.lead, .request-id { color: var(--muted); }
.lead { margin-top: 0.25rem; }
.lead strong { color: var(--text); font-weight: 600; }
code { font: 0.9375em ui-monospace, 'Cascadia Code', Menlo, Consolas, monospace; user-select: all; }

.warning::before {
  content: '!';
  content: '!' / '';
  display: grid;
  place-items: center;
  width: 2.5rem;
  height: 2.5rem;
  margin-bottom: 1rem;
  border: 2px solid;
  border-radius: 50%;
  background: var(--warning-ground);
  color: var(--warning);
}

.request-id {
  margin-top: 1.25rem;
  padding-top: 0.75rem;
  border-top: 1px solid var(--line);
  font-size: 0.875rem;
}

.request-id code { display: block; color: var(--text); }

.notice {
  margin-top: 1.25rem;
  padding: 0.625rem 0.875rem;
  border: 1px solid;
  border-inline-start-width: 4px;
  border-radius: 0.5rem;
  background: var(--warning-ground);
  color: var(--warning);
}

label { display: block; margin-top: 1.25rem; font-size: 0.875rem; font-weight: 600; }

input, button {
  width: 100%;
  min-height: 2.75rem;
  border: 1px solid var(--control);
  border-radius: 0.625rem;
  font: inherit;
}

input {
  margin-top: 0.375rem;
  padding: 0.5rem 0.75rem;
  background: var(--card);
  color: inherit;
}

input[aria-invalid='true'] {
  border-color: var(--warning);
  box-shadow: inset 0 0 0 1px var(--warning);
}

.code {
  font: 1.5rem ui-monospace, Menlo, Consolas, monospace;
  letter-spacing: 0.4em;
  text-align: center;
  text-indent: 0.4em;
}

button {
  margin-top: 1.5rem;
  padding: 0.5rem 0.75rem;
  background: transparent;
  color: inherit;
  font-weight: 600;
  cursor: pointer;
}

button:hover { background: var(--hover); }
.primary { border-color: var(--amber-line); background: var(--amber); color: var(--on-amber); }
.primary:hover { background: var(--amber-hover); }
:focus-visible { outline: 3px solid var(--ring); outline-offset: 2px; }

.choices { display: flex; flex-wrap: wrap; gap: 0.75rem; margin-top: 1.75rem; }
.choices button { flex: 1 1 8.5rem; width: auto; margin: 0; }

.scopes li {
  position: relative;
  padding: 0.75rem 0 0.75rem 2rem;
  border-bottom: 1px solid var(--line);
}

.scopes li:last-child { border: 0; padding-bottom: 0; }
.scopes strong { font-weight: 600; }
.scopes span { display: block; color: var(--muted); font-size: 0.875rem; }

.scopes li::before {
  content: '';
  position: absolute;
  inset: 1.05rem auto auto 0.375rem;
  width: 0.4375rem;
  height: 0.8125rem;
  border: solid var(--tick);
  border-width: 0 2.5px 2.5px 0;
  rotate: 45deg;
}

.demo {
  margin-top: 1rem;
  padding: 1rem clamp(1.25rem, 6vw, 2rem);
  border: 1px dashed var(--control);
  border-radius: 1rem;
  background: var(--hover);
  color: var(--muted);
  font-size: 0.875rem;
}

.demo h2, .demo p { margin: 0; }
.demo h2, .demo code { color: var(--text); }
.demo li { margin-top: 0.5rem; }
.demo li span { display: block; }

${accountCss}
@media (forced-colors: active) {
  .mark-ground { fill: Canvas; stroke: CanvasText; }
  .mark-behind { fill: CanvasText; opacity: 0.6; }
  .mark-front { fill: CanvasText; stroke: Canvas; }
  .primary { border-width: 3px; }
}

@media (prefers-reduced-motion: no-preference) {
  button { transition: background-color 120ms; }
}
`
