// `!important` on :host, since the page's rules win over a host's unless both are important: then the shadow's win.
// The host has no box of its own, so that nothing the page says about it can move or size what is inside;
// and what is in the top layer is not faded, filtered, moved or covered with what it stands in.
// Nothing here loads anything: under `default-src 'self'` not even a data: URL may. The icon is a border, which forced colours keep.
const css = `:host{all:initial!important;display:contents!important;font:14px/1.4 system-ui!important;print-color-adjust:exact!important}
*{box-sizing:border-box;margin:0}
section{inset:0 0 auto;width:100%;display:flex;flex-wrap:wrap;align-items:center;gap:4px 12px;padding:8px 16px;border:solid #8a4b00;border-width:0 0 2px;background:#ffbf47;color:#1a1200}
:host(div) section{inset:12px 0 auto;width:max-content;margin:auto;border-width:2px;border-radius:99px}
i{border:8px solid;clip-path:path(evenodd,"M0 2H16C16 16 10 14 8 10 6 14 0 16 0 2M3 5V8H6V5M10 5V8H13V5")}
bdi{display:inline-block;max-width:min(32ch,60vw);overflow:hidden;text-overflow:ellipsis;white-space:nowrap;vertical-align:bottom}
span bdi{font-weight:700}
section>bdi{flex:1 9ch}
b{padding:0 8px;border:1px solid;border-radius:99px}
time{margin-inline-start:auto;font-variant-numeric:tabular-nums}
button,a{padding:5px 14px;border:2px solid;border-radius:99px;background:#1a1200;color:#ffbf47;font:inherit;font-weight:700;cursor:pointer;text-decoration:none}
:focus-visible{outline:3px solid}
h1{outline:0!important}
p{position:absolute;clip-path:inset(50%)}
.w{background:#ffd9d2;color:#a51d00}
.w i{clip-path:path(evenodd,"M8 0 16 16H0M7 5V11H9V5M7 12V14H9V12")}
[data-text]{inset:0;width:auto;height:auto;padding:0;border:4px solid #ffbf47;outline:2px solid #8a4b00;outline-offset:-6px;background:0 0;overflow:hidden;pointer-events:none}
[data-text]:before{content:attr(data-text);position:absolute;inset:-50%;rotate:-24deg;line-height:8;font-weight:700;color:gray;opacity:.15}
main{position:fixed;inset:0;display:grid;place-content:center;place-items:center;gap:16px;text-align:center;background:#1a1200;color:#ffbf47}
@media(prefers-reduced-motion:no-preference){.w i{animation:p 1s infinite alternate}}
@keyframes p{to{scale:1.3}}`

/** By a constructed sheet: `style-src 'self'` has nothing to refuse there. */
export function dress(root: ShadowRoot): ShadowRoot {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(css)
  root.adoptedStyleSheets = [sheet]
  return root
}
