// `!important` on :host, since the page's rules win over a host's unless both are important: then the shadow's win.
// Nothing here loads anything: under `default-src 'self'` not even a data: URL may.
const css = `
:host{all:initial!important;display:block!important;position:sticky!important;inset:0 0 auto!important;z-index:2147483647!important;flex:none!important;grid-column:1/-1!important;width:100%!important;font:14px/1.4 system-ui,sans-serif!important;print-color-adjust:exact!important}
:host(.f){position:fixed!important}
:host(div){position:fixed!important;inset:12px 0 auto!important;margin:auto!important;width:max-content!important}
*{box-sizing:border-box;margin:0}
section{display:flex;flex-wrap:wrap;align-items:center;gap:4px 12px;padding:8px 16px;background:#ffbf47;color:#1a1200;border-bottom:2px solid #8a4b00}
.p{padding:6px 6px 6px 14px;border:2px solid #8a4b00;border-radius:99px;flex-wrap:nowrap}
i{flex:none;width:20px;height:16px;background:currentColor;clip-path:path(evenodd,"M0 3C6 0 14 0 20 3 20 9 18 14 14 14 12 14 11 11 10 11S8 14 6 14C2 14 0 9 0 3ZM3 6C4 9 7 9 8 7 6 5 5 5 3 6ZM17 6C16 9 13 9 12 7 14 5 15 5 17 6Z")}
bdi,em{font-weight:700;font-style:normal;display:inline-block;max-width:min(32ch,60vw);overflow:hidden;text-overflow:ellipsis;white-space:nowrap;vertical-align:bottom}
em{font-weight:400}
b{font-size:12px;padding:1px 8px;border:1px solid;border-radius:99px}
.full{background:#1a1200;color:#ffbf47}
time{margin-inline-start:auto;font-weight:600;font-variant-numeric:tabular-nums}
button,a{font:600 14px system-ui,sans-serif;min-height:32px;padding:6px 14px;border:2px solid #0000;border-radius:99px;background:#1a1200;color:#ffbf47;cursor:pointer;text-decoration:none}
:focus-visible{outline:3px solid;outline-offset:2px}
[role]:not(time){position:absolute;clip-path:inset(50%)}
.w{background:#ffd9d2;color:#a51d00;border-color:#a51d00}
.w :is(button,.full){background:#a51d00;color:#fff}
.w i{clip-path:path(evenodd,"M10 0 20 16H0ZM9 5V11H11V5ZM9 12V14H11V12Z")}
[popover]{inset:0;width:auto;height:auto;padding:0;border:4px solid #ffbf47;outline:2px solid #8a4b00;outline-offset:-6px;background:0 0;overflow:hidden;pointer-events:none}
[popover]:before{content:attr(data-text);position:absolute;inset:-50%;rotate:-24deg;font:600 14px/8 system-ui,sans-serif;color:#808080;opacity:.16}
main{position:fixed;inset:0;display:grid;place-content:center;place-items:center;gap:16px;padding:24px;text-align:center;font-size:16px;background:#fff8ec;color:#1a1200;border-top:6px solid #ffbf47}
h1{font-size:26px;outline:0}
@media(prefers-color-scheme:dark){main{background:#1a1200;color:#ffe3ae}main a{background:#ffbf47;color:#1a1200}}
@media(prefers-reduced-motion:no-preference){.w i{animation:p .8s infinite alternate}}
@keyframes p{to{transform:scale(1.2)}}
@media(forced-colors:active){i{background:CanvasText}}
@media print{:host{position:static!important}[popover]:before{opacity:.35}button{display:none}}`

/** The style sheet of one shadow root; constructed, so that `style-src 'self'` has nothing to refuse. */
export function styles(): CSSStyleSheet {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(css)
  return sheet
}
