/** Lists, small buttons and navigation of the wider pages. */
export const accountCss = `
.wide main, .wide .places { max-width: 44rem; }
.card + .card { margin-top: 1rem; }
h2.first { margin-top: 0; }
a { color: inherit; text-decoration-color: var(--amber-line); text-underline-offset: 0.2em; }
a:hover { text-decoration-thickness: 2px; }

.places { margin: 0 auto 1rem; }
.places ul { display: flex; flex-wrap: wrap; justify-content: center; gap: 0.25rem; }
.places a {
  display: block;
  padding: 0.5rem 0.875rem;
  border-radius: 0.625rem;
  font-weight: 600;
  text-decoration: none;
}
.places a:hover { background: var(--hover); }
.places [aria-current] { box-shadow: inset 0 -3px var(--amber-line); border-radius: 0; }

.done {
  margin-top: 1.25rem;
  padding: 0.625rem 0.875rem;
  border: 1px solid var(--line);
  border-inline-start: 4px solid var(--amber-line);
  border-radius: 0.5rem;
  background: var(--hover);
}

.entries li {
  display: flex;
  flex-wrap: wrap;
  align-items: start;
  justify-content: space-between;
  gap: 0.5rem 1rem;
  padding: 0.875rem 0;
  border-bottom: 1px solid var(--line);
}

.entries { margin-top: 0.25rem; }
.entries li:last-child { border-block-end: 0; padding-bottom: 0; }
.entries li > div { flex: 1 1 16rem; }
.entries p { margin: 0.125rem 0 0; color: var(--muted); font-size: 0.875rem; }
.entries .live {
  margin-top: 0.5rem;
  padding: 0.5rem 0 0.5rem 0.875rem;
  border-inline-start: 4px solid var(--amber-line);
}

.badge {
  margin-inline-start: 0.375rem;
  padding: 0.0625rem 0.5rem;
  border-radius: 1rem;
  background: var(--amber);
  color: var(--on-amber);
  font-size: 0.8125rem;
  font-weight: 700;
}

.small {
  width: auto;
  min-height: 2.5rem;
  margin: 0;
  padding: 0.375rem 0.875rem;
  font-size: 0.9375rem;
}

a.button {
  display: inline-flex;
  align-items: center;
  border: 1px solid var(--control);
  border-radius: 0.625rem;
  font-weight: 600;
  text-decoration: none;
}

a.button:hover { background: var(--hover); }
.actions { display: flex; flex-wrap: wrap; gap: 0.75rem; margin-top: 1rem; }
.card > .actions:last-child, .card > form:last-child { margin-bottom: 0; }
.card > form > .small { margin-top: 1rem; }
.narrow { max-width: 24rem; }
.inline { display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem; margin-top: 0.5rem; }
.inline input { flex: 1 1 10rem; width: auto; margin: 0; }
summary { padding: 0.375rem 0; cursor: pointer; font-size: 0.875rem; font-weight: 600; }
details { margin-top: 1rem; }
.entries details { margin-top: 0.25rem; }
.or { color: var(--muted); text-align: center; }
.or + noscript + form button, .status { margin-top: 0.75rem; }
.status:empty { display: none; }
.steps { padding-inline-start: 1.25rem; }
.steps li { margin-top: 0.75rem; }
.qr { display: block; width: 12rem; margin-top: 0.5rem; border-radius: 0.5rem; }
.codes { display: grid; grid-template-columns: repeat(auto-fill, minmax(9rem, 1fr)); gap: 0.5rem; margin-top: 1rem; }
.facts { margin: 1rem 0 0; }
.facts dt { margin-top: 0.75rem; color: var(--muted); font-size: 0.875rem; }
.facts dd { margin: 0.125rem 0 0; }
.pages { display: flex; gap: 1rem; }
.pages:empty { display: none; }

.unseen {
  position: absolute;
  width: 1px;
  height: 1px;
  overflow: hidden;
  clip-path: inset(50%);
  white-space: nowrap;
}
`
